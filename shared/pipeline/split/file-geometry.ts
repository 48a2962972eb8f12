import { MAX_LINE_BYTES } from '../../decode/record-extractor.ts';
import { isTerminator, notWhole } from '../../form/broken-records.ts';
import { isOpenToPositions, positionsUnsaid } from '../../form/unsaid-positions.ts';
import type { Layout } from '../../layout/layout.ts';
import type { ObjectInfo, SourceStore } from '../../ports/object-store.ts';
import type { ByteRange } from '../../ranges/byte-range.ts';
import {
  findLastLineEnd,
  findLastLineStart,
  findLineTerminator,
  isFilling,
} from '../../ranges/terminators.ts';
import { type Refusal, refuse, refuseEmpty } from '../../refusal.ts';
import type { ControlRecordFound } from '../../run/file-plan.ts';
import { controlRecordMissing, takeControlRecord } from './control-record-found.ts';
import { cutShortRefusal } from './cut-short.ts';
import { varyingHint } from './varying-hint.ts';

/** The facts that the head and tail of a file show: its terminator, its control records, and the place of its details. */
export interface FileGeometry {
  terminatorBytes: number;
  /** The length of a record and its terminator; null for lines of different lengths. */
  strideBytes: number | null;
  header: ControlRecordFound | null;
  trailer: ControlRecordFound | null;
  /** Bytes before the first record that belong to no record. */
  leadingBytes: number;
  /** Everything between header and trailer. Along a chain of lengths, both are in it too. */
  details: ByteRange;
  remainder: ByteRange;
}

const FIXED_INSTEAD =
  'If its records have a fixed length without terminators, the layout must say record.format "fixed".';
const TAIL_SLACK_BYTES = 64;
const CR = 0x0d;

/** Reads the head and tail of a file of lines or fixed records. Reads more only if a record does not fit. */
export class GeometryProbe {
  private readonly raw: SourceStore;
  private readonly source: ObjectInfo;
  private readonly layout: Layout;
  private readonly span: ByteRange;

  constructor(raw: SourceStore, source: ObjectInfo, layout: Layout, span: ByteRange) {
    this.raw = raw;
    this.source = source;
    this.layout = layout;
    this.span = span;
  }

  /** `terminatorBytes` is that of fixed records; lines show their own. */
  probe(terminatorBytes?: number): Promise<FileGeometry | Refusal> {
    return terminatorBytes === undefined ? this.probeLines() : this.probeFixed(terminatorBytes);
  }

  private async probeLines(): Promise<FileGeometry | Refusal> {
    const { startByte, endByte } = this.span;
    const { lengthBytes, lineEndByte } = this.layout.record;
    const head = await this.readHead((bytes) => findLineTerminator(bytes, lineEndByte) !== undefined);
    const terminatorBytes = findLineTerminator(head, lineEndByte);
    if (terminatorBytes === undefined && head.length < endByte - startByte) {
      return this.refusal(
        'no-line-terminator',
        `the first ${head.length} bytes hold no line terminator`,
        FIXED_INSTEAD,
      );
    }
    const recordCount = (endByte - startByte) / lengthBytes;
    if (terminatorBytes === undefined && recordCount > 1 && Number.isInteger(recordCount)) {
      return this.refusal(
        'no-line-terminator',
        `its ${endByte - startByte} bytes hold no line terminator, and are as long as ${recordCount} records of ${lengthBytes} bytes`,
        FIXED_INSTEAD,
      );
    }
    const tail = await this.readTail((bytes) => {
      const end = findLastLineEnd(bytes, lineEndByte);
      return end !== undefined && findLastLineStart(bytes, end, lineEndByte) !== undefined;
    });
    const end = findLastLineEnd(tail.bytes, lineEndByte);
    if (end === undefined) return this.empty('the file holds nothing but line ends');
    const start = findLastLineStart(tail.bytes, end, lineEndByte);
    if (start === undefined && tail.from > startByte) {
      return this.refusal(
        'line-too-long',
        `the last line is longer than ${tail.bytes.length} bytes`,
        `The layout says ${lengthBytes} bytes per record: check record.format and record.length.`,
      );
    }
    const lastRecord = { startByte: tail.from + (start ?? 0), endByte: tail.from + end };
    const firstEnd = head.indexOf(lineEndByte);
    const firstRecord = { startByte, endByte: firstEnd < 0 ? endByte : startByte + firstEnd + 1 };
    const lastByte = tail.bytes[end - 1];
    const isOpen = lastByte !== lineEndByte && !(terminatorBytes === 2 && lastByte === CR);
    const found = { terminatorBytes: terminatorBytes ?? 1, firstRecord, lastRecord, isOpen };
    return this.withControlRecords({ ...found, recordsEnd: lastRecord.endByte }, (range) =>
      this.lineOf(range, head, tail),
    );
  }

