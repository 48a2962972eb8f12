import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createFileLayoutSource } from '../local/adapters/file-layout-source.ts';
import { startDir } from '../local/adapters/project-folders.ts';
import { decodeFrom, lengthIn, padRecord, partOf } from '../shared/decode/characters.ts';
import type { DecodedValue } from '../shared/decode/decoded-value.ts';
import { decodeAt, fileBytesAt } from '../shared/decode/narrowed-value.ts';
import { HEADER_INSIDE_REASON, OUTCOME_REASONS } from '../shared/decode/record-batch.ts';
import { beyondEnd } from '../shared/decode/record-end.ts';
import { RecordExtractor } from '../shared/decode/record-extractor.ts';
import { recordShape } from '../shared/decode/record-shape.ts';
import { LayoutInvalid, UsageError } from '../shared/errors.ts';
import { Kernel } from '../shared/kernel/kernel.ts';
import { readLayout } from '../shared/layout/compile/read-layout.ts';
import type { Field, Selection } from '../shared/layout/field.ts';
import type { Layout, RecordType } from '../shared/layout/layout.ts';
import { loadLayoutText } from '../shared/pipeline/store/load-layout.ts';
import { findFixedTerminator, findLineTerminator } from '../shared/ranges/terminators.ts';
import { matches, matchesControlRecord } from '../shared/totals/control-record.ts';
import { decodedText } from './decoded-text.ts';
import { type FileHead, readFileHead } from './file-head.ts';

/** One record as preview shows it. */
interface PreviewRecord {
  record: number;
  byteOffset: number;
  /** `header`, `detail`, `unknown`, or the record type if there are several. */
  kind: string;
  /** Why the record as a whole is rejected. */
  reason?: string;
  fields: PreviewField[];
}

/** A value as text, or the reason that it has no value, with the bytes in hexadecimal. */
interface PreviewField {
  name: string;
  value: string | null;
  problem?: string;
  hex?: string;
}

/** `layout preview LAYOUT DATA`: the first records decoded; what does not decode is in hexadecimal. */
export async function previewData(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    options: { records: { type: 'string', default: '5' }, json: { type: 'boolean' } },
    allowPositionals: true,
  });
  const [name, dataPath] = positionals;
  if (name === undefined || dataPath === undefined || positionals.length > 2) {
    throw new UsageError({ what: 'a layout and a data file are needed', next: 'layout preview LAYOUT DATA' });
  }
  const recordCount = /^\d{1,5}$/.test(values.records) ? Number(values.records) : 0;
  if (recordCount < 1) throw new UsageError({ what: `--records '${values.records}' is not 1 to 99999` });
  const path = /[/.\\]/.test(name) ? resolve(startDir, name) : name;
  const { file, text } = await loadLayoutText(createFileLayoutSource(), path);
  const layout = readLayout(text, file);
  const shown = previewRecords(layout, await headOf(dataPath, layout, recordCount), recordCount);
  if (shown.length === 0) {
    throw new LayoutInvalid({
      what: `the beginning of ${dataPath} holds no record of ${layout.record.lengthBytes} ${layout.record.positions}`,
      where: file,
      next: 'Check record.format and record.length; layout guess DATA proposes them.',
    });
  }
  if (values.json) for (const record of shown) console.log(JSON.stringify(record));
  else console.log(shown.map(recordText).join('\n\n'));
  return 0;
}

/** A terminator, or descriptor words of a record and its block. */
const RECORD_OVERHEAD_BYTES = 8;
const MOST_UTF8_BYTES = 4;
/** The most of a file that is read, however many records are wanted. */
const MAX_HEAD_BYTES = 64 * 1024 * 1024;

/** The head that `recordCount` records need, and one more to see where the last of them ends. */
function headOf(path: string, { record }: Layout, recordCount: number): Promise<FileHead> {
  const longest = record.lengthBytes * (record.positions === 'characters' ? MOST_UTF8_BYTES : 1);
  const recordBytes = longest + RECORD_OVERHEAD_BYTES;
  const wanted = record.fileHeaderBytes + (recordCount + 1) * recordBytes;
  return readFileHead(path, Math.min(wanted, MAX_HEAD_BYTES));
}

