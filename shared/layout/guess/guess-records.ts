import { percent } from './guess-code-page.ts';

/** How an unknown file seems to be divided into records. */
export interface RecordGuess {
  format: 'lines' | 'fixed' | 'rdw' | 'bdw';
  /** Without terminator or descriptor; of records that vary, the longest seen. */
  lengthBytes: number;
  /** Few records are longer, which seem damaged. */
  hasLongerOnes?: boolean;
  terminatorBytes: 0 | 1 | 2;
  lengthIncludesHeader?: boolean;
  byteOrder?: 'big' | 'little';
  /** Offsets of the records seen. */
  starts: number[];
  lengths: number[];
  reason: string;
}

const LF = 0x0a;
const CR = 0x0d;
/** More records would show nothing new. */
const MAX_RECORDS = 5000;
const MAX_LENGTH = 8192;
const COMPARED_BYTES = 32 * 1024;

/** `head` is the beginning of a file of `sizeBytes`; undefined if no record length explains it. */
export function guessRecords(head: Uint8Array, sizeBytes: number): RecordGuess | undefined {
  return describedRecords(head, sizeBytes) ?? lines(head, sizeBytes) ?? fixedRecords(head, sizeBytes);
}

/** Lines, if the file is text and its line ends are frequent enough. */
function lines(head: Uint8Array, sizeBytes: number): RecordGuess | undefined {
  const starts: number[] = [];
  const lengths: number[] = [];
  let carriageReturns = 0;
  let start = 0;
  while (start < head.length && starts.length < MAX_RECORDS) {
    const found = head.indexOf(LF, start);
    if (found < 0 && head.length < sizeBytes) break;
    let end = found < 0 ? head.length : found;
    if (end > start && head[end - 1] === CR) {
      end--;
      carriageReturns++;
    }
    if (end > start) {
      starts.push(start);
      lengths.push(end - start);
    }
    if (found < 0) break;
    start = found + 1;
  }
  const seen = head.subarray(0, start);
  const odd = seen.reduce(
    (sum, byte) => sum + (byte < 0x20 && byte !== LF && byte !== CR && byte !== 9 ? 1 : 0),
    0,
  );
  const terminatorBytes = carriageReturns * 2 > lengths.length ? 2 : 1;
  const isRegular =
    areMostlyOfOneLength(lengths) && !endsAtEach(head, usualLength(lengths) + terminatorBytes);
  // Damaged records hold other bytes than text. Fixed records may too, and end at each multiple of their length.
  if (starts.length < 2 || (odd > seen.length / 100 && !isRegular)) return undefined;
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  // One line end in many records is chance; EBCDIC and packed bytes hold some too. Plain text has none by chance.
  const isPlain = odd === 0 && !seen.some((byte) => byte >= 0x80);
  const lengthBytes = isRegular && !isPlain && !isUtf8(seen) ? usualOfDamaged(lengths, longest) : longest;
  const same = lengths.filter((length) => length === lengthBytes).length;
  if (same < 2 && lengths.length > 20 && !isPlain && !isRegular) return undefined;
  return {
    format: 'lines',
    lengthBytes,
    ...(longest > lengthBytes && { hasLongerOnes: true }),
    terminatorBytes,
    starts,
    lengths,
    reason: `lines that end with ${terminatorBytes === 2 ? 'CR LF' : 'LF'}; ${percent(same, lengths.length)} of the first ${lengths.length} have ${lengthBytes} bytes, and ${longest === lengthBytes ? 'no line has more' : `few have more, up to ${longest}: damaged records, it seems`}`,
  };
}

/** Line ends at one distance again and again are no chance, whatever stands between them. */
function areMostlyOfOneLength(lengths: readonly number[]): boolean {
  const usual = usualLength(lengths);
  return lengths.length > 20 && lengths.filter((length) => length === usual).length >= lengths.length * 0.8;
}

/** The usual length, if so few lines are longer that damage explains them; else the longest. */
function usualOfDamaged(lengths: readonly number[], longest: number): number {
  const usual = usualLength(lengths);
  return lengths.filter((length) => length > usual).length <= lengths.length * 0.05 ? usual : longest;
}

/** Characters of several bytes make lines longer than others, which is no damage. */
function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function usualLength(lengths: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most), [0, 0])[0];
}

function endsAtEach(head: Uint8Array, strideBytes: number): boolean {
  return terminatorOf(head, strideBytes) > 0;
}

interface Descriptor {
  byteOrder: 'big' | 'little';
  lengthIncludesHeader: boolean;
}

/** Records (and blocks) that begin with their length: a chain that fits to the end can hardly be chance. */
function describedRecords(head: Uint8Array, sizeBytes: number): RecordGuess | undefined {
  for (const byteOrder of ['big', 'little'] as const) {
    for (const lengthIncludesHeader of [true, false]) {
      const descriptor = { byteOrder, lengthIncludesHeader };
      const guess = blockedChain(head, sizeBytes, descriptor) ?? recordChain(head, sizeBytes, descriptor);
      if (guess) return { ...guess, ...descriptor };
    }
  }
  return undefined;
}

function recordChain(head: Uint8Array, sizeBytes: number, descriptor: Descriptor): RecordGuess | undefined {
  const chain = chainOf(head, 0, head.length, descriptor);
  const complete =
    chain.endByte === sizeBytes || (head.length < sizeBytes && chain.endByte >= head.length - 4);
  if (!complete || chain.starts.length < 3) return undefined;
  return {
    ...guessOf(chain),
    format: 'rdw',
    reason: `${chain.starts.length} records, each after a descriptor of four bytes that says its length`,
  };
}

