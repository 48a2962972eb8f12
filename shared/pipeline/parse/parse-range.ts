import { batchCapacity } from '../../decode/batch-capacity.ts';
import { BatchDecoder } from '../../decode/batch-decoder.ts';
import { MAX_LINE_BYTES, RecordExtractor } from '../../decode/record-extractor.ts';
import { recordShape } from '../../decode/record-shape.ts';
import { SourceChanged } from '../../errors.ts';
import { StreamChecksum } from '../../kernel/stream-checksum.ts';
import { runKeys } from '../../keys/run-keys.ts';
import { readLayout } from '../../layout/compile/read-layout.ts';
import { type Dataset, datasetsOf, type Layout } from '../../layout/layout.ts';
import { type DatasetPartition, RowGroupBuffer } from '../../parquet/row-group-buffer.ts';
import { type ColumnSchema, columnSchemas } from '../../parquet/schema.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { crc64ToBase64 } from '../../ranges/crc64nvme.ts';
import { type Refusal, refuse } from '../../refusal.ts';
import { type FilePlan, filePlanShape, type PlannedRange } from '../../run/file-plan.ts';
import { type PartManifest, type PartOutput, partManifestShape } from '../../run/part-manifest.ts';
import { tooManyPartitions } from '../../run/reconciliation.ts';
import { DecompressedSource } from '../store/decompressed-source.ts';
import { findJson, readJson, writeJson } from '../store/json-object.ts';
import { giveBackMemory, type KernelMemory, takeMemory } from './kernel-memory.ts';
import { PartWriter } from './part-writer.ts';
import { RejectWriter } from './reject-writer.ts';

/** What the state machine sees of a part. */
export interface PartSummary {
  rangeIndex: number;
  inputBytes: number;
  rows: number;
  rejected: number;
  /** The manifest was there already: the range was parsed by an earlier try of this run. */
  reused: boolean;
}

/**
 * Turns one byte range into one Parquet part a partition, its rejects and a part manifest, in memory bounded by buffers. Safe to
 * run twice: the same range writes the same bytes to the same keys, and a manifest that stands is not made again.
 */
export async function parseRange(
  ports: Pick<PipelinePorts, 'raw' | 'lake'>,
  planKey: string,
  range: PlannedRange,
  signal?: AbortSignal,
): Promise<PartSummary> {
  const plan = await readJson(ports.lake, planKey, filePlanShape);
  const manifestKey = runKeys(plan.runId).partManifest(range.rangeIndex);
  const standing = await findJson(ports.lake, manifestKey, partManifestShape);
  if (standing && standing.startByte === range.startByte && standing.endByte === range.endByte) {
    return summary(standing, true);
  }
  const parser = new RangeParser(ports, plan, range, readLayout(plan.layout.text, plan.layout.file));
  const manifest = await parser.parse(signal);
  await writeJson(ports.lake, manifestKey, manifest);
  return summary(manifest, false);
}

function summary(manifest: PartManifest, reused: boolean): PartSummary {
  const { rangeIndex, startByte, endByte, records } = manifest;
  return {
    rangeIndex,
    inputBytes: endByte - startByte,
    rows: records.accepted,
    rejected: records.rejected,
    reused,
  };
}

class RangeParser {
  private readonly ports: Pick<PipelinePorts, 'raw' | 'lake'>;
  private readonly plan: FilePlan;
  private readonly range: PlannedRange;
  private readonly layout: Layout;
  private readonly datasets: Dataset[];
  private readonly schemas: ColumnSchema[][];
  private readonly memory: KernelMemory;
  private readonly extractor: RecordExtractor;
  private readonly decoder: BatchDecoder;
  private readonly rejects: RejectWriter;
  private readonly rows: RowGroupBuffer;
  /** By dataset and partition index, from a partition's first row group on. */
  private readonly writers: Map<number, PartWriter>[];
  /** Of the bytes read so far. */
  private readonly checksum: StreamChecksum;