function previewRecords(layout: Layout, head: FileHead, recordCount: number): PreviewRecord[] {
  const { format, lengthBytes, lineEndByte, fileHeaderBytes, fileTrailerBytes } = layout.record;
  const bytes = head.bytes.subarray(fileHeaderBytes);
  const sizeBytes = head.sizeBytes - fileHeaderBytes - fileTrailerBytes;
  const terminatorBytes =
    format === 'lines'
      ? (findLineTerminator(bytes, lineEndByte) ?? 0)
      : findFixedTerminator(bytes, lengthBytes, sizeBytes);
  const kernel = new Kernel();
  const shape = recordShape(layout.record, terminatorBytes);
  const extractor = new RecordExtractor(kernel, shape, fileHeaderBytes);
  const records: PreviewRecord[] = [];
  const atEnd = bytes.length >= sizeBytes;
  for (let from = 0; from < bytes.length && records.length < recordCount; ) {
    from += extractor.push(bytes, from);
    while (extractor.extract(atEnd && from >= bytes.length) > 0) {
      for (let index = 0; index < extractor.recordCount && records.length < recordCount; index++) {
        records.push(previewRecord(layout, kernel, extractor, index, records.length));
      }
    }
  }
  return records;
}

function previewRecord(
  layout: Layout,
  kernel: Kernel,
  extractor: RecordExtractor,
  index: number,
  recordIndex: number,
): PreviewRecord {
  const raw = extractor.rawBytesOf(index);
  const shown = { record: recordIndex + 1, byteOffset: extractor.byteOffsetOf(index) };
  if (recordIndex === 0 && layout.header && matchesControlRecord(raw, layout.header)) {
    const { positions, lengthBytes, spaceByte } = layout.record;
    const held = lengthIn(positions, raw) ?? 0;
    const padded = padRecord(raw, positions, lengthBytes, spaceByte);
    const fields = layout.header.fields.map((field) =>
      previewField(field, beyondEnd(field, held, spaceByte) ?? decodeFrom(padded, field), partOf(raw, field)),
    );
    return { ...shown, kind: 'header', fields };
  }
  const reason = OUTCOME_REASONS[extractor.outcomeOf(index)];
  if (reason) return { ...shown, kind: 'detail', reason, fields: [rawField(raw)] };
  if (layout.header && matches(raw, layout.header.match))
    return { ...shown, kind: 'unknown', reason: HEADER_INSIDE_REASON, fields: [rawField(raw)] };
  const type = layout.recordTypes.find(({ match }) => !match || matches(raw, match));
  if (!type) return { ...shown, kind: 'unknown', reason: 'it matches no detail', fields: [rawField(raw)] };
  const kind = layout.recordTypes.length > 1 ? type.name : 'detail';
  if (type.datasets.length === 0) return { ...shown, kind, reason: 'discarded', fields: [rawField(raw)] };
  const start = extractor.startOf(index);
  const bytes = kernel.bytes;
  const fields = previewedFields(type).flatMap((field) =>
    field.when && !isSelected(bytes, start, field.when)
      ? []
      : [
          previewField(
            field,
            beyondEnd(field, extractor.lengthOf(index), layout.record.spaceByte) ??
              decodeAt(kernel, start, field),
            fileBytesAt(kernel, start, field),
          ),
        ],
  );
  return { ...shown, kind, fields };
}

/** The fields in the record itself; for a table, those of its first occurrence. */
function previewedFields({ datasets }: RecordType): Field[] {
  return datasets.flatMap(({ fields, occurs }) =>
    fields.filter(({ origin, inOccurrence }) => origin.kind === 'record' && (!occurs || inOccurrence)),
  );
}

function isSelected(
  bytes: Uint8Array,
  recordStart: number,
  { startByte, endByte, anyOf }: Selection,
): boolean {
  const found = bytes.subarray(recordStart + startByte, recordStart + endByte);
  return anyOf.some((literal) => Buffer.compare(literal, found) === 0);
}

function previewField(field: Field, decoded: DecodedValue, bytes: Uint8Array): PreviewField {
  const { name } = field;
  const hex = hexText(bytes);
  if (decoded.state === 'invalid') return { name, value: null, problem: decoded.reason, hex };
  if (decoded.state === 'null') {
    return { name, value: null, ...(field.required && { problem: 'required and blank', hex }) };
  }
  return { name, value: decodedText(decoded.value, field.type) };
}

function rawField(raw: Uint8Array): PreviewField {
  return { name: '(record)', value: null, problem: 'not decoded', hex: hexText(raw.subarray(0, 64)) };
}

function hexText(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .toUpperCase()
    .replace(/..(?=.)/g, '$& ');
}

function recordText({ record, byteOffset, kind, reason, fields }: PreviewRecord): string {
  const width = Math.max(...fields.map(({ name }) => name.length));
  return [
    `record ${record}, byte ${byteOffset}, ${kind}${reason ? `: ${reason}` : ''}`,
    ...fields.map(({ name, value, problem, hex }) => {
      const shown = problem === undefined ? (value ?? '(null)') : `✗ ${problem}: ${hex}`;
      return `  ${name.padEnd(width)}  ${shown.replace(/\p{Cc}/gu, '·')}`;
    }),
  ].join('\n');
}
