import { MAX_LINE_BYTES } from '../../decode/record-extractor.ts';
import { extendsAscii } from '../../layout/code-page.ts';
import type { Field } from '../../layout/field.ts';
import { datasetsOf, type Layout } from '../../layout/layout.ts';
import type { ObjectInfo, SourceStore } from '../../ports/object-store.ts';
import type { ByteRange } from '../../ranges/byte-range.ts';
import { planCuts, rangesBetween, refuseTooManyRanges } from '../../ranges/plan-ranges.ts';
import { type Refusal, refuse } from '../../refusal.ts';
import { inParallel } from '../store/in-parallel.ts';
import type { FileGeometry } from './file-geometry.ts';
import { type CutRange, fixedBefore, linesBefore, parentsAtCuts } from './parents-at-cuts.ts';

const CR = 0x0d;
const PARALLEL_READS = 64;

/**
 * Plans record-aligned ranges of a file's details. If all records have one length, cuts are computed, and each is verified by
 * reading the bytes before it. If a line has another length, cuts move to the start of the next line. Reads a few bytes around
 * each cut; more only if record types have parents.
 */
export async function alignRanges(
  raw: SourceStore,
  source: ObjectInfo,
  layout: Layout,
  geometry: FileGeometry,
  rangeSizeBytes: number,
): Promise<CutRange[] | Refusal> {
  const { details, strideBytes } = geometry;
  refuseTooManyRanges(source.key, details, rangeSizeBytes);
  const aligner = new Aligner(raw, source, layout, geometry);
  const cuts = planCuts(details, rangeSizeBytes, strideBytes);
  if (strideBytes !== null) {
    const isBoundary = await inParallel(cuts, PARALLEL_READS, (cut) => aligner.isBoundary(cut));
    const wrong = cuts.find((_, index) => !isBoundary[index]);
    if (wrong === undefined) return aligner.withParents(rangesBetween(details, cuts));
    if (layout.record.format === 'fixed') return aligner.brokenAt(wrong, strideBytes);
  }
  const lines = await inParallel(cuts, PARALLEL_READS, (cut) => aligner.nextLine(cut));
  const starts: number[] = [];
  for (const [index, cut] of cuts.entries()) {
    const start = lines[index];
    if (start === undefined) return aligner.lineTooLong(cut);
    starts.push(start);
  }
  return aligner.withParents(rangesBetween(details, starts));
}

class Aligner {
  private readonly raw: SourceStore;
  private readonly source: ObjectInfo;
  private readonly layout: Layout;
  private readonly geometry: FileGeometry;

  constructor(raw: SourceStore, source: ObjectInfo, layout: Layout, geometry: FileGeometry) {
    this.raw = raw;
    this.source = source;
    this.layout = layout;
    this.geometry = geometry;
  }

  /** True if a record ends right before `cut`. Without terminators: if the record before it has no line end in it. */
  async isBoundary(cut: number): Promise<boolean> {
    const { terminatorBytes } = this.geometry;
    if (terminatorBytes === 0) {
      if (mayHoldAnyByte(this.layout)) return true;
      const record = await this.read(cut - this.layout.record.lengthBytes, cut);
      return !record.includes(this.layout.record.lineEndByte);
    }
    const bytes = await this.read(cut - terminatorBytes, cut);
    return bytes.at(-1) === this.layout.record.lineEndByte && (terminatorBytes === 1 || bytes[0] === CR);
  }

  /** Start of the first line at or after `cut`, at most the end of the details; undefined if the line there is too long. */
  async nextLine(cut: number): Promise<number | undefined> {
    const { endByte } = this.geometry.details;
    const limitByte = Math.min(endByte, cut + MAX_LINE_BYTES);
    let at = cut - 1;
    let length = this.layout.record.lengthBytes + 2;
    while (at < limitByte) {
      const end = Math.min(at + length, limitByte);
      const found = (await this.read(at, end)).indexOf(this.layout.record.lineEndByte);
      if (found >= 0) return at + found + 1;
      at = end;
      length *= 8;
    }
    return limitByte === endByte ? endByte : undefined;
  }

  /** Adds to each range the parents of its first record. */
  async withParents(ranges: ByteRange[]): Promise<CutRange[]> {
    const { geometry, layout } = this;
    const { format, lineEndByte, lengthBytes } = layout.record;
    const read = ({ startByte, endByte }: ByteRange) => this.read(startByte, endByte);
    const { terminatorBytes } = geometry;
    const before =
      format === 'lines' ? linesBefore(lineEndByte, read) : fixedBefore(lengthBytes + terminatorBytes, read);
    const parents = await parentsAtCuts(layout, terminatorBytes, ranges, before);
    return ranges.map((range, index) => ({ ...range, parents: parents[index]! }));
  }

  brokenAt(cut: number, strideBytes: number): Refusal {
    const recordNumber = (cut - this.geometry.leadingBytes) / strideBytes;
    return refuse('terminator-missing', {
      where: this.source.key,
      what: `record ${recordNumber} does not end where it should, at byte ${cut}`,
      why: 'It or a record before it has another length.',
      next: 'Check record.length of the layout, or ask for the file to be sent again.',
    });
  }

  lineTooLong(cut: number): Refusal {
    return refuse('line-too-long', {
      where: this.source.key,
      what: `the line around byte ${cut} is longer than ${MAX_LINE_BYTES} bytes`,
      why: `The layout says ${this.layout.record.lengthBytes} bytes per record.`,
      next: 'Check record.format and record.length of the layout.',
    });
  }

  private read(startByte: number, endByte: number): Promise<Uint8Array> {
    return this.raw.readRange(this.source.key, { startByte, endByte }, { pin: this.source.pin });
  }
}

/** False if all of a record is text in ASCII or a code page that extends it; otherwise a byte of it may look like a line feed. */
function mayHoldAnyByte(layout: Layout): boolean {
  const isAsciiText = ({ type, usage, encoding }: Field) =>
    type.kind !== 'binary' && usage === 'display' && extendsAscii(encoding);
  return (
    !extendsAscii(layout.encoding) || datasetsOf(layout).some(({ fields }) => !fields.every(isAsciiText))
  );
}