  constructor(
    ports: Pick<PipelinePorts, 'raw' | 'lake'>,
    plan: FilePlan,
    range: PlannedRange,
    layout: Layout,
  ) {
    this.ports = ports;
    this.plan = plan;
    this.range = range;
    this.layout = layout;
    this.memory = takeMemory();
    const { kernel } = this.memory;
    this.checksum = new StreamChecksum(kernel);
    this.datasets = datasetsOf(layout);
    this.schemas = this.datasets.map(({ columns }) => columnSchemas(columns));
    this.writers = this.datasets.map(() => new Map());
    this.rows = new RowGroupBuffer(
      kernel,
      this.schemas,
      layout.compression,
      this.memory.compressor,
      layout.parquet,
    );
    const { terminatorBytes } = plan.geometry;
    this.extractor = new RecordExtractor(
      kernel,
      recordShape(layout.record, terminatorBytes),
      range.startByte,
      batchCapacity(layout),
    );
    const rejectsKey = runKeys(plan.runId).rejects(range.rangeIndex);
    this.rejects = new RejectWriter(ports.lake, rejectsKey, plan.sourceKey, this.memory);
    this.decoder = new BatchDecoder(
      kernel,
      layout,
      this.extractor.capacityRecords,
      (reject) => this.rejects.add(reject),
      Buffer.from(plan.header?.bytes ?? '', 'base64'),
    );
  }

  async parse(signal: AbortSignal | undefined): Promise<PartManifest> {
    try {
      const refusal = await this.consume(signal);
      const outputs = refusal ? await this.abandon() : await this.finishOutputs();
      return this.manifest(refusal, outputs, refusal ? null : await this.rejects.finish());
    } catch (error) {
      await this.abandon();
      throw error;
    } finally {
      giveBackMemory(this.memory);
    }
  }

  /** Reads the range to its end, or to something that refuses the whole file. */
  private async consume(signal: AbortSignal | undefined): Promise<Refusal | null> {
    const { startByte, endByte } = this.range;
    const { sourceKey, pin } = this.plan;
    const { compression } = this.plan;
    const raw = compression ? new DecompressedSource(this.ports.raw, compression) : this.ports.raw;
    for await (const chunk of raw.streamRange(sourceKey, { startByte, endByte }, { pin, signal })) {
      for (let at = 0; at < chunk.length; ) {
        const address = this.extractor.pushAddress;
        const count = this.extractor.push(chunk, at);
        this.checksum.addAt(address, count);
        at += count;
        if (!this.extractor.isFull) continue;
        const refusal = await this.decodeBatches(false);
        if (refusal) return refusal;
        if (this.extractor.isBroken) throw this.sourceChanged();
        if (this.extractor.isFull) return this.lineTooLong();
      }
    }
    const refusal = await this.decodeBatches(true);
    if (refusal) return refusal;
    if (
      this.extractor.isBroken ||
      this.extractor.unfinishedBytes > 0 ||
      this.extractor.consumedEndByte !== endByte
    ) {
      throw this.sourceChanged();
    }
    return null;
  }

  private sourceChanged(): SourceChanged {
    const { startByte, endByte } = this.range;
    return new SourceChanged({
      what: 'a range does not end where its last record does',
      where: `${this.plan.sourceKey}, bytes ${startByte} to ${endByte}`,
      why: 'the file is not what the splitter saw',
      next: 'Run it again once whoever writes the file is done; nothing of this run was published.',
    });
  }

  private async decodeBatches(atEnd: boolean): Promise<Refusal | null> {
    while (this.extractor.extract(atEnd) > 0) {
      this.removeControlRecords();
      const found = this.decoder.decode(this.extractor);
      for (const [index, dataset] of this.datasets.entries()) {
        if (this.decoder.partitionsOf(index).length > this.layout.maxPartitions) {
          return tooManyPartitions(this.plan.sourceKey, this.layout, dataset);
        }
      }
      for (const rows of found) this.rows.append(rows, rows.vectors, rows.members, rows.count);
      await this.drain();
    }
    return null;
  }

