import { matchBefore, matchLength } from './snappy-tokens';
import { BLOCK_COMPRESSED, BLOCK_HEAD_BYTES, writeBlockHead } from './zstd-blocks';
import { appendLiterals, forgetLiterals, LITERALS, writeLiterals } from './zstd-literals';
import { addSequence, beginSequences, dropSequences, hasRoom, sequenceCount } from './zstd-sequence-list';
import { writeSequences } from './zstd-sequences';

/**
 * A search for matches of at least six bytes anywhere before, with a table of the last position of each hash. It takes several times
 * as long as coding the bytes, so a sample of the page must show that much is gained.
 */
const TABLE_BITS: u64 = 14;
const TABLE: usize = memory.data(4 << 14, 16);
const HASHED_BYTES: usize = 6;
/** A search stops this far before the end, so that it can read a whole word. */
const TAIL_BYTES: usize = 16;
const LEAST_BYTES: usize = 1024;
const SAMPLE_BYTES: usize = 8 * 1024;
/** What a sequence takes, in halves of a byte, and how many halves are saved for four bytes that are not literals. */
const SEQUENCE_HALVES: usize = 5;
const SAVED_HALVES: usize = 5;
/** Matches must cover more than their tables, and so much for each sequence, take. */
const TABLES_BYTES: usize = 24;
const SEQUENCE_BYTES: usize = 4;

function slotOf(word: u64): usize {
  return TABLE + (((((word << 16) * 0x9e3779b185ebca87) >>> (64 - TABLE_BITS)) as usize) << 2);
}

/** Returns whether a search of [from, end) saves `leastSaved` percent of what literals alone would take, by its first bytes. */
export function searchPays(from: usize, end: usize, leastSaved: usize): bool {
  const size = min<usize>(SAMPLE_BYTES, end - from);
  if (size < LEAST_BYTES || leastSaved > 100) return false;
  memory.fill(TABLE, 0, 4 << 14);
  beginSequences();
  const literals = search(from, from, from + size) - LITERALS;
  const taken = (sequenceCount as usize) * SEQUENCE_HALVES;
  const saved = ((size - literals) * SAVED_HALVES) >>> 2;
  const whole = (size * SAVED_HALVES) >>> 2;
  dropSequences();
  const pays = saved > taken && (saved - taken) * 100 >= whole * leastSaved;
  if (pays) memory.fill(TABLE, 0, 4 << 14);
  return pays;
}

/** Adds the sequences of [from, end) to the list, and its literals to `LITERALS`; the page begins at `base`. Returns the address after the literals. */
function search(base: usize, from: usize, end: usize): usize {
  let pending = from;
  let to = LITERALS;
  const limit = end - from > TAIL_BYTES ? end - TAIL_BYTES : from;
  let at = from + 1;
  while (at < limit && hasRoom()) {
    let candidate = base;
    let match: usize = 0;
    for (let steps: usize = 32; at < limit; at += steps++ >>> 5) {
      const word = load<u64>(at);
      const slot = slotOf(word);
      candidate = base + load<u32>(slot);
      store<u32>(slot, (at - base) as u32);
      if (load<u32>(candidate) !== (word as u32)) continue;
      match = matchLength(at, candidate, end);
      if (match >= HASHED_BYTES) break;
      match = 0;
    }
    if (match === 0) break;
    // A sequence has one literal at least: without any, the last three offsets would mean others.
    const most = min<usize>(at - pending - 1, candidate - base);
    const before = most === 0 ? 0 : matchBefore(at, candidate, most);
    const literals = at - before - pending;
    to = appendLiterals(pending, literals, to);
    addSequence(literals, at - candidate, match + before);
    pending = at + match;
    if (pending < limit) store<u32>(slotOf(load<u64>(pending - 2)), (pending - 2 - base) as u32);
    at = pending + 1;
  }
  return appendLiterals(pending, end - pending, to);
}

/** Writes a block of [from, end) of the page that begins at `base`. Returns the address after it, or 0 if it is not worth it. */
export function writeSearchedBlock(base: usize, from: usize, end: usize, isLast: bool, out: usize): usize {
  beginSequences();
  const literalsEnd = search(base, from, end);
  const matched = end - from - (literalsEnd - LITERALS);
  if (matched < TABLES_BYTES + (sequenceCount as usize) * SEQUENCE_BYTES) {
    dropSequences();
    return 0;
  }
  const body = out + BLOCK_HEAD_BYTES;
  const next = writeSequences(writeLiterals(LITERALS, literalsEnd - LITERALS, body));
  if (next - body >= end - from) {
    // Readers never see the code either.
    forgetLiterals();
    dropSequences();
    return 0;
  }
  writeBlockHead(out, BLOCK_COMPRESSED, next - body, isLast);
  return next;
}
