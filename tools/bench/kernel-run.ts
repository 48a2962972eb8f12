import { BatchDecoder } from '../../shared/decode/batch-decoder.ts';
import type { PartitionValues } from '../../shared/decode/partition-router.ts';
import { RecordExtractor } from '../../shared/decode/record-extractor.ts';
import { recordShape } from '../../shared/decode/record-shape.ts';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { type Compression, firstDataset, type Layout } from '../../shared/layout/layout.ts';
import { ByteSink } from '../../shared/parquet/byte-sink.ts';
import { PageCompressor } from '../../shared/parquet/page-compressor.ts';
import { ParquetFileWriter } from '../../shared/parquet/parquet-file-writer.ts';
import { RowGroupBuffer } from '../../shared/parquet/row-group-buffer.ts';
import { columnSchemas } from '../../shared/parquet/schema.ts';
import { terminatorBytesOf } from './workload.ts';

type WritePart = (partition: PartitionValues, bytes: Uint8Array) => void;

/**
 * The kernel without the pipeline: converts whole records in memory to whole Parquet files in memory, one per partition, on
 * one thread. Nothing is read, checksummed or stored.
 */
export class KernelRun {
  private readonly kernel = new Kernel();
  private readonly out = new ByteSink();

  /** Passes the Parquet files to `write`, piece by piece. Returns their bytes. */
  async convert(
    details: Uint8Array,
    layout: Layout,
    compression: Compression,
    write?: WritePart,
  ): Promise<number> {
    const kernel = this.kernel;
    kernel.reset();
    const compressor = new PageCompressor(kernel);
    const schema = columnSchemas(firstDataset(layout).columns);
    const extractor = new RecordExtractor(kernel, recordShape(layout.record, terminatorBytesOf(layout)), 0);
    const decoder = new BatchDecoder(kernel, layout, extractor.capacityRecords, ({ reason, field }) => {
      throw new Error(`a record of the workload is rejected: ${reason} ${field}`);
    });
    const rows = new RowGroupBuffer(kernel, [schema], compression, compressor, layout.parquet);
    const files: ParquetFileWriter[] = [];
    let written = 0;
    const writeRowGroup = async (partition: number) => {
      const full = rows.rowsOf({ dataset: 0, partition });
      if (!full) return;
      files[partition] ??= new ParquetFileWriter(schema, this.out, async (bytes) => {
        written += bytes.length;
        write?.(decoder.partitionsOf(0)[partition]!, bytes);
      });
      await files[partition].writeRowGroup(full.finish());
      full.clear();
    };
    for (let at = 0; at < details.length; ) {
      at += extractor.push(details, at);
      while (extractor.extract(at === details.length) > 0) {
        for (const found of decoder.decode(extractor)) {
          rows.append(found, found.vectors, found.members, found.count);
        }
        for (let full = rows.nextFull(); full !== undefined; full = rows.nextFull())
          await writeRowGroup(full.partition);
      }
    }
    for (const partition of decoder.partitionsOf(0).keys()) {
      await writeRowGroup(partition);
    }
    for (const file of files) await file.finish();
    return written;
  }
}

/** The details of a workload's file, without header and trailer. */
export function detailsOf(bytes: Uint8Array, layout: Layout): Uint8Array {
  const strideBytes = layout.record.lengthBytes + terminatorBytesOf(layout);
  const from = layout.header ? strideBytes : 0;
  return bytes.subarray(from, layout.trailer ? bytes.length - strideBytes : bytes.length);
}