  /** Takes out header and trailer, where they stand within the ranges. */
  private removeControlRecords(): void {
    const { chain, header, trailer } = this.plan;
    if (!chain) return;
    const { extractor } = this;
    for (const record of [trailer, header]) {
      if (
        !record ||
        record.startByte >= extractor.consumedEndByte ||
        record.endByte <= extractor.batchStartByte
      )
        continue;
      // Both are at an end of the file: among the first or the last records of a block.
      const index = extractor.indexOfRecordIn(record.startByte, record.endByte);
      if (index >= 0) extractor.remove(index);
    }
  }

  /** Keeps buffered rows within bounds. */
  private async drain(): Promise<void> {
    await this.rejects.drain();
    for (let full = this.rows.nextFull(); full !== undefined; full = this.rows.nextFull()) {
      await this.writeRowGroup(full);
    }
  }

  private async writeRowGroup(at: DatasetPartition): Promise<void> {
    const { dataset, partition } = at;
    const writers = this.writers[dataset]!;
    let writer = writers.get(partition);
    if (!writer) {
      const { name } = this.datasets[dataset]!;
      const folder = name === this.plan.dataset ? undefined : name;
      const key = runKeys(this.plan.runId).part(this.range.rangeIndex, this.partitionOf(at), folder);
      writer = new PartWriter(this.ports.lake, key, this.schemas[dataset]!, this.memory);
      writers.set(partition, writer);
    }
    await writer.writeRowGroup(this.rows.rowsOf(at)!);
  }

  private async finishOutputs(): Promise<PartOutput[]> {
    const outputs: PartOutput[] = [];
    for (const [dataset, { name }] of this.datasets.entries()) {
      for (const partition of this.decoder.partitionsOf(dataset).keys()) {
        const at = { dataset, partition };
        if (this.rows.rowsOf(at)) await this.writeRowGroup(at);
        const file = await this.writers[dataset]!.get(partition)?.finish();
        if (file) outputs.push({ dataset: name, partition: this.partitionOf(at), ...file });
      }
    }
    return outputs;
  }

  private async abandon(): Promise<PartOutput[]> {
    for (const writers of this.writers) for (const writer of writers.values()) await writer.abort();
    await this.rejects.abort();
    return [];
  }

  private partitionOf({ dataset, partition }: DatasetPartition): Record<string, string | null> {
    const values = this.decoder.partitionsOf(dataset)[partition]!;
    const { partitionBy } = this.datasets[dataset]!;
    return Object.fromEntries(partitionBy.map((field, index) => [field.name, values[index]!]));
  }

  private lineTooLong(): Refusal {
    return refuse('line-too-long', {
      where: this.plan.sourceKey,
      what: `the line at byte ${this.extractor.batchStartByte} is longer than ${MAX_LINE_BYTES} bytes, too long even to be kept as a reject`,
      why: `The layout says ${this.layout.record.lengthBytes} bytes a record.`,
      next: 'Check record.format and record.length of the layout.',
    });
  }

  private manifest(
    refusal: Refusal | null,
    outputs: PartOutput[],
    rejects: PartManifest['rejects'],
  ): PartManifest {
    const { rangeIndex, startByte, endByte } = this.range;
    const { detailCount, rejectedCount, counts, sums, nulled } = this.decoder;
    const discarded = counts.reduce((sum, type) => sum + (type.discarded ? type.records : 0), 0);
    return {
      rangeIndex,
      startByte,
      endByte,
      consumed: { startByte, endByte: this.extractor.consumedEndByte },
      records: {
        detail: detailCount,
        accepted: detailCount - rejectedCount - discarded,
        rejected: rejectedCount,
        discarded,
      },
      recordTypes: counts,
      expectedRows: this.decoder.expectedRows,
      reasons: this.rejects.reasons,
      sums: sums.map(({ total, ...sum }) => ({ ...sum, total: String(total) })),
      nulled,
      outputs,
      rejects,
      checksum: crc64ToBase64(this.checksum.finish()),
      refusal,
    };
  }
}
