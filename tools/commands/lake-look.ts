import type { Form } from './form.ts';
import { rowText } from './form.ts';
import type { ReadRow, ReadTable } from './lake-reader.ts';
import {
  copyOf,
  type DayState,
  dayOf,
  lastCommit,
  type Meaning,
  type Shown,
  sameFiles,
  shownFiles,
  standing,
  standingFiles,
  type World,
} from './world.ts';

/** What readers saw of a lake, and what `status` said of its days. */
export interface Seen {
  tables: Record<string, ReadTable>;
  /** By dataset and business date. */
  statuses: Record<string, DayStatusSaid>;
}

/** What is used of `status --json`. */
export interface DayStatusSaid {
  expectation: { files?: number | string[] };
  published: { commit: number; rows: number; rejectedRows: number } | null;
  pending?: { commit: number };
  waitingFor?: string;
  files: { name: string; status: string; rows?: number; hidden?: boolean }[];
}

/** A row of a form's table as it was read. */
export function readText({ columns }: Form, row: ReadRow): string {
  const value = (name: string) => row[name] ?? '';
  const cents = BigInt(value(columns.amount).replace('.', ''));
  return rowText(value(columns.id), cents, value(columns.product), value(columns.note));
}

/** What readers see that does not agree with a world, whatever `status` says: repair may count commits anew. */
export function readersComplaints(
  meaning: Meaning,
  forms: readonly Form[],
  world: World,
  tables: Seen['tables'],
): string[] {
  return lookComplaints(meaning, forms, world, { tables, statuses: {} });
}

/** What does not agree with a world. */
export function lookComplaints(meaning: Meaning, forms: readonly Form[], world: World, seen: Seen): string[] {
  return forms.flatMap((form) =>
    Object.values(world.days)
      .filter(({ dataset }) => dataset === form.dataset)
      .flatMap((day) => [
        ...rowComplaints(meaning, form, world, day, seen),
        ...statusComplaints(meaning, form, world, day, seen),
      ]),
  );
}

function rowComplaints(
  meaning: Meaning,
  form: Form,
  world: World,
  day: DayState,
  { tables }: Seen,
): string[] {
  const allowed = [shownFiles(day), ...day.earlier];
  const { businessDate, dataset } = day;
  const rows = form.tables.flatMap((table) => {
    const read = (tables[table]?.rows[businessDate] ?? []).map((row) => readText(form, row)).sort();
    const right = allowed.map((files) => meaning.rowsOf(world, files, table));
    return differs(read, right) ? [difference(`${table} of ${businessDate}`, read, right[0]!)] : [];
  });
  const rejects = (tables[`${dataset}_rejects`]?.rows[businessDate] ?? [])
    .map((row) => `${row.source_key}@${row.byte_offset}`)
    .sort();
  const right = allowed.map((files) => meaning.rejectsOf(world, files));
  return [
    ...rows,
    ...(differs(rejects, right)
      ? [difference(`rejects of ${dataset} of ${businessDate}`, rejects, right[0]!)]
      : []),
  ];
}

function differs(read: string[], right: string[][]): boolean {
  const text = read.join('\n');
  return !right.some((rows) => rows.join('\n') === text);
}

function difference(where: string, read: string[], right: string[]): string {
  const [seen, wanted] = [new Set(read), new Set(right)];
  const lost = right.filter((row) => !seen.has(row));
  const more = read.filter((row) => !wanted.has(row));
  const twice = read.length - seen.size;
  const parts = [
    `${where}: readers see ${read.length} rows, and should see ${right.length}`,
    ...(lost.length > 0 ? [`lost ${lost.slice(0, 4).join(', ')}`] : []),
    ...(more.length > 0 ? [`too many ${more.slice(0, 4).join(', ')}`] : []),
    ...(twice > 0 ? [`${twice} twice`] : []),
  ];
  return parts.join('; ');
}

