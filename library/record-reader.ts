import { batchCapacity } from '../shared/decode/batch-capacity.ts';
import { BatchDecoder } from '../shared/decode/batch-decoder.ts';
import { RecordExtractor } from '../shared/decode/record-extractor.ts';
import { recordShape } from '../shared/decode/record-shape.ts';
import type { BatchRows, Reject } from '../shared/decode/record-type-decoder.ts';
import { RunInconsistent } from '../shared/errors.ts';
import { Kernel } from '../shared/kernel/kernel.ts';
import { type Dataset, datasetsOf, type Layout } from '../shared/layout/layout.ts';
import type { ReadableFile } from '../shared/pipeline/split/probe-file.ts';
import { columnsOf, type DecodedValue } from './column-values.ts';

/** Rows of one table. */
interface TableRows {
  table: string;
  rowCount: number;
  columns: Record<string, DecodedValue[]>;
}

/** Turns the bytes of a file's details into rows, as a parser of the pipeline does. */
export class RecordReader {
  private readonly kernel = new Kernel();
  private readonly file: ReadableFile;
  private readonly datasets: Dataset[];
  private readonly extractor: RecordExtractor;
  private readonly decoder: BatchDecoder;

  constructor(layout: Layout, file: ReadableFile, onReject: (reject: Reject) => void) {
    const { details, terminatorBytes, header } = file.geometry;
    this.file = file;
    this.datasets = datasetsOf(layout);
    this.extractor = new RecordExtractor(
      this.kernel,
      recordShape(layout.record, terminatorBytes),
      details.startByte,
      batchCapacity(layout),
    );
    this.decoder = new BatchDecoder(
      this.kernel,
      layout,
      this.extractor.capacityRecords,
      onReject,
      Buffer.from(header?.bytes ?? '', 'base64'),
    );
    this.decoder.beginAfter([]);
  }

  /** The rows that a chunk completes; null says that there are no more. */
  *read(chunk: Uint8Array | null): Generator<TableRows> {
    if (chunk === null) {
      yield* this.found(true);
      this.requireEnd();
      return;
    }
    for (let at = 0; at < chunk.length; ) {
      at += this.extractor.push(chunk, at);
      if (!this.extractor.isFull) continue;
      yield* this.found(false);
      // Nothing of a full batch was a record: it would never take more.
      if (this.extractor.isBroken || this.extractor.isFull) this.fail();
    }
  }

  private *found(atEnd: boolean): Generator<TableRows> {
    while (this.extractor.extract(atEnd) > 0) {
      this.removeControlRecords();
      const byDataset = Map.groupBy(this.decoder.decode(this.extractor), ({ dataset }) => dataset);
      for (const [dataset, groups] of byDataset) yield this.tableRows(dataset, groups);
    }
  }

  /** Rows come by partition; they are put in the order of their records again. */
  private tableRows(index: number, groups: BatchRows[]): TableRows {
    const { name, columns, partitionBy } = this.datasets[index]!;
    const { view } = this.kernel;
    const places = groups.flatMap(({ partition, members, count }) =>
      Array.from({ length: count }, (_, at) => ({ row: view.getUint16(members + at * 2, true), partition })),
    );
    places.sort((a, b) => a.row - b.row);
    const rows = places.map(({ row }) => row);
    const named = columnsOf(this.kernel, columns, groups[0]?.vectors ?? [], rows);
    const partitions = this.decoder.partitionsOf(index);
    const values = Object.fromEntries(named.map((column) => [column.name, column.values]));
    for (const [at, field] of partitionBy.entries()) {
      values[field.name] = places.map(({ partition }) => partitions[partition]?.[at] ?? null);
    }
    return { table: name, rowCount: rows.length, columns: values };
  }

  /** Along a chain of lengths, header and trailer are among the details. */
  private removeControlRecords(): void {
    const { header, trailer } = this.file.geometry;
    for (const record of [trailer, header]) {
      if (!record || record.startByte >= this.extractor.consumedEndByte) continue;
      if (record.endByte <= this.extractor.batchStartByte) continue;
      const index = this.extractor.indexOfRecordIn(record.startByte, record.endByte);
      if (index >= 0) this.extractor.remove(index);
    }
  }

  private requireEnd(): void {
    if (this.extractor.isBroken || this.extractor.unfinishedBytes > 0) this.fail();
  }

  private fail(): never {
    throw new RunInconsistent({
      what: `after byte ${this.extractor.consumedEndByte} there is no whole record`,
      where: this.file.info.key,
      next: 'Check record.format and record.length of the layout.',
    });
  }
}
