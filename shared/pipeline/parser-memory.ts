import type { ColumnBuffer } from '../decode/column-buffer.ts';
import { ColumnChunkEncoder } from '../parquet/column-chunk.ts';

/**
 * Buffers that a parser keeps from one range to the next. Typed arrays lie outside the garbage collector's heap and are returned late:
 * with new ones for each range, memory would grow with the file.
 */
export class ParserMemory {
  readonly encoder = new ColumnChunkEncoder();
  private layoutFingerprint = '';
  private readonly columns = new Map<number, ColumnBuffer[]>();

  /** An empty column for column `columnIndex` of the layout. */
  takeColumn(columnIndex: number, make: () => ColumnBuffer): ColumnBuffer {
    return this.columns.get(columnIndex)?.pop() ?? make();
  }

  giveBackColumns(columns: ColumnBuffer[]): void {
    for (const [index, column] of columns.entries()) {
      column.clear();
      const kept = this.columns.get(index);
      if (kept) kept.push(column);
      else this.columns.set(index, [column]);
    }
  }

  /** Columns fit one layout only. */
  prepare(layoutFingerprint: string): void {
    if (this.layoutFingerprint !== layoutFingerprint) this.columns.clear();
    this.layoutFingerprint = layoutFingerprint;
    this.encoder.out.clear();
  }
}

const free: ParserMemory[] = [];

/** Memory for one range; several that are parsed at once in a thread get one each. */
export function takeMemory(layoutFingerprint: string): ParserMemory {
  const memory = free.pop() ?? new ParserMemory();
  memory.prepare(layoutFingerprint);
  return memory;
}

export function giveBackMemory(memory: ParserMemory): void {
  free.push(memory);
}
