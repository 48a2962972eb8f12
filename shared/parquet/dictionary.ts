import type { ColumnBuffer } from '../decode/column-buffer.ts';
import { bitWidthOf } from './levels.ts';
import type { ValueAccess } from './value-pages.ts';

/** Distinct values of a column chunk and, for each value, which one it is. */
export interface Dictionary {
  /** Index of the first value that equals each entry, in order of appearance. */
  entries: Int32Array;
  /** Entry of each value. */
  indexes: Int32Array;
  bitWidth: number;
}

const MAX_ENTRIES = 65_536;
/** After so many values the trend is clear: a column that is half distinct by then gains nothing. */
const EARLY_LOOK = 1024;

/**
 * The dictionary of a column's values where it makes the chunk smaller than PLAIN, else undefined. Gives up early on
 * columns that are mostly distinct, so that identifiers and amounts cost next to nothing.
 */
export function buildDictionary(column: ColumnBuffer, access: ValueAccess): Dictionary | undefined {
  const { valueCount } = column;
  if (column.kind === 'boolean' || column.kind === 'double' || valueCount < 8) return undefined;
  let tableSize = 4096;
  let table = new Int32Array(tableSize).fill(-1);
  const entries = new Int32Array(Math.min(valueCount, MAX_ENTRIES));
  const indexes = new Int32Array(valueCount);
  let entryCount = 0;
  let dictionaryBytes = 0;
  let plainBytes = 0;
  for (let value = 0; value < valueCount; value++) {
    if (value === EARLY_LOOK && entryCount > EARLY_LOOK / 2) return undefined;
    let slot = access.hash(value) & (tableSize - 1);
    let entry = table[slot]!;
    while (entry >= 0 && !access.equal(entries[entry]!, value)) {
      slot = (slot + 1) & (tableSize - 1);
      entry = table[slot]!;
    }
    const size = access.plainSizeBytes(value);
    plainBytes += size;
    if (entry < 0) {
      if (entryCount === MAX_ENTRIES) return undefined;
      entry = entryCount;
      entries[entryCount++] = value;
      table[slot] = entry;
      dictionaryBytes += size;
      if (entryCount * 2 > tableSize) {
        tableSize *= 4;
        table = rehashed(tableSize, entries, entryCount, access);
      }
    }
    indexes[value] = entry;
  }
  const bitWidth = bitWidthOf(entryCount);
  if (dictionaryBytes + (valueCount * bitWidth) / 8 >= plainBytes) return undefined;
  return { entries: entries.subarray(0, entryCount), indexes, bitWidth };
}

function rehashed(
  tableSize: number,
  entries: Int32Array,
  entryCount: number,
  access: ValueAccess,
): Int32Array<ArrayBuffer> {
  const table = new Int32Array(tableSize).fill(-1);
  for (let entry = 0; entry < entryCount; entry++) {
    let slot = access.hash(entries[entry]!) & (tableSize - 1);
    while (table[slot]! >= 0) slot = (slot + 1) & (tableSize - 1);
    table[slot] = entry;
  }
  return table;
}
