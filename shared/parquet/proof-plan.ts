import type { PageCodec } from '../layout/layout.ts';
import type { ColumnMetaData } from './format.ts';
import { type LeafColumn, leafColumns } from './leaf-columns.ts';
import { codecOf } from './page-compressor.ts';
import { PageContradiction } from './page-contradiction.ts';
import { decodePageIndex, type PageSummary } from './page-index.ts';
import { textOf } from './schema-node.ts';
import type { SourceFile, SourceRowGroup } from './source-file.ts';

/** A column chunk that is to be proved: what footer and page index say of it. */
export interface PlannedChunk {
  /** For people: `row group 1 of 2, column amount`. */
  place: string;
  column: LeafColumn;
  codec: PageCodec;
  metaData: ColumnMetaData;
  /** Rows of its row group. */
  rowCount: number;
  pages: PageSummary[];
}

/** Bytes of a file that are proved together: a page with its header, by its number in the chunk, or a Bloom filter. */
export interface ProofStep {
  startByte: number;
  endByte: number;
  chunk: PlannedChunk;
  part: number | 'dictionary' | 'filter';
}

/** More than this program can hold at once, and far more than it writes. */
const MOST_STEP_BYTES = 256 * 1024 * 1024;

/**
 * What has to be read to prove a file, in the order of its bytes. Row groups, chunks, pages and filters must follow each other without a gap
 * from the first byte after PAR1 to the page indexes; else `PageContradiction`.
 */
export function planProof(file: SourceFile, sizeBytes: number): ProofStep[] {
  const leaves = leafColumns(file.schema);
  const steps: ProofStep[] = [];
  let at = 4;
  for (const [index, group] of file.rowGroups.entries()) {
    const place = `row group ${index + 1} of ${file.rowGroups.length}`;
    requireThat(group.startByte === at, place, `begins at byte ${group.startByte} instead of ${at}`);
    at = planRowGroup(group, place, leaves, steps);
  }
  const rows = file.rowGroups.reduce((sum, { rowCount }) => sum + rowCount, 0);
  requireThat(rows === file.rowCount, 'footer', `has ${file.rowCount} rows, its row groups ${rows}`);
  const end = file.rowGroups.length === 0 ? at : sizeBytes - file.tail.lengthBytes;
  requireThat(at === end, 'footer', `leaves the bytes from ${at} to ${end} to nothing`);
  return steps;
}

function requireThat(holds: boolean, chunk: string, reason: string): void {
  if (!holds) throw new PageContradiction({ chunk }, `it ${reason}`);
}

/** Returns the end of the row group. */
function planRowGroup(
  group: SourceRowGroup,
  place: string,
  leaves: LeafColumn[],
  steps: ProofStep[],
): number {
  const { chunks, totalCompressedSize } = group.rowGroup;
  const isWhole = chunks.length === leaves.length;
  requireThat(isWhole, place, `has ${chunks.length} columns, the schema ${leaves.length}`);
  let at = group.startByte;
  const planned: PlannedChunk[] = [];
  for (const [index, indexed] of chunks.entries()) {
    const { metaData } = indexed.chunk;
    const column = leaves[index]!;
    const name = column.path.join('.');
    const chunkPlace = `${place}, column ${name}`;
    const path = metaData.pathInSchema.map(textOf).join('.');
    requireThat(path === name, chunkPlace, `is called ${path} there`);
    requireThat(metaData.type === column.type, chunkPlace, 'has another type than in the schema');
    const codec = codecOf(metaData.codec, 'auto');
    const pages = decodePageIndex(indexed);
    const chunk = { place: chunkPlace, column, codec, metaData, rowCount: group.rowCount, pages };
    planned.push(chunk);
    at = planChunk(chunk, at, steps);
  }
  const chunksEnd = group.startByte + totalCompressedSize;
  requireThat(at === chunksEnd, place, `ends at byte ${chunksEnd}, its last column at ${at}`);
  for (const chunk of planned) {
    const { bloomFilterOffset, bloomFilterLength = 0 } = chunk.metaData;
    if (bloomFilterOffset === undefined) continue;
    requireThat(
      bloomFilterOffset === at,
      chunk.place,
      `has a Bloom filter that does not begin at byte ${at}`,
    );
    at = addStep(steps, at, bloomFilterLength, chunk, 'filter');
  }
  return at;
}

/** Returns the end of the chunk. */
function planChunk(chunk: PlannedChunk, startByte: number, steps: ProofStep[]): number {
  const { place, metaData, pages } = chunk;
  const { dictionaryPageOffset, dataPageOffset, totalCompressedSize } = metaData;
  const first = dictionaryPageOffset ?? dataPageOffset;
  requireThat(first === startByte, place, `begins at byte ${first} instead of ${startByte}`);
  let at = startByte;
  if (dictionaryPageOffset !== undefined)
    at = addStep(steps, at, dataPageOffset - dictionaryPageOffset, chunk, 'dictionary');
  for (const [index, { offset, compressedBytes }] of pages.entries()) {
    requireThat(offset === at, place, `has page ${index + 1} at byte ${offset} instead of ${at}`);
    at = addStep(steps, at, compressedBytes, chunk, index);
  }
  requireThat(pages.length > 0, place, 'has no pages');
  const end = startByte + totalCompressedSize;
  requireThat(at === end, place, `ends at byte ${end}, its last page at ${at}`);
  return at;
}

function addStep(
  steps: ProofStep[],
  startByte: number,
  byteCount: number,
  chunk: PlannedChunk,
  part: ProofStep['part'],
): number {
  const isPossible = byteCount > 0 && byteCount <= MOST_STEP_BYTES;
  requireThat(isPossible, chunk.place, `has a page of ${byteCount} bytes at byte ${startByte}`);
  steps.push({ startByte, endByte: startByte + byteCount, chunk, part });
  return startByte + byteCount;
}
