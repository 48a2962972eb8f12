import { objectOf } from '../../json-shape.ts';
import { businessDateOfKey } from '../../keys/business-date.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import type { Depth } from './data-object.ts';
import { type DayRecord, ledgerPlaces, readDayRecord } from './day-record.ts';
import { confirmed, damage, type Finding, note, repaired, unlessClosed } from './finding.ts';
import { judgeClaims, judgeOtherClaims } from './judge-claims.ts';
import { judgeCommits } from './judge-commits.ts';
import { judgeEntries } from './judge-entries.ts';
import { judgeFieldIds } from './judge-field-ids.ts';
import { judgeObjects } from './judge-objects.ts';
import { judgeRuns } from './judge-runs.ts';
import { claimTables, judgeCatalog, judgeOwners, type TableClaims } from './judge-tables.ts';
import { judgeTerms } from './judge-terms.ts';
import { readDocument } from './stored-document.ts';

interface VerifyOptions {
  depth: Depth;
  /** Only these days; tables and owners are always compared. */
  dates?: ReadonlySet<string> | undefined;
}

export interface LakeVerdict {
  findings: Finding[];
  /** What was looked at. */
  days: number;
  files: number;
}

/**
 * Reads a whole lake and says what is damaged and how to mend it. Changes nothing, and may run beside conversions: what is found is looked
 * at a second time. One day is in memory at a time.
 */
export async function verifyLake(ports: PipelinePorts, options: VerifyOptions): Promise<LakeVerdict> {
  const verdict: LakeVerdict = { findings: [], days: 0, files: 0 };
  const claims: TableClaims = new Map();
  const waiting = new Set<string>();
  /** Days whose ledger may not be read: then nobody knows what their runs and tables are for. */
  const closed = new Set<string>();
  const look = async (judge: () => Promise<Finding[]>) => {
    const found = await unlessClosed(judge);
    verdict.findings.push(...(found.length === 0 ? found : confirmed(found, await unlessClosed(judge))));
  };
  for (const [dataset, dates] of await ledgerPlaces(ports.lake)) {
    for (const businessDate of [...dates].sort()) {
      if (options.dates && businessDate !== null && !options.dates.has(businessDate)) continue;
      let files = 0;
      await look(async () => {
        closed.add(`${dataset} ${businessDate}`);
        const record = await readDayRecord(ports.lake, dataset, businessDate);
        closed.delete(`${dataset} ${businessDate}`);
        noteLoaded(record, claims, waiting);
        files = record.entries.size;
        return judgeDay(ports, record, options.depth);
      });
      verdict.days++;
      verdict.files += files;
    }
    const days = [...dates].filter((date) => date !== null).sort();
    await look(() => judgeCatalog(ports, dataset, days, claims));
    if (options.depth === 'full') await look(() => judgeOtherClaims(ports.lake, dataset));
  }
  if (closed.size === 0) await look(() => judgeOwners(ports.lake, claims));
  await look(() => judgeFieldIds(ports, options.depth));
  if (options.depth === 'full' && closed.size === 0) await look(() => judgeRuns(ports, waiting));
  return { ...verdict, findings: distinct(verdict.findings) };
}

async function judgeDay(ports: PipelinePorts, record: DayRecord, depth: Depth): Promise<Finding[]> {
  const judges = [
    () => judgeCommits(ports.lake, record, depth),
    () => judgeEntries(ports, record, depth),
    () => judgeTerms(ports.lake, record),
    () => judgeClaims(ports.lake, record),
    () => judgeObjects(ports, record, depth),
    () => judgeOthers(ports, record),
  ];
  const findings: Finding[] = [];
  for (const judge of judges) findings.push(...(await unlessClosed(judge)));
  const strays = record.strays.map((key) =>
    note(key, 'nothing of this software has such a key', 'move it away if nobody needs it'),
  );
  return [...findings, ...strays];
}

/** Holds of rollbacks and of clean, and reports of checks: commands of the day fail at a damaged one, and go on without it. */
async function judgeOthers({ lake }: PipelinePorts, { others }: DayRecord): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const key of others) {
    const problem = (await readDocument(lake, key, anyObject))?.problem;
    if (problem === undefined) continue;
    const mend = repaired('move it aside: the next command of the day goes on without it', {
      do: 'set-aside',
      key,
    });
    findings.push(damage(key, problem, 'operations', mend));
  }
  return findings;
}

/** Only its seal is looked at. */
const anyObject = objectOf<object>({});

/** The tables that loaded files are for, and the runs that hold the only copy of their rows. */
function noteLoaded(record: DayRecord, claims: TableClaims, waiting: Set<string>): void {
  const shown = new Set(record.last?.value?.files.map(({ runId }) => runId));
  for (const { value: entry } of record.entries.values()) {
    const { loaded } = entry ?? {};
    if (!entry || !loaded) continue;
    if (loaded.tables)
      claimTables(
        claims,
        record.dataset,
        loaded.tables.map(({ dataset }) => dataset),
      );
    if (!shown.has(loaded.runId)) waiting.add(loaded.runId);
  }
}

/** The first finding of each object says most. */
function distinct(findings: Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    const name = `${finding.key} ${finding.what}`;
    if (seen.has(name) || (seen.has(finding.key) && finding.level === 'note')) return false;
    seen.add(name).add(finding.key);
    return true;
  });
}

/** The days that findings are about. */
export function datesOf(findings: Finding[]): Set<string> {
  return new Set(findings.flatMap(({ key }) => businessDateOfKey(`${key}/`) ?? []));
}
