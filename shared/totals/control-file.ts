import { lengthIn } from '../decode/characters.ts';
import { extendsAscii } from '../layout/code-page.ts';
import type { ControlFileRule } from '../layout/layout.ts';
import { utf8MarkBytes } from '../layout/utf-8-mark.ts';
import { matches, readControlRecord } from './control-record.ts';
import type { ControlValue } from './control-value.ts';

/** Key of the control file of a data file: `night/contracts.txt`, `{stem}.ctl` → `night/contracts.ctl` */
export function controlFileKey(sourceKey: string, rule: Pick<ControlFileRule, 'name'>): string {
  const folder = sourceKey.slice(0, sourceKey.lastIndexOf('/') + 1);
  const name = sourceKey.slice(folder.length);
  const stem = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : name;
  return folder + rule.name.replaceAll('{name}', name).replaceAll('{stem}', stem);
}

/** The fields of the record that states the totals; or, as a clause, why the file has no such record. */
export function readControlFile(
  stored: Uint8Array,
  { format, positions, lengthBytes, match, fields, encoding }: ControlFileRule,
): Record<string, ControlValue> | string {
  const bytes = stored.subarray(extendsAscii(encoding) ? utf8MarkBytes(stored) : 0);
  if (bytes.length < stored.length && encoding !== 'utf-8' && bytes.some((byte) => byte > 0x7f)) {
    return `it begins with the byte-order mark of UTF-8, and its encoding is ${encoding}: say "encoding": "utf-8" in controlFile`;
  }
  const records = (format === 'lines' ? linesOf(bytes) : fixedRecordsOf(bytes, lengthBytes)) ?? [];
  const lengths = records.map((record) => lengthIn(positions, record));
  const tooLong = lengths.find((length) => length !== undefined && length > lengthBytes);
  if (records.length === 0) {
    return format === 'lines' ? 'it is empty' : `it is not whole records of ${lengthBytes} bytes`;
  }
  if (lengths.includes(undefined)) return 'it has a record that is not well-formed UTF-8';
  if (tooLong !== undefined) {
    return `it has a record of ${tooLong} ${positions}, but controlFile.length says ${lengthBytes}`;
  }
  const fitting = match ? records.filter((record) => matches(record, match)) : records;
  const [only, ...others] = fitting;
  if (only && others.length === 0) {
    return readControlRecord(only, { positions, fields }, lengthBytes);
  }
  if (match) {
    const places = match.map(
      ({ startByte, endByte, text }) => `${text} at ${positions} ${startByte + 1} to ${endByte}`,
    );
    return `${fitting.length} of its ${records.length} records have ${places.join(' and ')}, but exactly one must`;
  }
  return `it has ${records.length} records: say with controlFile.match which one counts`;
}

const LF = 0x0a;
const CR = 0x0d;

/** The lines that are not blank, without their line ends. */
function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(LF, start);
    const next = found < 0 ? bytes.length : found;
    // Before an empty line there is a line end, or nothing.
    const end = bytes[next - 1] === CR ? next - 1 : next;
    const line = bytes.subarray(start, end);
    // DOS programs write Ctrl-Z after the last line; it is not a line.
    if (line.some((byte) => byte !== 0x20 && byte !== 0x1a)) lines.push(line);
    start = next + 1;
  }
  return lines;
}

/** Records without terminators; undefined if the last one is cut off. */
function fixedRecordsOf(bytes: Uint8Array, lengthBytes: number): Uint8Array[] | undefined {
  if (bytes.length % lengthBytes !== 0) return undefined;
  return Array.from({ length: bytes.length / lengthBytes }, (_, index) =>
    bytes.subarray(index * lengthBytes, (index + 1) * lengthBytes),
  );
}
