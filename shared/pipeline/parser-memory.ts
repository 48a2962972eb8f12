import type { ColumnBuffer } from '../decode/column-buffer.ts';
import { ColumnChunkEncoder } from '../parquet/column-chunk.ts';

/**
 * Buffers that parser and merger keep from one range to the next. Typed arrays lie outside the garbage collector's heap and are returned late:
 * with new ones for each range, memory would grow with the file.
 */
export class ParserMemory {
  readonly encoder = new ColumnChunkEncoder();
  private columnsKey = '';
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

  /** Columns fit one schema only. */
  prepare(columnsKey: string): void {
    if (this.columnsKey !== columnsKey) this.columns.clear();
    this.columnsKey = columnsKey;
    this.encoder.out.clear();
  }
}

const free: ParserMemory[] = [];

/** Memory for one range or merge; several at once in a thread get one each. `columnsKey` names the schema. */
export function takeMemory(columnsKey: string): ParserMemory {
  const memory = free.pop() ?? new ParserMemory();
  memory.prepare(columnsKey);
  return memory;
}

export function giveBackMemory(memory: ParserMemory): void {
  free.push(memory);
}
