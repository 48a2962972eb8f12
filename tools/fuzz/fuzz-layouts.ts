import type { Chances } from '../chaos/fault-plan.ts';

const ENCODINGS = ['iso-8859-1', 'us-ascii', 'utf-8', 'cp037', 'cp1252'];
const TEXTS = ['string', 'binary'];

/** Forms a field of `length` bytes may have. */
function fieldForm(length: number, chances: Chances): Record<string, unknown> {
  switch (chances.below(7)) {
    case 0:
      return { type: 'integer', sign: chances.of(['none', 'leading', 'trailing', 'leading-separate']) };
    case 1:
      return { type: `decimal(${Math.min(18, length + 2)},2)`, point: chances.of(['implied', 'explicit']) };
    case 2:
      return { type: `decimal(${2 * length - 1},${chances.below(2)})`, usage: 'packed', point: 'implied' };
    case 3:
      return length === 8 || length === 4 || length === 2
        ? { type: 'integer', usage: 'binary' }
        : { type: 'string' };
    case 4:
      return length === 8 ? { type: 'date', format: 'yyyyMMdd' } : { type: 'string', trim: 'both' };
    default:
      return { type: chances.of(TEXTS), ...(chances.happens(0.1) ? { required: true } : {}) };
  }
}

/** Mostly what decodes somewhere: digits, overpunched and blank, signs of packed numbers. */
function byteOf(chances: Chances): number {
  const kind = chances.below(10);
  if (kind < 5) return 0x30 + chances.below(10);
  if (kind === 5) return chances.of([0x20, 0x40]);
  if (kind === 6) return chances.of([0x0c, 0x1c, 0x0d, 0x7b, 0x4a, 0x2d, 0x2b, 0x2e]);
  return kind === 7 ? chances.below(256) : 0x41 + chances.below(26);
}

/** A layout of random fields over a record of a random length, and good bytes for it now and then. */
export function fuzzLayout(chances: Chances): { layoutText: string; bytes: Buffer } {
  const fields: Record<string, unknown>[] = [];
  let at = 1;
  for (let count = 1 + chances.below(8); count > 0; count--) {
    const length = chances.of([1, 2, 4, 8, 8, 5, 11, 16]);
    fields.push({ name: `f${count}`, start: at, end: at + length - 1, ...fieldForm(length, chances) });
    at += length;
  }
  const length = at - 1;
  const format = chances.of(['lines', 'fixed']);
  const encoding = chances.of(format === 'lines' ? ENCODINGS.slice(0, 3) : ENCODINGS);
  const layout = {
    name: 'fuzz',
    encoding,
    record: { format, length, ...(format === 'lines' ? { short: chances.of(['pad', 'reject']) } : {}) },
    partitionBy: [],
    fields,
    rejects: { maxPercent: 100 },
  };
  const records = Array.from({ length: chances.below(30) }, () =>
    Buffer.from(Array.from({ length }, () => byteOf(chances))),
  );
  const end = Buffer.from(format === 'lines' ? '\n' : chances.of(['', '\n', '\r\n']));
  return {
    layoutText: JSON.stringify(layout),
    bytes: Buffer.concat(records.flatMap((record) => [record, end])),
  };
}
