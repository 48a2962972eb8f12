import type { Layout } from '../../layout/layout.ts';
import type { ObjectInfo, SourceStore } from '../../ports/object-store.ts';
import type { ByteRange } from '../../ranges/byte-range.ts';
import type { ChainShape } from '../../ranges/record-chain.ts';
import {
  type ChainProblem,
  type ChainRecord,
  describeChainProblem,
  nextRecord,
  startWalk,
} from '../../ranges/record-chain-walk.ts';
import { type Refusal, refuse } from '../../refusal.ts';
import type { ControlRecordFound } from '../../run/file-plan.ts';
import { type ChainReading, chainRanges } from './chain-ranges.ts';
import { controlRecordMissing, takeControlRecord } from './control-record-found.ts';
import type { FileGeometry } from './file-geometry.ts';
import { type CutRange, chainBefore, parentsAtCuts } from './parents-at-cuts.ts';

/** The findings of following a chain of lengths to its end. */
interface PlannedChain {
  ranges: CutRange[];
  recordCount: number;
  trailer: ControlRecordFound | null;
}

/** Reads the header from the first record of a chain. The trailer is found only when the chain is followed to its end. */
export async function probeChain(
  raw: SourceStore,
  source: ObjectInfo,
  layout: Layout,
  shape: ChainShape,
  span: ByteRange,
): Promise<FileGeometry | Refusal> {
  let header: ControlRecordFound | null = null;
  if (layout.header) {
    const first = await recordAt(raw, source, shape, span, span.startByte);
    if ('code' in first) return chainRefusal(source, layout, first);
    header = takeControlRecord(layout, layout.header, first.bytes, first.range) ?? null;
    if (!header) return controlRecordMissing(source, 'header', layout, layout.header, first.bytes);
  }
  return {
    terminatorBytes: 0,
    strideBytes: null,
    header,
    trailer: null,
    leadingBytes: span.startByte,
    details: span,
    remainder: { startByte: span.endByte, endByte: source.sizeBytes },
  };
}

/** Follows the chain to its end and cuts it into ranges, which include header and trailer. */
export async function planChain(
  raw: SourceStore,
  source: ObjectInfo,
  layout: Layout,
  shape: ChainShape,
  geometry: FileGeometry,
  rangeSizeBytes: number,
  reading: ChainReading = {},
): Promise<PlannedChain | Refusal> {
  const span = geometry.details;
  const found = await chainRanges(raw, source, shape, span, rangeSizeBytes, reading);
  if ('code' in found) return chainRefusal(source, layout, found);
  let trailer: ControlRecordFound | null = null;
  if (layout.trailer) {
    const isOther = found.recordCount > (geometry.header ? 1 : 0);
    const last = isOther ? await lastRecord(raw, source, shape, span, found.lastRecordByte) : undefined;
    trailer = (last && takeControlRecord(layout, layout.trailer, last.bytes, last.range)) ?? null;
    if (!trailer) return controlRecordMissing(source, 'trailer', layout, layout.trailer, last?.bytes);
  }
  const before = chainBefore(found.links, (range) => raw.readRange(source.key, range, { pin: source.pin }));
  const parents = await parentsAtCuts(layout, geometry.terminatorBytes, found.ranges, before);
  const ranges = found.ranges.map((range, index) => ({ ...range, parents: parents[index]! }));
  return { ranges, recordCount: found.recordCount, trailer };
}

/** Reads the first record of a link: if records are in blocks, the one after the word of the block. */
async function recordAt(
  raw: SourceStore,
  source: ObjectInfo,
  shape: ChainShape,
  span: ByteRange,
  linkByte: number,
): Promise<ChainRecord | ChainProblem> {
  const longest = shape.record.maximumBytes + (shape.block?.headBytes ?? 0);
  const range = { startByte: linkByte, endByte: Math.min(span.endByte, linkByte + longest) };
  const window = await raw.readRange(source.key, range, { pin: source.pin });
  const walk = startWalk(linkByte);
  return nextRecord(walk, window, linkByte, shape, span.endByte) ?? walk.problem ?? noRecord(linkByte);
}

/** Reads the record that starts at `recordByte`, which may be within a block. */
async function lastRecord(
  raw: SourceStore,
  source: ObjectInfo,
  shape: ChainShape,
  span: ByteRange,
  recordByte: number,
): Promise<ChainRecord | undefined> {
  const found = await recordAt(raw, source, { ...shape, block: null }, span, recordByte);
  return 'code' in found ? undefined : found;
}

function noRecord(atByte: number): ChainProblem {
  return { code: 'cut-record', of: 'record', atByte, lengthBytes: null, recordIndex: 0 };
}

function chainRefusal(source: ObjectInfo, layout: Layout, problem: ChainProblem): Refusal {
  const { format } = layout.record;
  const cutOff = problem.code === 'cut-record';
  return refuse(cutOff ? 'not-whole-records' : 'chain-broken', {
    where: source.key,
    what: describeChainProblem(problem),
    next: cutOff
      ? `It was cut off on its way, or its records are not ${format}: ask for it to be sent again, or check record.format and its byte order.`
      : `Check record.format '${format}', its byte order and what its lengths count; or ask for the file to be sent again, in binary.`,
  });
}
