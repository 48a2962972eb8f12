import { matchesControlRecord, readControlRecord } from '../control/control-record.ts';
import type { ControlRecordFound } from '../control/file-plan.ts';
import type { Refusal } from '../control/refusal.ts';
import { MAX_LINE_BYTES } from '../decode/record-extractor.ts';
import { type ControlRecord, copiesHeader, type Layout } from '../layout/layout.ts';
import type { ObjectInfo, ObjectStore } from '../ports/object-store.ts';
import type { ByteRange } from '../ranges/byte-range.ts';
import {
  fixedTerminatorBytes,
  isFilling,
  lastLineEnd,
  lastLineStart,
  lineTerminatorBytes,
} from '../ranges/geometry.ts';

/** What head and tail of a file tell: terminator, control records, and where the details lie. */
export interface FileGeometry {
  terminatorBytes: number;
  /** Record and terminator, where all records are expected to be as long; null for lines that vary. */
  strideBytes: number | null;
  header: ControlRecordFound | null;
  trailer: ControlRecordFound | null;
  /** Everything between header and trailer. */
  details: ByteRange;
  remainder: ByteRange;
}

const TAIL_SLACK_BYTES = 64;

/** Reads head and tail of a file, growing each read only where a record does not fit. A string says why it is refused. */
export class GeometryProbe {
  private readonly raw: ObjectStore;
  private readonly source: ObjectInfo;
  private readonly layout: Layout;

  constructor(raw: ObjectStore, source: ObjectInfo, layout: Layout) {
    this.raw = raw;
    this.source = source;
    this.layout = layout;
  }

  async probe(): Promise<FileGeometry | Refusal> {
    if (this.source.sizeBytes === 0) return this.empty('the file is empty');
    return this.layout.record.format === 'lines' ? this.probeLines() : this.probeFixed();
  }

  private async probeLines(): Promise<FileGeometry | Refusal> {
    const { sizeBytes } = this.source;
    const { lengthBytes } = this.layout.record;
    const head = await this.readHead((bytes) => lineTerminatorBytes(bytes) !== undefined);
    const terminatorBytes = lineTerminatorBytes(head);
    if (terminatorBytes === undefined && head.length < sizeBytes) {
      return this.refusal(
        'no-line-terminator',
        `the first ${head.length} bytes hold no line terminator`,
        'If its records have a fixed length without terminators, the layout must say record.format "fixed".',
      );
    }
    const tail = await this.readTail((bytes, from) => {
      const end = lastLineEnd(bytes);
      return end !== undefined && (from === 0 || lastLineStart(bytes, end) >= 0);
    });
    const end = lastLineEnd(tail.bytes);
    if (end === undefined) return this.empty('the file holds nothing but line ends');
    const start = lastLineStart(tail.bytes, end);
    if (start < 0 && tail.from > 0) {
      return this.refusal(
        'line-too-long',
        `the last line is longer than ${tail.bytes.length} bytes`,
        `The layout says ${lengthBytes} bytes a record: check record.format and record.length.`,
      );
    }
    const lastRecord = { startByte: tail.from + Math.max(start, 0), endByte: tail.from + end };
    const firstEnd = head.indexOf(0x0a);
    const firstRecord = { startByte: 0, endByte: firstEnd < 0 ? sizeBytes : firstEnd + 1 };
    return this.withControlRecords(
      { terminatorBytes: terminatorBytes ?? 1, firstRecord, lastRecord, recordsEnd: lastRecord.endByte },
      (range) => this.lineOf(range, head, tail),
    );
  }

  private async probeFixed(): Promise<FileGeometry | Refusal> {
    const { sizeBytes } = this.source;
    const { lengthBytes } = this.layout.record;
    const head = await this.readHead((bytes) => bytes.length >= lengthBytes + 2);
    const terminatorBytes = fixedTerminatorBytes(head, lengthBytes, sizeBytes);
    const strideBytes = lengthBytes + terminatorBytes;
    const wholeBytes = Math.floor(sizeBytes / strideBytes) * strideBytes;
    const rest = sizeBytes - wholeBytes;
    // The last record may lack its terminator; what stands behind it may only be line ends and Ctrl-Z.
    const recordsEnd = rest >= lengthBytes ? wholeBytes + lengthBytes : wholeBytes;
    const filling = await this.raw.readRange(
      this.source.key,
      { startByte: recordsEnd, endByte: sizeBytes },
      { pin: this.source.pin },
    );
    if (recordsEnd === 0 && filling.every(isFilling))
      return this.empty('the file holds nothing but line ends');
    if (!filling.every(isFilling)) {
      const count = Math.floor(sizeBytes / strideBytes);
      return this.refusal(
        'not-whole-records',
        `its ${sizeBytes} bytes are not a whole number of records of ${lengthBytes} bytes${terminatorBytes ? ` and a terminator of ${terminatorBytes}` : ''}: ${count} records and ${rest} bytes over`,
        'It was cut off, or record.length of the layout is wrong. Ask for it to be sent again, or correct the layout.',
      );
    }
    const lastStart = Math.floor((recordsEnd - 1) / strideBytes) * strideBytes;
    const lastBytes = await this.raw.readRange(
      this.source.key,
      { startByte: lastStart, endByte: recordsEnd },
      { pin: this.source.pin },
    );
    const firstRecord = { startByte: 0, endByte: Math.min(strideBytes, recordsEnd) };
    const lastRecord = { startByte: lastStart, endByte: recordsEnd };
    return this.withControlRecords({ terminatorBytes, firstRecord, lastRecord, recordsEnd }, (range) =>
      range.startByte === 0 && range.endByte === firstRecord.endByte
        ? head.subarray(0, lengthBytes)
        : lastBytes.subarray(0, lengthBytes),
    );
  }

