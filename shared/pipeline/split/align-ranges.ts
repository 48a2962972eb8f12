import { MAX_LINE_BYTES } from '../../decode/record-extractor.ts';
import type { Layout } from '../../layout/layout.ts';
import type { ObjectInfo, SourceStore } from '../../ports/object-store.ts';
import type { ByteRange } from '../../ranges/byte-range.ts';
import {
  planCuts,
  rangesBetween,
  refuseTooManyRanges,
  type UnevenParsers,
  unevenCuts,
} from '../../ranges/plan-ranges.ts';
import { inParallel } from '../store/in-parallel.ts';
import type { FileGeometry } from './file-geometry.ts';
import { type CutRange, fixedBefore, linesBefore, parentsAtCuts } from './parents-at-cuts.ts';

const CR = 0x0d;
const PARALLEL_READS = 64;

/**
 * Plans record-aligned ranges of a file's details. Cuts of fixed records are computed; so are those of lines of one length, and each is
 * verified by reading the bytes before it. If a line has another length, cuts move to the start of the next line. Reads a few bytes around
 * each cut; more only if record types have parents. Refuses nothing that it sees there: another range size would not have seen it.
 */
export async function alignRanges(
  raw: SourceStore,
  source: ObjectInfo,
  layout: Layout,
  geometry: FileGeometry,
  rangeSizeBytes: number,
  uneven: UnevenParsers = {},
): Promise<CutRange[]> {
  const { details, strideBytes } = geometry;
  refuseTooManyRanges(source.key, details, rangeSizeBytes);
  const aligner = new Aligner(raw, source, layout, geometry);
  const evenCuts = planCuts(details, rangeSizeBytes, strideBytes);
  const cuts = unevenCuts(evenCuts, details, strideBytes, uneven);
  if (layout.record.format === 'fixed') return aligner.withParents(rangesBetween(details, cuts));
  if (strideBytes !== null) {
    const isBoundary = await inParallel(cuts, PARALLEL_READS, (cut) => aligner.isBoundary(cut));
    if (isBoundary.every(Boolean)) return aligner.withParents(rangesBetween(details, cuts));
  }
  const lines = await inParallel(cuts, PARALLEL_READS, (cut) => aligner.nextLine(cut));
  return aligner.withParents(
    rangesBetween(
      details,
      lines.filter((start) => start !== undefined),
    ),
  );
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

  /** True if a line ends right before `cut`. */
  async isBoundary(cut: number): Promise<boolean> {
    const { terminatorBytes } = this.geometry;
    const bytes = await this.read(cut - terminatorBytes, cut);
    return bytes.at(-1) === this.layout.record.lineEndByte && (terminatorBytes === 1 || bytes[0] === CR);
  }

  /** Start of the first line at or after `cut`, at most the end of the details; undefined in a line that whoever reads it will refuse. */
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

  private read(startByte: number, endByte: number): Promise<Uint8Array> {
    return this.raw.readRange(this.source.key, { startByte, endByte }, { pin: this.source.pin });
  }
}
