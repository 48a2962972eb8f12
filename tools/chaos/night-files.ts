import { COUNTED_LINES } from '../counted-lines.ts';
import type { Chances } from './fault-plan.ts';

/** One file of a night, in the versions in which it may arrive, with the one right answer of each. */
export interface NightFile {
  sourceKey: string;
  /** Place of its business date in `BUSINESS_DATES`. */
  day: number;
  versions: FileVersion[];
  /** Set for corrected records: the file, by its place in the night, and the version that rejected them. */
  corrects?: { file: number; version: number };
}

export interface FileVersion {
  bytes: Uint8Array;
  /** The rows it must become, each as JSON, sorted; undefined if the file must be refused. */
  rows: string[] | undefined;
  /** Its rejected records, each as `<source key>@<byte offset>`, sorted. */
  rejects: string[];
  details: number;
}

export const DATASET = 'chaos';
export const BUSINESS_DATES = ['2025-08-12', '2025-08-13'] as const;
/** Content that no log, metric, notification, ledger entry or manifest may show. */
export const PLANTED = ['PLANTADA', '52998224725', '12ABC34501DE35'];

const LENGTH = 60;
const PRODUCTS = ['CAPITAL', 'CÂMBIO', ''];

/** Type 2, id 6, document 14, name 12, amount 11 (implied, scale 2), opened 8, product 7: 60 bytes. */
export const NIGHT_LAYOUT = JSON.stringify({
  name: DATASET,
  encoding: 'iso-8859-1',
  record: { format: 'lines', length: LENGTH, short: 'pad' },
  partitionBy: ['product'],
  fields: [
    { name: 'id', start: 3, end: 8, type: 'string', required: true },
    { name: 'document', start: 9, end: 22, type: 'string' },
    { name: 'holder', start: 23, end: 34, type: 'string' },
    { name: 'amount', start: 35, end: 45, type: 'decimal(11,2)', point: 'implied' },
    { name: 'opened', start: 46, end: 53, type: 'date', format: 'yyyyMMdd' },
    { name: 'product', start: 54, end: 60, type: 'string' },
  ],
  ...COUNTED_LINES,
  rejects: { maxPercent: 40 },
});

/**
 * Two to four files over two days; some have versions that must be refused, some are replaced by a corrected version, and the rejected
 * records of some come in files of their own. All versions of a file have the same ids: whatever is shown twice has an id twice.
 */
export function makeNightFiles(chances: Chances): NightFile[] {
  const files = Array.from({ length: 2 + chances.below(3) }, (_, index): NightFile => {
    const day = index > 0 && chances.happens(0.3) ? 1 : 0;
    const date = BUSINESS_DATES[day]!.replaceAll('-', '');
    const sourceKey = `contratos_${date}_${String(index + 1).padStart(3, '0')}.txt`;
    const draft = { chances, sourceKey, date, letter: 'ABCD'[index]! };
    const details = 12 + chances.below(16);
    const versions = [makeVersion({ ...draft, details, rejected: chances.of([0, 2, 3, 4]), isRight: true })];
    // A corrected version rejects fewer records than any file of corrected records brings.
    const more = chances.below(3);
    for (let version = 0; version < more; version++) {
      const isRight = chances.happens(0.75);
      const count = details + chances.below(3);
      versions.push(makeVersion({ ...draft, details: count, rejected: chances.below(2), isRight }));
    }
    return { sourceKey, day, versions: versions.map(({ version }) => version) };
  });
  const supplements = files.flatMap((file, index) => {
    const rejected = file.versions[0]!.rejects.length;
    if (rejected < 2) return [];
    const cuts = rejected === 4 ? [0, 2, 4] : [0, rejected];
    return cuts.slice(1).map((end, part) => makeSupplement(chances, file, index, cuts[part]!, end));
  });
  return [...files, ...supplements];
}

interface Draft {
  chances: Chances;
  sourceKey: string;
  date: string;
  letter: string;
  details: number;
  rejected: number;
  isRight: boolean;
}

function makeVersion(draft: Draft): { version: FileVersion } {
  const { chances, sourceKey, date, letter, details, rejected, isRight } = draft;
  const lines = [`00${date}`];
  const rows: string[] = [];
  const rejects: string[] = [];
  const bad = new Set(Array.from({ length: rejected }, (_, index) => index * 3 + chances.below(3)));
  let total = 0n;
  for (let index = 0; index < details; index++) {
    const { line, row, cents } = makeRecord(chances, `${letter}${String(index).padStart(4, '0')}`);
    total += cents;
    if (bad.has(index)) rejects.push(`${sourceKey}@${lengthOf(lines)}`);
    else rows.push(row);
    lines.push(bad.has(index) ? `01${' '.repeat(6)}${line.slice(8)}` : line);
  }
  const stated = isRight ? total : total + 1n;
  lines.push(`99${String(details + 2).padStart(8, '0')}${String(stated).padStart(15, '0')}`);
  return { version: versionOf(lines, isRight ? rows : undefined, rejects, details) };
}

/** The rejected records of the first version of a file, from the `start`th to before the `end`th, with the ids that they lacked. */
function makeSupplement(
  chances: Chances,
  parent: NightFile,
  file: number,
  start: number,
  end: number,
): NightFile {
  const text = Buffer.from(parent.versions[0]!.bytes).toString('latin1').split('\n');
  const letter = 'ABCD'[file]!;
  const missing = text.flatMap((line, index) =>
    line.startsWith('01      ') ? [`${letter}${String(index - 1).padStart(4, '0')}`] : [],
  );
  const records = missing.slice(start, end).map((id) => makeRecord(chances, id));
  const lines = records.map(({ line }) => line);
  const rows = records.map(({ row }) => row);
  return {
    sourceKey: `corrigidos_${letter}${start}.txt`,
    day: parent.day,
    versions: [versionOf(lines, rows, [], records.length)],
    corrects: { file, version: 0 },
  };
}

function versionOf(
  lines: string[],
  rows: string[] | undefined,
  rejects: string[],
  details: number,
): FileVersion {
  const bytes = Buffer.from(`${lines.join('\n')}\n`, 'latin1');
  return { bytes, rows: rows?.sort(), rejects: rejects.sort(), details };
}

function lengthOf(lines: string[]): number {
  return lines.reduce((sum, { length }) => sum + length + 1, 0);
}

function makeRecord(chances: Chances, id: string): { line: string; row: string; cents: bigint } {
  const cents = BigInt(chances.below(2 ** 31)) * 7n;
  const holder = chances.of(['PLANTADA', 'Conceição', '']);
  const document = chances.of(PLANTED.slice(1));
  const isDay = chances.happens(0.9);
  const opened = isDay ? `2024${String(1 + chances.below(12)).padStart(2, '0')}15` : '20230229';
  const product = chances.of(PRODUCTS);
  const day = isDay ? `${opened.slice(0, 4)}-${opened.slice(4, 6)}-${opened.slice(6)}` : null;
  return {
    line: `01${id.padEnd(6)}${document.padEnd(14)}${holder.padEnd(12)}${String(cents).padStart(11, '0')}${opened}${product}`,
    row: JSON.stringify([id, document, holder || null, String(cents), day, product || null]),
    cents,
  };
}
