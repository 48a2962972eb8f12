import { decodeValue } from '../../shared/decode/decode-value.ts';
import type { Field } from '../../shared/layout/field.ts';
import type { Layout, MatchPlace } from '../../shared/layout/layout.ts';
import type { FilePlan } from '../../shared/run/file-plan.ts';

/** The rows that a file must become, worked out line by line and value by value, without kernel, ranges or pages. */
interface RightRows {
  /** Each as JSON, sorted. */
  rows: string[];
  rejected: number;
}

/** Takes from `plan` where details begin and end; other tests prove that the parts of a file cover it exactly. */
export function rightRows(file: Uint8Array, layout: Layout, plan: FilePlan): RightRows {
  const from = plan.header?.endByte ?? 0;
  const to = plan.trailer?.startByte ?? plan.remainder.startByte;
  const rows: string[] = [];
  let rejected = 0;
  for (const record of recordsOf(file.subarray(from, to), layout, plan.geometry.terminatorBytes)) {
    const row = record && rowOf(record.bytes, record.heldBytes, layout);
    if (row === undefined) rejected++;
    else rows.push(row);
  }
  return { rows: rows.sort(), rejected };
}

/** Records filled up to their full length, with the bytes that the file holds of each; undefined for a broken record. */
function* recordsOf(
  bytes: Uint8Array,
  { record: { format, lengthBytes, short } }: Layout,
  terminatorBytes: number,
): Generator<{ bytes: Uint8Array; heldBytes: number } | undefined> {
  if (format === 'fixed') {
    const strideBytes = lengthBytes + terminatorBytes;
    const terminator = Buffer.from('\r\n').subarray(2 - terminatorBytes);
    for (let at = 0; at < bytes.length; at += strideBytes) {
      const end = bytes.subarray(at + lengthBytes, at + strideBytes);
      const isWhole = end.length < terminatorBytes || terminator.equals(end);
      yield isWhole ? { bytes: bytes.subarray(at, at + lengthBytes), heldBytes: lengthBytes } : undefined;
    }
    return;
  }
  for (let at = 0; at < bytes.length; ) {
    const lineFeed = bytes.indexOf(0x0a, at);
    const next = lineFeed < 0 ? bytes.length : lineFeed + 1;
    let end = lineFeed < 0 ? bytes.length : lineFeed;
    if (lineFeed > at && bytes[end - 1] === 0x0d) end--;
    const line = bytes.subarray(at, end);
    at = next;
    const isBlank = line.length === 0;
    if (isBlank || line.length > lengthBytes || (line.length < lengthBytes && short === 'reject'))
      yield undefined;
    else {
      const filled = Buffer.concat([line, Buffer.alloc(lengthBytes - line.length, 0x20)]);
      yield { bytes: filled, heldBytes: line.length };
    }
  }
}

function rowOf(record: Uint8Array, heldBytes: number, layout: Layout): string | undefined {
  const [recordType] = layout.recordTypes;
  const detail = recordType!.match;
  const fits = ({ startByte, endByte, anyOf }: MatchPlace) =>
    anyOf.some((bytes) => Buffer.from(record.subarray(startByte, endByte)).equals(bytes));
  if (detail && !detail.every(fits)) return undefined;
  if ([layout.header, layout.trailer].some((control) => control?.match.every(fits))) return undefined;
  const values: (string | null)[] = [];
  for (const field of recordType!.datasets[0]!.fields) {
    // Only a text that need not be there is filled up with blanks: every other field rejects a record that ends before it does.
    const isText = field.usage === 'display' && field.type.kind === 'string';
    if (!(isText && field.mayBeAbsent) && heldBytes < field.endByte) {
      if (!field.mayBeAbsent || heldBytes > field.startByte || field.required) return undefined;
      values.push(null);
      continue;
    }
    const decoded = decodeValue(record, 0, field);
    if (decoded.state === 'invalid' && field.onInvalid === 'reject') return undefined;
    const value = decoded.state === 'value' ? decoded.value : null;
    if (value === null && field.required) return undefined;
    values.push(valueText(value, field));
  }
  return JSON.stringify(values);
}

/** A value as text that both sides can write; a number as the nearest double, because the reader gives doubles. */
export function valueText(value: unknown, field: Field): string | null {
  if (value === null || value === undefined) return null;
  const { kind } = field.type;
  if (value instanceof Date) return String(kind === 'date' ? value.getTime() / 86_400_000 : value.getTime());
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (field.type.kind === 'decimal' && typeof value === 'bigint') {
    return Number(Number(value) / 10 ** field.type.scale).toPrecision(12);
  }
  if (kind === 'decimal') return Number(value).toPrecision(12);
  return kind === 'string' && value === '' ? null : String(value);
}
