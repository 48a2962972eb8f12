import type { FieldIds } from '../../iceberg/field-ids.ts';
import { objectOf } from '../../json-shape.ts';
import { runKeys } from '../../keys/run-keys.ts';
import { isRunId } from '../../keys/source-id.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import type { LedgerEntry } from '../../run/ledger-entry.ts';
import type { Depth } from './data-object.ts';
import { type DayRecord, entryKeyOf, readDayRecord } from './day-record.ts';
import { confirmed, damage, type Finding, note, repaired, unlessClosed } from './finding.ts';
import { judgeClaims } from './judge-claims.ts';
import { judgeCommits } from './judge-commits.ts';
import { judgeEntries } from './judge-entries.ts';
import { judgeObjects } from './judge-objects.ts';
import { judgeRuns } from './judge-runs.ts';
import { judgeTerms } from './judge-terms.ts';
import { type LargeFile, LargeFiles, suspectsAmong } from './large-files.ts';
import { readDocument } from './stored-document.ts';

/**
 * A part of a lake that can be judged without the others; plain data, as its verdict is. A day leaves its large files to others, unless it is
 * told which of them are suspect: then it looks at these itself.
 */
export type LakePart =
  | { what: 'day'; dataset: string; businessDate: string | null; suspects?: string[] }
  /** Large data files, to be read. */
  | { what: 'files'; files: LargeFile[] }
  /** Folders of runs, and keys of notes on executions; `waiting` has the runs that hold the only copy of the rows of a loaded file. */
  | { what: 'runs'; roots: string[]; waiting: string[] };

export interface PartVerdict {
  /** Of a day what was found twice, of runs what was found once. */
  findings: Finding[];
  /** Source files of the day. */
  files: number;
  /** Of each loaded file of the day its tables, if the entry says them, and its run, if that holds the only copy of its rows. */
  loaded: { tables?: string[]; waitingRun?: string }[];
  /** True for a day whose ledger may not be read. */
  isUnknown: boolean;
  /** Keys of the notes on bytes that were judged with the day. */
  claims: string[];
  /** Data files of the day that were not read, because they are large. */
  large: LargeFile[];
  /** Of large files those with which something is wrong. */
  suspects: string[];
  /** Folders of the runs that were judged with the day, and what was found once in them: its entries are in memory then. */
  runs: { roots: string[]; findings: Finding[] };
  /** By table, the ids of fields that the plans of the runs give. */
  fieldIds: [table: string, ids: FieldIds][];
}

export async function judgePart(ports: PipelinePorts, part: LakePart, depth: Depth): Promise<PartVerdict> {
  const verdict: PartVerdict = {
    ...{ findings: [], files: 0, loaded: [], isUnknown: false },
    ...{ large: [], suspects: [] },
    ...{ claims: [], runs: { roots: [], findings: [] }, fieldIds: [] },
  };
  const judge = (roots: string[], waiting: string[], entries?: Entries) =>
    unlessClosed(async () => {
      const { findings, fieldIds } = await judgeRuns(ports, roots, new Set(waiting), entries);
      verdict.fieldIds = [...fieldIds];
      return findings;
    });
  if (part.what === 'runs') verdict.findings = await judge(part.roots, part.waiting);
  else if (part.what === 'files') verdict.suspects = await suspectsAmong(ports.lake, part.files);
  else {
    let last: DayRecord | undefined;
    const claims = new Set<string>();
    const large = new LargeFiles(part.suspects);
    verdict.findings = await lookedTwice(async () => {
      verdict.isUnknown = true;
      const record = await readDayRecord(ports.lake, part.dataset, part.businessDate);
      verdict.isUnknown = false;
      verdict.loaded = loadedFiles(record);
      verdict.files = record.entries.size;
      last = record;
      return judgeDay(ports, record, depth, { claims, large });
    });
    verdict.claims = [...claims];
    verdict.large = large.noted;
    if (depth === 'full' && last) {
      const { entries, roots } = runsOf(last);
      const waiting = verdict.loaded.flatMap(({ waitingRun }) => waitingRun ?? []);
      verdict.runs = { roots, findings: await judge(roots, waiting, entries) };
    }
  }
  return verdict;
}

type Entries = ReadonlyMap<string, LedgerEntry>;

/** The entries of a day by their keys, and the folders that their runs have if they are still there. */
function runsOf(record: DayRecord): { entries: Entries; roots: string[] } {
  const entries = new Map<string, LedgerEntry>();
  const runs = new Set<string>();
  for (const [sourceId, { value: entry }] of record.entries) {
    if (!entry) continue;
    entries.set(entryKeyOf(record, sourceId), entry);
    for (const id of [entry.runId, entry.loaded?.runId]) if (id && isRunId(id)) runs.add(id);
  }
  return { entries, roots: [...runs].map((id) => runKeys(id).root).sort() };
}

/** What `judge` finds both times: anything else was a command at work. */
export async function lookedTwice(judge: () => Promise<Finding[]>): Promise<Finding[]> {
  const found = await unlessClosed(judge);
  return found.length === 0 ? found : confirmed(found, await unlessClosed(judge));
}

async function judgeDay(
  ports: PipelinePorts,
  record: DayRecord,
  depth: Depth,
  { claims, large }: { claims: Set<string>; large: LargeFiles },
): Promise<Finding[]> {
  const judges = [
    () => judgeCommits(ports.lake, record, depth),
    () => judgeEntries(ports, record, depth),
    () => judgeTerms(ports.lake, record),
    () => judgeClaims(ports.lake, record, claims),
    () => judgeObjects(ports, record, depth, large),
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
function loadedFiles({ entries, last }: DayRecord): PartVerdict['loaded'] {
  const shown = new Set(last?.value?.files.map(({ runId }) => runId));
  return [...entries.values()].flatMap(({ value }) => {
    const { loaded } = value ?? {};
    if (!loaded) return [];
    const tables = loaded.tables?.map(({ dataset }) => dataset);
    return {
      ...(tables && { tables }),
      ...(!shown.has(loaded.runId) && { waitingRun: loaded.runId }),
    };
  });
}