  /** Takes header and trailer off both ends. `record` returns a record without its terminator. */
  private withControlRecords(
    found: { terminatorBytes: number; firstRecord: ByteRange; lastRecord: ByteRange; recordsEnd: number },
    record: (range: ByteRange) => Uint8Array,
  ): FileGeometry | Refusal {
    const { terminatorBytes, firstRecord, lastRecord, recordsEnd } = found;
    const { layout, source } = this;
    const { lengthBytes } = layout.record;
    const details = { startByte: 0, endByte: recordsEnd };
    const take = (control: ControlRecord, range: ByteRange): ControlRecordFound | undefined => {
      const bytes = record(range);
      if (bytes.length > lengthBytes || !matchesControlRecord(bytes, control)) return undefined;
      const values = readControlRecord(bytes, control, lengthBytes);
      const copied = control === layout.header && copiesHeader(layout);
      return { ...range, values, ...(copied && { bytes: Buffer.from(bytes).toString('base64') }) };
    };
    let header: ControlRecordFound | null = null;
    let trailer: ControlRecordFound | null = null;
    if (layout.header) {
      header = take(layout.header, firstRecord) ?? null;
      if (!header) return this.missing('header', 'first', layout.header);
      details.startByte = header.endByte;
    }
    if (layout.trailer) {
      const free = lastRecord.startByte >= details.startByte;
      trailer = (free ? take(layout.trailer, lastRecord) : undefined) ?? null;
      if (!trailer) return this.missing('trailer', 'last', layout.trailer);
      details.endByte = trailer.startByte;
    }
    const strideBytes = lengthBytes + terminatorBytes;
    const rest = (details.endByte - details.startByte) % strideBytes;
    const uniform = layout.record.format === 'fixed' || rest === 0 || rest === lengthBytes;
    return {
      terminatorBytes,
      strideBytes: uniform ? strideBytes : null,
      header,
      trailer,
      details,
      remainder: { startByte: recordsEnd, endByte: source.sizeBytes },
    };
  }

  /** The bytes of a line from whichever window holds it, without terminator. */
  private lineOf(range: ByteRange, head: Uint8Array, tail: { bytes: Uint8Array; from: number }): Uint8Array {
    const line =
      range.endByte <= head.length
        ? head.subarray(range.startByte, range.endByte)
        : tail.bytes.subarray(range.startByte - tail.from, range.endByte - tail.from);
    let end = line.length;
    if (line[end - 1] === 0x0a) end--;
    if (line[end - 1] === 0x0d) end--;
    return line.subarray(0, end);
  }

  private async readHead(enough: (bytes: Uint8Array) => boolean): Promise<Uint8Array> {
    const { sizeBytes } = this.source;
    let length = Math.min(sizeBytes, this.layout.record.lengthBytes + 2);
    for (;;) {
      const bytes = await this.read({ startByte: 0, endByte: length });
      if (enough(bytes) || length === sizeBytes || length >= MAX_LINE_BYTES) return bytes;
      length = Math.min(sizeBytes, length * 8, MAX_LINE_BYTES);
    }
  }

  private async readTail(
    enough: (bytes: Uint8Array, from: number) => boolean,
  ): Promise<{ bytes: Uint8Array; from: number }> {
    const { sizeBytes } = this.source;
    let length = Math.min(sizeBytes, this.layout.record.lengthBytes + TAIL_SLACK_BYTES);
    for (;;) {
      const from = sizeBytes - length;
      const bytes = await this.read({ startByte: from, endByte: sizeBytes });
      if (enough(bytes, from) || from === 0 || length >= MAX_LINE_BYTES) return { bytes, from };
      length = Math.min(sizeBytes, length * 8, MAX_LINE_BYTES);
    }
  }

  private read(range: ByteRange): Promise<Uint8Array> {
    return this.raw.readRange(this.source.key, range, { pin: this.source.pin });
  }

  private empty(what: string): Refusal {
    return this.refusal(
      'empty-file',
      what,
      'Ask for it to be sent again; an empty day must say so in another way.',
    );
  }

  private missing(which: 'header' | 'trailer', position: string, control: ControlRecord): Refusal {
    const { startByte, endByte, text } = control.match;
    return this.refusal(
      `${which}-missing`,
      `its ${position} record is no ${which}: bytes ${startByte + 1} to ${endByte} are not ${text}`,
      which === 'trailer'
        ? 'The file was most likely cut off on its way: ask for it to be sent again.'
        : 'Check that the file belongs to this layout.',
    );
  }

  private refusal(code: Refusal['code'], what: string, next: string): Refusal {
    return { code, message: `${this.source.key}: ${what}. Nothing was published. ${next}` };
  }
}

export function isRefusal(value: object): value is Refusal {
  return 'code' in value;
}