function statusComplaints(
  meaning: Meaning,
  form: Form,
  world: World,
  day: DayState,
  { statuses }: Seen,
): string[] {
  const status = statuses[`${day.dataset}/${day.businessDate}`];
  if (!status) return [];
  const where = `status of ${day.dataset} of ${day.businessDate}`;
  // A command that died may have written a commit that neither the ledger nor readers follow yet.
  if (day.earlier.length > 0) return [];
  const shown = shownFiles(day);
  const rows = form.tables.reduce((sum, table) => sum + meaning.rowsOf(world, shown, table).length, 0);
  const commit = Object.keys(shown).length === 0 && day.commits[day.last]?.isBlank ? 0 : day.last;
  const said = status.published;
  const complaints = [
    ...((said?.commit ?? 0) !== commit ? [`says commit ${said?.commit}, and it is ${commit}`] : []),
    ...((said?.rows ?? 0) !== rows ? [`says ${said?.rows} rows, and readers see ${rows}`] : []),
    ...(status.pending ? [`has commit ${status.pending.commit} that readers do not see`] : []),
    ...(String(status.expectation.files) !== String(expectedOf(day, status))
      ? [`expects ${status.expectation.files}`]
      : []),
    ...waitComplaints(meaning, world, day, status, shown),
    ...fileComplaints(meaning, world, day, status),
  ];
  return complaints.map((complaint) => `${where} ${complaint}`);
}

/** Names of a day manifest are compared by what the day waits for. */
function expectedOf({ expectedFiles, stated }: DayState, { expectation }: DayStatusSaid) {
  return expectedFiles === undefined && stated ? expectation.files : expectedFiles;
}

function waitComplaints(
  meaning: Meaning,
  world: World,
  day: DayState,
  { waitingFor }: DayStatusSaid,
  shown: Shown,
): string[] {
  const isComplete = meaning.isComplete(world, day);
  if (!isComplete && waitingFor === undefined) return ['waits for nothing, and the day is not complete'];
  const isAllShown = isComplete && sameFiles(shown, meaning.wouldShow(world, day));
  return isAllShown && waitingFor !== undefined ? [`waits for ${waitingFor}, and all is shown`] : [];
}

function fileComplaints(meaning: Meaning, world: World, day: DayState, { files }: DayStatusSaid): string[] {
  const hidden = new Set(meaning.hidden(world, day));
  const lines = new Map(files.map((file) => [file.name, file]));
  const standingOnes = Object.entries(standingFiles(day)).flatMap(([key, load]) => {
    const line = lines.get(key);
    if (!line) return [`does not name ${key}, which is loaded`];
    const rows = meaning.contentOf(world, load).rows.length;
    return [
      ...(line.rows === rows ? [] : [`says ${line.rows} rows of ${key}, which has ${rows}`]),
      ...(Boolean(line.hidden) === hidden.has(key)
        ? []
        : [`says ${key} is ${line.hidden ? '' : 'not '}hidden`]),
    ];
  });
  const others = files
    .filter(({ name, rows }) => rows !== undefined && standing(day, name) === undefined)
    .map(({ name, rows }) => `says ${rows} rows of ${name}, which is not loaded`);
  return [...standingOnes, ...others];
}

/** Days of which something was loaded at some time, so that `status` knows them. */
export function knownDays(world: World): { dataset: string; businessDate: string }[] {
  return Object.values(world.days)
    .filter(({ files }) => Object.values(files).some(({ timeline }) => timeline.length > 0))
    .map(({ dataset, businessDate }) => ({ dataset, businessDate }));
}

/** Rows of every table of a dataset over all days, as readers should see them. */
export function rightRows(meaning: Meaning, form: Form, world: World, table: string): string[] {
  return Object.values(world.days)
    .filter(({ dataset }) => dataset === form.dataset)
    .flatMap((day) => meaning.rowsOf(world, shownFiles(day), table))
    .sort();
}

/** The number of the last commit of a day; 0 if none publishes anything. */
export function commitOf(world: World, dataset: string, businessDate: string): number {
  const day = dayOf(copyOf(world), dataset, businessDate);
  return lastCommit(day) ? day.last : 0;
}
