import type { GuessedRecords } from './guessed-records.ts';

/** Bytes `from` to `to` of a record say what kind it is. */
export interface Discriminator {
  from: number;
  to: number;
  /** The codes, the most frequent first. */
  codes: string[];
}

const MOST_CODES = 12;
const MOST_LENGTH = 3;
/** Codes elsewhere than at the front are looked for up to here. */
const MOST_OFFSET = 64;
const COMPARED_BYTES = 1024 * 1024;
/** Share of the offsets that must hold other classes of characters in records of another code. */
const CONTRAST = 0.15;
const FEWEST_OFFSETS = 4;
/** Classes of characters are others if so few records have one in common. */
const COMMON = 0.05;
const CLASSES = 4;
/** What a further code must add, as a share of the offsets: markets and products differ too, but little. */
const COST_OF_CODE = 0.02;

/**
 * The code that tells kinds of records apart: at many offsets, the records of one code have digits and those of another letters or
 * blanks.
 */
export function guessDiscriminator(all: GuessedRecords): Discriminator | undefined {
  const records = fewOf(all);
  const length = records.longestBytes;
  if (records.count < FEWEST_OFFSETS) return undefined;
  const classes = classesOf(records, length);
  let best: { from: number; to: number; worth: number } | undefined;
  for (let from = 0; from < Math.min(MOST_OFFSET, length); from++) {
    for (let to = from + 1; to <= Math.min(from + MOST_LENGTH, length); to++) {
      const groups = groupsOf(records, from, to);
      if (!groups) continue;
      const offsets = contrastOf(classes, length, [...groups.values()], from, to);
      const least = Math.max(FEWEST_OFFSETS, CONTRAST * length);
      // Shorter and further left first; another must tell clearly more apart.
      const worth = offsets / length - COST_OF_CODE * groups.size;
      if (offsets >= least && (!best || worth > best.worth + 0.02)) best = { from, to, worth };
    }
  }
  if (!best) return undefined;
  const { from, to } = withoutConstant(records, best);
  return { from, to, codes: codesAt(all, from, to) };
}

/** A character before or after the code that all records share is no part of it, except at the front, where codes are 01, 02 and 03. */
function withoutConstant(records: GuessedRecords, { from, to }: { from: number; to: number }) {
  const isSame = (at: number) => codesAt(records, at, at + 1).length === 1;
  let [start, end] = [from, to];
  while (start > 0 && start + 1 < end && isSame(start)) start++;
  while (start + 1 < end && isSame(end - 1)) end--;
  return { from: start, to: end };
}

/** The codes at these offsets of all records, the most frequent first. */
export function codesAt(records: GuessedRecords, from: number, to: number): string[] {
  const counts = new Map<string, number>();
  for (let record = 0; record < records.count; record++) {
    const code = records.text(record, from, to);
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([code]) => code);
}

function fewOf(records: GuessedRecords): GuessedRecords {
  const most = Math.max(200, Math.floor(COMPARED_BYTES / Math.max(records.longestBytes, 1)));
  const every = Math.ceil(records.count / most);
  return records.only(Array.from({ length: Math.ceil(records.count / every) }, (_, index) => index * every));
}

/** Records by their code; undefined if there are too many codes, or if a code has a blank. */
function groupsOf(records: GuessedRecords, from: number, to: number): Map<string, number[]> | undefined {
  const groups = new Map<string, number[]>();
  for (let record = 0; record < records.count; record++) {
    const code = records.text(record, from, to);
    if (!/^[0-9A-Za-z]+$/.test(code)) return undefined;
    const group = groups.get(code);
    if (group) group.push(record);
    else if (groups.size === MOST_CODES) return undefined;
    else groups.set(code, [record]);
  }
  const repeated = [...groups.values()].filter((group) => group.length > 1);
  return repeated.length < 2 ? undefined : groups;
}

function classesOf(records: GuessedRecords, length: number): Uint8Array {
  const classes = new Uint8Array(records.count * length);
  for (let record = 0; record < records.count; record++) {
    for (let at = 0; at < length; at++) classes[record * length + at] = classOf(records.charAt(record, at));
  }
  return classes;
}

function classOf(character: number): number {
  if (character === 0x20) return 0;
  if (character >= 0x30 && character <= 0x39) return 1;
  return character >= 0x41 ? 2 : 3;
}

/** The mean number of offsets at which records of a code have other classes than those of the most frequent code. */
function contrastOf(
  classes: Uint8Array,
  length: number,
  groups: number[][],
  from: number,
  to: number,
): number {
  const shares = groups.map((group) => sharesOf(classes, length, group));
  const largest = groups.indexOf(groups.reduce((most, group) => (group.length > most.length ? group : most)));
  let offsets = 0;
  for (const [index, own] of shares.entries()) {
    if (index === largest) continue;
    for (let at = 0; at < length; at++) {
      if (at >= from && at < to) continue;
      let common = 0;
      for (let one = at * CLASSES; one < (at + 1) * CLASSES; one++)
        common += Math.min(own[one]!, shares[largest]![one]!);
      if (common < COMMON) offsets++;
    }
  }
  return offsets / (groups.length - 1);
}

/** The share of each class of characters at each offset of a group of records. */
function sharesOf(classes: Uint8Array, length: number, group: number[]): Float64Array {
  const shares = new Float64Array(length * CLASSES);
  for (const record of group) {
    for (let at = 0; at < length; at++)
      shares[at * CLASSES + classes[record * length + at]!]! += 1 / group.length;
  }
  return shares;
}
