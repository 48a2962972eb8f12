import type { FieldIds } from '../../iceberg/field-ids.ts';
import { businessDateOfKey } from '../../keys/business-date.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { inParallel } from '../store/in-parallel.ts';
import type { Depth } from './data-object.ts';
import { ledgerPlaces } from './day-record.ts';
import { confirmed, type Finding, unlessClosed } from './finding.ts';
import { judgeOtherClaims } from './judge-claims.ts';
import { addFieldIds, judgeFieldIds } from './judge-field-ids.ts';
import { judgePart, type LakePart, lookedTwice, type PartVerdict } from './judge-part.ts';
import { type RunsVerdict, runRoots } from './judge-runs.ts';
import { claimTables, judgeCatalog, judgeOwners, type TableClaims } from './judge-tables.ts';
import { lotsOf } from './large-files.ts';
import { type Pause, unlessShownSoon } from './unshown-commits.ts';

export interface VerifyOptions {
  depth: Depth;
  /** Only these days; tables and owners are always compared. */
  dates?: ReadonlySet<string> | undefined;
  /** Judges parts of the lake, several at a time; by default here, one after the other. */
  judges?: PartJudges | undefined;
  /** Waits, where somebody else may be at work on the lake. */
  pause?: Pause | undefined;
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
  const known: JudgedRuns = { waiting: new Set(), roots: new Set(), suspect: [], fieldIds: new Map() };
  /** Is there a day whose ledger may not be read? Then nobody knows what its runs and tables are for. */
  let isClosed = false;
  const look = async (judge: () => Promise<Finding[]>) =>
    verdict.findings.push(...(await lookedTwice(judge)));
  for (const [dataset, dates] of await ledgerPlaces(ports.lake)) {
    const chosen = [...dates]
      .sort()
      .filter((date) => !options.dates || date === null || options.dates.has(date));
    const parts = await judgeDays(judges, dataset, chosen, depth);
    const contents = new Set<string>();
    for (const part of parts) {
      verdict.findings.push(...part.findings);
      for (const { tables } of part.loaded) if (tables) claimTables(claims, dataset, tables);
      for (const key of part.claims) contents.add(key);
      addRuns(known, part);
      isClosed ||= part.isUnknown;
      verdict.files += part.files;
    }
    verdict.days += chosen.length;
    const days = [...dates].filter((date) => date !== null).sort();
    const judge = () => unlessClosed(() => judgeCatalog(ports, dataset, days, claims));
    verdict.findings.push(...(await unlessShownSoon(await lookedTwice(judge), judge, options.pause)));
    if (depth === 'full') await look(() => judgeOtherClaims(ports.lake, dataset, contents));
  }
  if (!isClosed) await look(() => judgeOwners(ports.lake, claims));
  const runs = depth === 'full' ? await verifyRuns(ports.lake, judges, known) : undefined;
  await look(() => judgeFieldIds(ports, runs?.fieldIds ?? new Map()));
  if (!isClosed) verdict.findings.push(...(runs?.findings ?? []));
  return { ...verdict, findings: distinct(verdict.findings) };
}

/** The days with their large files, which are read apart from them; a day with one that is not right is judged again. */
async function judgeDays(
  judges: PartJudges,
  dataset: string,
  dates: (string | null)[],
  depth: Depth,
): Promise<PartVerdict[]> {
  const judge = (businessDate: string | null, more: { suspects?: string[] } = {}) =>
    judges.judge({ what: 'day', dataset, businessDate, ...more }, depth);
  const parts = await inParallel(dates, judges.count, (date) => judge(date));
  const lots = lotsOf(parts.flatMap(({ large }) => large));
  const found = await inParallel(lots, judges.count, (files) =>
    judges.judge({ what: 'files', files }, depth),
  );
  const suspects = new Set(found.flatMap((lot) => lot.suspects));
  return inParallel(parts, judges.count, async (part, index) => {
    const own = part.large.flatMap(({ key }) => (suspects.has(key) ? [key] : []));
    return own.length === 0 ? part : judge(dates[index]!, { suspects: own });
  });
}

/** What is known of runs from the days: most runs are judged with the entry of their file, which is then read once. */
interface JudgedRuns {
  /** Those that hold the only copy of the rows of a loaded file. */
  waiting: Set<string>;
  /** Folders of those that were judged. */
  roots: Set<string>;
  /** Folders that were judged together, with what was found once in them. */
  suspect: { roots: string[]; findings: Finding[] }[];
  fieldIds: Map<string, FieldIds>;
}

function addRuns(known: JudgedRuns, { loaded, runs, fieldIds }: PartVerdict): void {
  for (const { waitingRun } of loaded) if (waitingRun !== undefined) known.waiting.add(waitingRun);
  for (const root of runs.roots) known.roots.add(root);
  if (runs.findings.length > 0) known.suspect.push(runs);
  addFieldIds(known.fieldIds, fieldIds);
}

/** Looks at the runs that were not judged with their day; where something was found in any, again when all were looked at. */
async function verifyRuns(lake: ObjectStore, judges: PartJudges, known: JudgedRuns): Promise<RunsVerdict> {
  const others = (await runRoots(lake)).filter((root) => !known.roots.has(root));
  const lots: string[][] = [];
  for (let at = 0; at < others.length; at += RUNS_OF_PART) lots.push(others.slice(at, at + RUNS_OF_PART));
  const judge = (roots: string[]) => {
    const own = roots.map(runIdOfRoot).filter((runId) => known.waiting.has(runId));
    return judges.judge({ what: 'runs', roots, waiting: own }, 'full');
  };
  const verdict: RunsVerdict = { findings: [], fieldIds: known.fieldIds };
  const first = await inParallel(lots, judges.count, judge);
  const suspect = [...known.suspect];
  for (const [index, { findings, fieldIds }] of first.entries()) {
    addFieldIds(verdict.fieldIds, fieldIds);
    if (findings.length > 0) suspect.push({ roots: lots[index]!, findings });
  }
  const second = await inParallel(suspect, judges.count, ({ roots }) => judge(roots));
  for (const [index, { findings }] of suspect.entries())
    verdict.findings.push(...confirmed(findings, second[index]!.findings));
  return verdict;
}

function runIdOfRoot(root: string): string {
  return root.slice('runs/'.length, -1);
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
