import { decimalText } from '../shared/decimal.ts';
import { dateText } from '../shared/decode/calendar.ts';
import { type FieldType, scaleOf } from '../shared/layout/field-type.ts';

/** A decoded value as people read it: 12345 of decimal(9,2) → `123.45`, days and microseconds → a date. */
export function decodedText(value: string | bigint | number | boolean | Uint8Array, type: FieldType): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex').toUpperCase();
  if (type.kind === 'date') return dateText(Number(value));
  if (type.kind === 'timestamp') return timestampText(BigInt(value as bigint));
  if (typeof value === 'bigint') return decimalText({ unscaled: value, scale: scaleOf(type) });
  return String(value);
}

function timestampText(micros: bigint): string {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = Number((micros - fraction) / 1_000_000n);
  const text = new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
  return fraction === 0n ? text : `${text}.${String(fraction).padStart(6, '0')}`;
}
