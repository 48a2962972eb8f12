import { DuckDBVarCharVector } from '@duckdb/node-api';

/** U+FEFF in UTF-8, EF BB BF, as the first three bytes of a little-endian number. */
const FEFF = 0xbfbbef;
const THREE_BYTES = 0xffffff;

/** Of each text in a vector: its length, then its first four bytes, whether the rest follows or lies elsewhere (duckdb_string_t). */
const TEXT_BYTES = 16;

let areWhole = false;

/**
 * Lets texts that begin with U+FEFF keep it: DuckDB's binding decodes with a `TextDecoder` that takes it for a byte order mark and leaves it
 * out, so that two different values would look the same. To be called before the first text is read.
 */
export function keepTextsWhole(): void {
  if (areWhole || DuckDBVarCharVector === undefined) return;
  areWhole = true;
  const { getItem } = DuckDBVarCharVector.prototype;
  DuckDBVarCharVector.prototype.getItem = function (index: number) {
    const text = getItem.call(this, index);
    return text !== null && beginsWithFeff(Reflect.get(this, 'dataView'), index * TEXT_BYTES)
      ? `\uFEFF${text}`
      : text;
  };
}

function beginsWithFeff(bytes: unknown, at: number): boolean {
  if (!(bytes instanceof DataView)) return false;
  return bytes.getUint32(at, true) >= 3 && (bytes.getUint32(at + 4, true) & THREE_BYTES) === FEFF;
}