function blockedChain(head: Uint8Array, sizeBytes: number, descriptor: Descriptor): RecordGuess | undefined {
  const starts: number[] = [];
  const lengths: number[] = [];
  let block = 0;
  let blocks = 0;
  while (block + 4 <= head.length) {
    const end = endAfter(head, block, descriptor);
    if (end === undefined || end > sizeBytes) return undefined;
    if (end > head.length) break;
    const chain = chainOf(head, block + 4, end, descriptor);
    if (chain.endByte !== end || chain.starts.length === 0) return undefined;
    // One by one: a spread of very many would not fit on the stack.
    for (const start of chain.starts) starts.push(start);
    for (const length of chain.lengths) lengths.push(length);
    block = end;
    blocks++;
  }
  if (blocks === 0 || starts.length < 3) return undefined;
  return {
    ...guessOf({ starts, lengths }),
    format: 'bdw',
    reason: `${blocks} blocks of ${starts.length} records, each after a descriptor of four bytes that says its length`,
  };
}

function guessOf({ starts, lengths }: { starts: number[]; lengths: number[] }) {
  const lengthBytes = lengths.reduce((longest, length) => Math.max(longest, length), 0);
  return {
    lengthBytes,
    terminatorBytes: 0 as const,
    starts: starts.slice(0, MAX_RECORDS),
    lengths: lengths.slice(0, MAX_RECORDS),
  };
}

/** Follows record descriptors from `startByte` while they fit; the last may end after `endByte`. */
function chainOf(head: Uint8Array, startByte: number, endByte: number, descriptor: Descriptor) {
  const starts: number[] = [];
  const lengths: number[] = [];
  let at = startByte;
  while (at + 4 <= endByte) {
    const next = endAfter(head, at, descriptor);
    if (next === undefined) return { starts, lengths, endByte: -1 };
    if (next > endByte) return { starts, lengths, endByte: next };
    starts.push(at + 4);
    lengths.push(next - at - 4);
    at = next;
  }
  return { starts, lengths, endByte: at };
}

/** End of the record or block that a descriptor at `at` begins; undefined if it is not a descriptor. */
function endAfter(
  head: Uint8Array,
  at: number,
  { byteOrder, lengthIncludesHeader }: Descriptor,
): number | undefined {
  if (head[at + 2] !== 0 || head[at + 3] !== 0) return undefined;
  const length = byteOrder === 'big' ? head[at]! * 256 + head[at + 1]! : head[at]! + head[at + 1]! * 256;
  const lengthBytes = length - (lengthIncludesHeader ? 4 : 0);
  return lengthBytes < 1 ? undefined : at + 4 + lengthBytes;
}

/**
 * Bytes repeat at the distance of the record length: blanks, leading zeros, signs and constants are at the same
 * place in each record. The shortest distance that explains about as much as the best is the length.
 */
function fixedRecords(head: Uint8Array, sizeBytes: number): RecordGuess | undefined {
  const longest = Math.min(MAX_LENGTH, Math.floor(head.length / 3));
  const scores = new Float64Array(longest + 1);
  for (let length = 1; length <= longest; length++) scores[length] = likeness(head, length);
  const tried = scores.subarray(2);
  if (tried.length === 0) return undefined;
  const best = tried.reduce((high, score) => Math.max(high, score), 0);
  const mean = tried.reduce((sum, score) => sum + score, 0) / tried.length;
  const enough = best - 0.25 * (best - mean);
  const likely = [...scores.keys()].filter((length) => length >= 2 && scores[length]! >= enough);
  const longer = likely.find((length) => sizeBytes % length === 0) ?? likely[0];
  // Records that repeat in turn are most alike some records further on: a part of that distance is enough of a peak.
  const isPeak = (length: number) =>
    scores[length]! >= mean + 0.5 * (best - mean) &&
    scores[length]! > scores[length - 1]! &&
    scores[length]! > scores[length + 1]!;
  const lengthBytes = longer && ([...divisors(longer)].find(isPeak) ?? longer);
  if (lengthBytes === undefined || (best - mean < 0.05 && sizeBytes % lengthBytes !== 0)) return undefined;
  const terminatorBytes = terminatorOf(head, lengthBytes);
  const count = Math.min(MAX_RECORDS, Math.floor(head.length / lengthBytes));
  const starts = Array.from({ length: count }, (_, index) => index * lengthBytes);
  return {
    format: 'fixed',
    lengthBytes: lengthBytes - terminatorBytes,
    terminatorBytes,
    starts,
    lengths: starts.map(() => lengthBytes - terminatorBytes),
    reason: `${percent(scores[lengthBytes]!, 1)} of the bytes are the same as ${lengthBytes} bytes before, ${percent(mean, 1)} at other distances${sizeBytes % lengthBytes === 0 ? `; the file is ${sizeBytes / lengthBytes} such records` : '; the size of the file is no multiple of it'}`,
  };
}

function* divisors(length: number): Generator<number> {
  for (let part = 2; part * 2 <= length; part++) if (length % part === 0) yield part;
}

/** Share of bytes that are the same `distance` bytes later. */
function likeness(head: Uint8Array, distance: number): number {
  const compared = Math.min(COMPARED_BYTES, head.length - distance);
  let same = 0;
  for (let at = 0; at < compared; at++) if (head[at] === head[at + distance]) same++;
  return same / compared;
}

function terminatorOf(head: Uint8Array, strideBytes: number): 0 | 1 | 2 {
  for (let end = strideBytes; end <= head.length; end += strideBytes) {
    if (head[end - 1] !== LF) return 0;
  }
  return head[strideBytes - 2] === CR ? 2 : 1;
}
