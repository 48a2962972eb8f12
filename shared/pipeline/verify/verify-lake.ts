import { businessDateOfKey } from '../../keys/business-date.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { inParallel } from '../store/in-parallel.ts';
import type { Depth } from './data-object.ts';
import { ledgerPlaces } from './day-record.ts';
import { confirmed, type Finding } from './finding.ts';
import { judgeOtherClaims } from './judge-claims.ts';
import { addFieldIds, judgeFieldIds } from './judge-field-ids.ts';
import { judgePart, type LakePart, lookedTwice, type PartVerdict } from './judge-part.ts';
import { type RunsVerdict, runRoots } from './judge-runs.ts';
import { claimTables, judgeCatalog, judgeOwners, type TableClaims } from './judge-tables.ts';

export interface VerifyOptions {
  depth: Depth;
  /** Only these days; tables and owners are always compared. */
  dates?: ReadonlySet<string> | undefined;
  /** Judges parts of the lake, several at a time; by default here, one after the other. */
  judges?: PartJudges | undefined;
}

/** Who judges parts of a lake. */
export interface PartJudges {
  /** As many at a time. */
  count: number;
  judge(part: LakePart, depth: Depth): Promise<PartVerdict>;
}

export interface LakeVerdict {
  findings: Finding[];
  /** What was looked at. */
  days: number;
  files: number;
}

/** Runs and notes on executions that are judged together. */
const RUNS_OF_PART = 200;

/**
 * Reads a whole lake and says what is damaged and how to mend it. Changes nothing, and may run beside conversions: what is found is looked
 * at a second time. As many days are in memory as are judged at a time.
 */
export async function verifyLake(ports: PipelinePorts, options: VerifyOptions): Promise<LakeVerdict> {
  const { depth, judges = { count: 1, judge: (part) => judgePart(ports, part, depth) } } = options;
  const verdict: LakeVerdict = { findings: [], days: 0, files: 0 };
  const claims: TableClaims = new Map();
  const waiting: string[] = [];
  /** Is there a day whose ledger may not be read? Then nobody knows what its runs and tables are for. */
  let isClosed = false;
  const look = async (judge: () => Promise<Finding[]>) =>
    verdict.findings.push(...(await lookedTwice(judge)));
  for (const [dataset, dates] of await ledgerPlaces(ports.lake)) {
    const chosen = [...dates]
      .sort()
      .filter((date) => !options.dates || date === null || options.dates.has(date));
    const parts = await inParallel(chosen, judges.count, (businessDate) =>
      judges.judge({ what: 'day', dataset, businessDate }, depth),
    );
    for (const { findings, loaded, isUnknown, files } of parts) {
      verdict.findings.push(...findings);
      for (const { tables } of loaded) if (tables) claimTables(claims, dataset, tables);
      waiting.push(...loaded.flatMap(({ waitingRun }) => waitingRun ?? []));
      isClosed ||= isUnknown;
      verdict.files += files;
    }
    verdict.days += chosen.length;
    const days = [...dates].filter((date) => date !== null).sort();
    await look(() => judgeCatalog(ports, dataset, days, claims));
    if (depth === 'full') await look(() => judgeOtherClaims(ports.lake, dataset));
  }
  if (!isClosed) await look(() => judgeOwners(ports.lake, claims));
  const runs = depth === 'full' ? await verifyRuns(ports.lake, judges, waiting) : undefined;
  await look(() => judgeFieldIds(ports, runs?.fieldIds ?? new Map()));
  if (!isClosed) verdict.findings.push(...(runs?.findings ?? []));
  return { ...verdict, findings: distinct(verdict.findings) };
}

/** Looks at all runs; where something was found, again when all were looked at. */
async function verifyRuns(lake: ObjectStore, judges: PartJudges, waiting: string[]): Promise<RunsVerdict> {
  const isWaiting = new Set(waiting);
  const all = await runRoots(lake);
  const lots: string[][] = [];
  for (let at = 0; at < all.length; at += RUNS_OF_PART) lots.push(all.slice(at, at + RUNS_OF_PART));
  const judge = (roots: string[]) => {
    const own = roots.map((root) => root.slice('runs/'.length, -1)).filter((runId) => isWaiting.has(runId));
    return judges.judge({ what: 'runs', roots, waiting: own }, 'full');
  };
  const verdict: RunsVerdict = { findings: [], fieldIds: new Map() };
  const first = await inParallel(lots, judges.count, judge);
  for (const { fieldIds } of first) addFieldIds(verdict.fieldIds, fieldIds);
  const suspect = lots.filter((_, index) => first[index]!.findings.length > 0);
  const second = await inParallel(suspect, judges.count, judge);
  const found = first.filter(({ findings }) => findings.length > 0);
  for (const [index, { findings }] of found.entries())
    verdict.findings.push(...confirmed(findings, second[index]!.findings));
  return verdict;
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
