import type { ColumnBuffer } from '../decode/column-buffer.ts';
import { ColumnChunkEncoder } from '../parquet/column-chunk.ts';

/** Columns of so many partitions are kept; those of more are left to the garbage collector. */
const MOST_PARTITIONS = 32;

/**
 * Buffers that parser and merger keep from one range to the next. Typed arrays lie outside the garbage collector's heap and are returned late:
 * with new ones for each range, memory would grow with the file.
 */
export class ParserMemory {
  readonly encoder = new ColumnChunkEncoder();
  private columnsKey = '';
  private readonly columns = new Map<string, ColumnBuffer[]>();

  /** Empty columns for a partition: those it had before, which have its size, else new ones. */
  takeColumns(partition: string, make: () => ColumnBuffer[]): ColumnBuffer[] {
    const kept = this.columns.get(partition);
    this.columns.delete(partition);
    return kept ?? make();
  }

  giveBackColumns(partition: string, columns: ColumnBuffer[]): void {
    if (this.columns.size >= MOST_PARTITIONS) return;
    for (const column of columns) column.clear();
    this.columns.set(partition, columns);
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
