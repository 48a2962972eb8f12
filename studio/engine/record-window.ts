import { type PreviewRecord, previewRecord } from '../../cli/preview-record.ts';
import { chainShapeOf } from '../../shared/decode/chain-shape.ts';
import { RecordExtractor } from '../../shared/decode/record-extractor.ts';
import { recordShape } from '../../shared/decode/record-shape.ts';
import type { Kernel } from '../../shared/kernel/kernel.ts';
import type { Layout } from '../../shared/layout/layout.ts';
import type { ByteRange } from '../../shared/ranges/byte-range.ts';
import { readWholeLength } from '../../shared/ranges/record-chain.ts';
import type { ByteReader } from './byte-reader.ts';
import type { FileForm, RecordPlace } from './record-places.ts';

/** A record as the page shows it. */
export interface ShownRecord extends PreviewRecord {
  /** The record begins here; the next page may begin at the place of any of them. */
  place: RecordPlace;
  raw: Uint8Array;
}

export interface RecordWindow {
  records: ShownRecord[];
  /** Undefined after the last record. */
  next: RecordPlace | undefined;
  /** The chain of lengths breaks off after these records, or no record ends. */
  brokenAt: number | undefined;
}

const READ_BYTES = 128 * 1024;
/** What is around a record: its length and that of a block, or line ends. */
const FRAME_BYTES = 8;
/** Far more than one page of a screen shows. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Decodes up to `count` records from a place on. */
export async function recordWindow(
  reader: ByteReader,
  layout: Layout,
  form: FileForm,
  kernel: Kernel,
  from: RecordPlace,
  count: number,
): Promise<RecordWindow> {
  const pages = new WindowPages(layout, form, kernel, from, count);
  const stop = Math.min(form.span.endByte, from.linkByte + MOST_BYTES);
  let wantedBytes = Math.min(
    READ_BYTES,
    (count + from.skippedRecords + 1) * (layout.record.lengthBytes + FRAME_BYTES),
  );
  for (let at = from.linkByte; at < stop && !pages.isDone; wantedBytes = READ_BYTES) {
    const range = { startByte: at, endByte: Math.min(at + wantedBytes, form.span.endByte) };
    pages.take(await reader.read(range), range, range.endByte === form.span.endByte);
    at = range.endByte;
  }
  return pages.window();
}

/** The records that are found in some pieces of a file, one after the other. */
class WindowPages {
  isDone = false;
  private readonly layout: Layout;
  private readonly form: FileForm;
  private readonly kernel: Kernel;
  private readonly from: RecordPlace;
  private readonly count: number;
  private readonly extractor: RecordExtractor;
  private readonly records: ShownRecord[] = [];
  private readonly blocks: BlockPlaces | undefined;
  private passed = 0;
  private next: RecordPlace | undefined;

  constructor(layout: Layout, form: FileForm, kernel: Kernel, from: RecordPlace, count: number) {
    this.layout = layout;
    this.form = form;
    this.kernel = kernel;
    this.from = from;
    this.count = count;
    kernel.reset();
    const shape = recordShape(layout.record, form.terminatorBytes);
    this.extractor = new RecordExtractor(kernel, shape, from.linkByte);
    this.blocks = shape.chain?.block ? new BlockPlaces(layout, from.linkByte) : undefined;
  }

  take(bytes: Uint8Array, range: ByteRange, atEnd: boolean): void {
    this.blocks?.take(bytes, range.startByte);
    for (let at = 0; at < bytes.length && !this.isDone; ) {
      at += this.extractor.push(bytes, at);
      this.extract(false);
      if (this.extractor.isBroken) this.isDone = true;
    }
    if (atEnd && !this.isDone) this.extract(true);
  }

  window(): RecordWindow {
    const { extractor, records, next } = this;
    const isWhole = next !== undefined || extractor.consumedEndByte >= this.form.span.endByte;
    return { records, next, brokenAt: isWhole ? undefined : extractor.consumedEndByte };
  }

  private extract(atEnd: boolean): void {
    const { extractor, from } = this;
    while (!this.isDone && extractor.extract(atEnd) > 0) {
      for (let index = 0; index < extractor.recordCount; index++) {
        const passed = this.passed++;
        const place = this.placeOf(index, passed);
        if (passed < from.skippedRecords) continue;
        if (this.records.length === this.count) {
          this.next = place;
          this.isDone = true;
          return;
        }
        this.records.push(this.shown(index, place));
      }
    }
  }

  private placeOf(index: number, passed: number): RecordPlace {
    const { extractor, from, form } = this;
    const { recordIndex } = from;
    const number = recordIndex === null ? null : recordIndex + passed - from.skippedRecords;
    const byte = extractor.byteOffsetOf(index);
    if (this.blocks) return { ...this.blocks.placeOf(byte), recordIndex: number };
    const prefix = chainShapeOf(form.record)?.recordPrefixBytes ?? 0;
    return { linkByte: byte - prefix, skippedRecords: 0, recordIndex: number };
  }

  private shown(index: number, place: RecordPlace): ShownRecord {
    const { layout, kernel, extractor, form } = this;
    const number = place.recordIndex ?? undefined;
    const { startByte, endByte } = form.span;
    // Marks of byte order lie before the first record; the header is told by its offset.
    const inSpan = {
      ...layout,
      record: { ...layout.record, fileHeaderBytes: headerByte(layout, startByte) },
    };
    const decoded = previewRecord(inSpan, kernel, extractor, index, number, endByte);
    return { ...decoded, place, raw: extractor.rawBytesOf(index) };
  }
}

/** Offset of the first record's own bytes. */
function headerByte({ record }: Layout, startByte: number): number {
  const shape = chainShapeOf(record);
  return startByte + (shape?.recordPrefixBytes ?? 0) + (shape?.block?.headBytes ?? 0);
}

/** Which block of a VB file a record is in, and the how manieth of it. */
class BlockPlaces {
  private readonly starts: number[];
  private readonly shape;
  private read = new Uint8Array();
  private readByte: number;
  private readonly counts = new Map<number, number>();

  constructor(layout: Layout, startByte: number) {
    this.starts = [startByte];
    this.readByte = startByte;
    this.shape = chainShapeOf(layout.record)!;
  }

  take(bytes: Uint8Array, startByte: number): void {
    const joined = new Uint8Array(this.read.length + bytes.length);
    joined.set(this.read);
    joined.set(bytes, this.read.length);
    if (this.read.length === 0) this.readByte = startByte;
    this.read = joined;
    const block = this.shape.block!;
    for (;;) {
      const at = this.starts.at(-1)! - this.readByte;
      if (at < 0 || at + block.headBytes > this.read.length) return;
      const length = readWholeLength(this.read, at, block);
      if (length < block.minimumBytes || length > block.maximumBytes) return;
      this.starts.push(this.readByte + at + length);
    }
  }

  placeOf(byte: number): { linkByte: number; skippedRecords: number } {
    const linkByte = this.starts.findLast((start) => start <= byte) ?? this.starts[0]!;
    const skippedRecords = this.counts.get(linkByte) ?? 0;
    this.counts.set(linkByte, skippedRecords + 1);
    return { linkByte, skippedRecords };
  }
}