  private async probeFixed(terminatorBytes: number): Promise<FileGeometry | Refusal> {
    const { startByte, endByte } = this.span;
    const sizeBytes = endByte - startByte;
    const { lengthBytes } = this.layout.record;
    const head = await this.readHead((bytes) => bytes.length >= lengthBytes + 2);
    const strideBytes = lengthBytes + terminatorBytes;
    const wholeBytes = Math.floor(sizeBytes / strideBytes) * strideBytes;
    const rest = sizeBytes - wholeBytes;
    // The last record may lack its terminator. After it there may only be line ends and Ctrl-Z.
    const recordsEnd = startByte + (rest >= lengthBytes ? wholeBytes + lengthBytes : wholeBytes);
    const filling = await this.read({ startByte: recordsEnd, endByte });
    const isAllFilling = filling.every((byte) => isFilling(byte));
    if (recordsEnd === startByte && isAllFilling) return this.empty('the file holds nothing but line ends');
    if (!isAllFilling) {
      const count = Math.floor(sizeBytes / strideBytes);
      return this.refusal(
        'not-whole-records',
        `its ${sizeBytes} bytes are not a whole number of records of ${lengthBytes} bytes${terminatorBytes ? ` and a terminator of ${terminatorBytes}` : ''}: ${count} records and ${rest} bytes left over`,
        `It was cut off, or record.length of the layout is wrong. Ask for it to be sent again, or correct the layout.${varyingHint(this.layout)}`,
      );
    }
    const lastIndex = Math.ceil((recordsEnd - startByte) / strideBytes) - 1;
    const lastStart = startByte + lastIndex * strideBytes;
    const lastBytes = await this.read({ startByte: lastStart, endByte: recordsEnd });
    const isOpen = rest >= lengthBytes && terminatorBytes > 0 && lastIndex > 0;
    if (
      isOpen &&
      !isTerminator(await this.read({ startByte: lastStart - terminatorBytes, endByte: lastStart }))
    ) {
      // Nothing after it says that the last record is where it should be: it may be one byte off like the one before it.
      const why = 'The record after it has no terminator that would say otherwise.';
      return refuse('terminator-missing', { where: this.source.key, ...notWhole(lastIndex, lastStart, why) });
    }
    const firstRecord = { startByte, endByte: Math.min(startByte + strideBytes, recordsEnd) };
    const lastRecord = { startByte: lastStart, endByte: recordsEnd };
    const found = { terminatorBytes, firstRecord, lastRecord, recordsEnd };
    return this.withControlRecords(found, (range) =>
      (range === firstRecord ? head : lastBytes).subarray(0, lengthBytes),
    );
  }

  /** Takes the header and trailer off the two ends. `record` returns a record without its terminator. */
  private withControlRecords(
    found: {
      terminatorBytes: number;
      firstRecord: ByteRange;
      lastRecord: ByteRange;
      recordsEnd: number;
      /** The last record lacks its terminator, and should have one. */
      isOpen?: boolean;
    },
    record: (range: ByteRange) => Uint8Array,
  ): FileGeometry | Refusal {
    const { terminatorBytes, firstRecord, lastRecord, recordsEnd } = found;
    const { layout, source, span } = this;
    const { lengthBytes } = layout.record;
    const details = { startByte: span.startByte, endByte: recordsEnd };
    const control = [layout.header && firstRecord, layout.trailer && lastRecord];
    const open = control.find((range) => range && isOpenToPositions(record(range), layout.record));
    if (open) return positionsUnsaid(source.key, open.startByte);
    let header: ControlRecordFound | null = null;
    let trailer: ControlRecordFound | null = null;
    if (layout.header) {
      const first = record(firstRecord);
      header = takeControlRecord(layout, layout.header, first, firstRecord) ?? null;
      if (!header) return controlRecordMissing(source, 'header', layout, layout.header, first);
      details.startByte = header.endByte;
    }
    const last = record(lastRecord);
    const cut = found.isOpen ? cutShortRefusal(source, layout, last, lastRecord.startByte) : undefined;
    if (cut) return cut;
    if (layout.trailer) {
      // One record is not header and trailer, although it may read like both.
      if (lastRecord.startByte >= details.startByte)
        trailer = takeControlRecord(layout, layout.trailer, last, lastRecord) ?? null;
      if (!trailer) return controlRecordMissing(source, 'trailer', layout, layout.trailer, last);
      details.endByte = trailer.startByte;
    }
    const strideBytes = lengthBytes + terminatorBytes;
    const rest = (details.endByte - details.startByte) % strideBytes;
    // Lines of one number of characters have no one length in bytes.
    const counted = layout.record.positions === 'characters';
    const uniform = !counted && (rest === 0 || rest === lengthBytes);
    return {
      terminatorBytes,
      strideBytes: uniform ? strideBytes : null,
      header,
      trailer,
      leadingBytes: span.startByte,
      details,
      remainder: { startByte: recordsEnd, endByte: source.sizeBytes },
    };
  }

  /** The bytes of a line without its terminator, from the window that holds it. */
  private lineOf(range: ByteRange, head: Uint8Array, tail: { bytes: Uint8Array; from: number }): Uint8Array {
    const { startByte } = this.span;
    const line =
      range.endByte <= startByte + head.length
        ? head.subarray(range.startByte - startByte, range.endByte - startByte)
        : tail.bytes.subarray(range.startByte - tail.from, range.endByte - tail.from);
    let end = line.length;
    if (line[end - 1] === this.layout.record.lineEndByte) end--;
    if (line[end - 1] === CR) end--;
    return line.subarray(0, end);
  }

  private async readHead(enough: (bytes: Uint8Array) => boolean): Promise<Uint8Array> {
    const { startByte } = this.span;
    const sizeBytes = this.span.endByte - startByte;
    let length = Math.min(sizeBytes, this.layout.record.lengthBytes + 2);
    for (;;) {
      const bytes = await this.read({ startByte, endByte: startByte + length });
      if (enough(bytes) || length === sizeBytes || length >= MAX_LINE_BYTES) return bytes;
      length = Math.min(sizeBytes, length * 8, MAX_LINE_BYTES);
    }
  }

  private async readTail(
    enough: (bytes: Uint8Array) => boolean,
  ): Promise<{ bytes: Uint8Array; from: number }> {
    const { startByte, endByte } = this.span;
    const sizeBytes = endByte - startByte;
    let length = Math.min(sizeBytes, this.layout.record.lengthBytes + TAIL_SLACK_BYTES);
    for (;;) {
      const from = endByte - length;
      const bytes = await this.read({ startByte: from, endByte });
      if (enough(bytes) || from === startByte || length >= MAX_LINE_BYTES) return { bytes, from };
      length = Math.min(sizeBytes, length * 8, MAX_LINE_BYTES);
    }
  }

  private read(range: ByteRange): Promise<Uint8Array> {
    return this.raw.readRange(this.source.key, range, { pin: this.source.pin });
  }

  private empty(what: string): Refusal {
    return refuseEmpty(this.source.key, what);
  }

  private refusal(code: Refusal['code'], what: string, next: string): Refusal {
    return refuse(code, { where: this.source.key, what, next });
  }
}
