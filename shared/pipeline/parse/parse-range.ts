import { batchCapacity } from '../../decode/batch-capacity.ts';
import { BatchDecoder } from '../../decode/batch-decoder.ts';
import { figuresByField } from '../../decode/nulled-values.ts';
import { indexOfOpenLine } from '../../decode/open-line.ts';
import { MAX_LINE_BYTES, RecordExtractor } from '../../decode/record-extractor.ts';
import { recordShape } from '../../decode/record-shape.ts';
import { SourceChanged } from '../../errors.ts';
import { positionsUnsaid } from '../../form/unsaid-positions.ts';
import { StreamChecksum } from '../../kernel/stream-checksum.ts';
import { runKeys } from '../../keys/run-keys.ts';
import { readLayout } from '../../layout/compile/read-layout.ts';
import { type Dataset, datasetsOf, type Layout } from '../../layout/layout.ts';
import { giveBackMemory, type KernelMemory, takeMemory } from '../../parquet/kernel-memory.ts';
import { type DatasetPartition, RowGroupBuffer } from '../../parquet/row-group-buffer.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { crc64ToBase64 } from '../../ranges/crc64nvme.ts';
import { type Refusal, refuse } from '../../refusal.ts';
import { type FilePlan, filePlanShape, type PlannedRange } from '../../run/file-plan.ts';
import { type PartManifest, type PartOutput, partManifestShape } from '../../run/part-manifest.ts';
import { tooManyPartitions } from '../../run/reconciliation.ts';
import { RangeGroupAccount } from '../../totals/range-groups.ts';
import { findJson, readJson, writeJson } from '../store/json-object.ts';
import { refusingDamage, sourceOf } from '../store/open-source.ts';
import { ClosingParts } from './closing-parts.ts';
import { DatasetParts } from './dataset-parts.ts';
import { type PartSummary, partSummary } from './part-summary.ts';
import { readParents } from './read-parents.ts';
import { RejectWriter } from './reject-writer.ts';

/**
 * Turns one byte range into a Parquet part for each partition, a file of rejects and a part manifest, in memory that does not grow with it.
 * Safe to run twice: the parts are the same and have the same keys, only times differ; if the manifest is there, nothing is parsed again.
 */
export async function parseRange(
  ports: Pick<PipelinePorts, 'raw' | 'lake' | 'clock'>,
  planKey: string,
  range: PlannedRange,
  { signal, retries }: { signal?: AbortSignal; retries?: number | undefined } = {},
): Promise<PartSummary> {
  const plan = await readJson(ports.lake, planKey, filePlanShape);
  const manifestKey = runKeys(plan.runId).partManifest(range.rangeIndex);
  const earlier = await findJson(ports.lake, manifestKey, partManifestShape);
  if (earlier && earlier.startByte === range.startByte && earlier.endByte === range.endByte) {
    return partSummary(earlier, true);
  }
  const startedAt = ports.clock.now().toISOString();
  const parser = new RangeParser(ports, plan, range, readLayout(plan.layout.text, plan.layout.file));
  const parsed = await parser.parse(signal);
  const work = { startedAt, endedAt: ports.clock.now().toISOString(), ...(retries && { retries }) };
  const manifest: PartManifest = { ...parsed, work };
  await writeJson(ports.lake, manifestKey, manifest);
  return partSummary(manifest, false);
}

/** So many values of partition columns are known at once, whether their records are rejected or not. */
const MOST_VALUES = 65_536;

/** A range of so few batches makes chunks of one page or little more. */
const FEW_BATCHES = 8;

class RangeParser {
  private readonly ports: Pick<PipelinePorts, 'raw' | 'lake'>;
  private readonly plan: FilePlan;
  private readonly range: PlannedRange;
  private readonly layout: Layout;
  private readonly datasets: Dataset[];
  private readonly memory: KernelMemory;
  private readonly extractor: RecordExtractor;
  private readonly decoder: BatchDecoder;
  private readonly rejects: RejectWriter;
  private readonly rows: RowGroupBuffer;
  /** One for each of `datasets`. */
  private readonly parts: DatasetParts[];
  private readonly groups: RangeGroupAccount | undefined;
  /** Sums the bytes that were read so far. */
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
    this.groups = layout.groups && new RangeGroupAccount(layout.groups, layout);
    this.parts = this.datasets.map(
      (dataset) => new DatasetParts(dataset, plan, range, ports.lake, this.memory),
    );
    const { terminatorBytes } = plan.geometry;
    this.extractor = new RecordExtractor(
      kernel,
      recordShape(layout.record, terminatorBytes),
      range.startByte,
      batchCapacity(layout),
    );
    const batchCount = (range.endByte - range.startByte) / this.extractor.batchBytes;
    this.rows = new RowGroupBuffer(
      kernel,
      this.parts.map(({ schema }) => schema),
      layout.compression,
      this.memory.compressor,
      layout.parquet,
      batchCount <= FEW_BATCHES ? Math.max(1, batchCount) : undefined,
    );
    const rejectsKey = runKeys(plan.runId).rejects(range.rangeIndex);
    this.rejects = new RejectWriter(ports.lake, rejectsKey, plan, this.memory);
    this.decoder = new BatchDecoder(
      kernel,
      layout,
      this.extractor.capacityRecords,
      (reject) => this.rejects.add(reject),
      Buffer.from(plan.header?.bytes ?? '', 'base64'),
      (piece) => this.groups?.add(piece),
    );
  }

  async parse(signal: AbortSignal | undefined): Promise<PartManifest> {
    try {
      const refusal = await refusingDamage(this.plan.sourceKey, () => this.consume(signal));
      const outputs = refusal ? await this.abandon() : await this.finishOutputs();
      return this.manifest(refusal, outputs, refusal ? null : await this.rejects.finish());
    } catch (error) {
      await this.abandon();
      throw error;
    } finally {
      giveBackMemory(this.memory);
    }
  }

  /** Reads the range to its end, or until something refuses the whole file. */
  private async consume(signal: AbortSignal | undefined): Promise<Refusal | null> {
    const { startByte, endByte } = this.range;
    const { sourceKey, pin } = this.plan;
    const raw = sourceOf(this.ports.raw, this.plan);
    this.decoder.beginAfter(await readParents(raw, this.plan, this.range));
    // A decompressor would fill that memory with what it reads, not with what it makes of it.
    const into = this.plan.compression ? undefined : () => this.extractor.room();
    for await (const chunk of raw.streamRange(sourceKey, { startByte, endByte }, { pin, signal, into })) {
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
      why: 'The file is no longer the one that the splitter saw.',
      next: 'Run it again once the file is written to its end; nothing of this run was published.',
    });
  }

  private async decodeBatches(atEnd: boolean): Promise<Refusal | null> {
    while (this.extractor.extract(atEnd) > 0) {
      const open = indexOfOpenLine(this.memory.kernel, this.extractor, this.layout.record);
      if (open >= 0) return positionsUnsaid(this.plan.sourceKey, this.extractor.byteOffsetOf(open));
      this.removeControlRecords();
      const found = this.decoder.decode(this.extractor);
      for (const rows of found) this.rows.append(rows, rows.vectors, rows.members, rows.count);
      const crowded = this.datasets.find((_, index) => this.isCrowded(index));
      if (crowded) return tooManyPartitions(this.plan.sourceKey, this.layout, crowded);
      await this.drain();
    }
    return null;
  }

  /** Values of rejected records make no folders: the file may have as many as memory holds. */
  private isCrowded(dataset: number): boolean {
    const { maxPartitions } = this.layout;
    const known = this.decoder.partitionsOf(dataset).length;
    return this.rows.partitionCount(dataset) > maxPartitions || known > Math.max(maxPartitions, MOST_VALUES);
  }

  /** Takes header and trailer out of the records. Along a chain of lengths they are within the ranges. */
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
      // Both are at an end of the file: among the first or the last records that were extracted.
      const index = extractor.indexOfRecordIn(record.startByte, record.endByte);
      if (index >= 0) extractor.remove(index);
    }
  }

  /** Writes what is full, so that the buffers stay within their bounds. */
  private async drain(): Promise<void> {
    await this.rejects.drain();
    for (let full = this.rows.nextFull(); full !== undefined; full = this.rows.nextFull()) {
      await this.writeRowGroup(full);
    }
  }

  /** Writes the rows of a partition that are buffered, if there are any. */
  private async writeRowGroup(at: DatasetPartition): Promise<void> {
    const rows = this.rows.rowsOf(at);
    if (!rows) return;
    // The decoder was made for the same datasets as the buffer, so that the indexes fit both.
    const values = this.decoder.partitionsOf(at.dataset)[at.partition]!;
    await this.parts[at.dataset]!.writerOf(at.partition, values).writeRowGroup(rows);
  }

  /** Writes what is left, one partition after the other, so that few writers hold bytes at once. */
  private async finishOutputs(): Promise<PartOutput[]> {
    const closing = new ClosingParts();
    try {
      for (const [dataset, parts] of this.parts.entries()) {
        for (const [partition, values] of this.decoder.partitionsOf(dataset).entries()) {
          await this.writeRowGroup({ dataset, partition });
          await parts.finish(partition, values, closing);
        }
      }
      return await closing.outputs();
    } finally {
      await closing.settled();
    }
  }

  private async abandon(): Promise<PartOutput[]> {
    for (const parts of this.parts) await parts.abort();
    await this.rejects.abort();
    return [];
  }

  private lineTooLong(): Refusal {
    return refuse('line-too-long', {
      where: this.plan.sourceKey,
      what: `the line at byte ${this.extractor.batchStartByte} is longer than ${MAX_LINE_BYTES} bytes, too long even to be kept as a reject`,
      why: `The layout says ${this.layout.record.lengthBytes} bytes per record.`,
      next: 'Check record.format and record.length of the layout.',
    });
  }

  private manifest(
    refusal: Refusal | null,
    outputs: PartOutput[],
    rejects: PartManifest['rejects'],
  ): PartManifest {
    const { rangeIndex, startByte, endByte } = this.range;
    const { detailCount, rejectedCount, shortCount, counts, sums } = this.decoder;
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
        short: shortCount,
      },
      recordTypes: counts,
      expectedRows: this.decoder.expectedRows,
      ...this.rejects.account,
      sums: sums.map(({ total, ...sum }) => ({ ...sum, total: String(total) })),
      groups: this.groups?.finish(),
      ...figuresByField(this.decoder.settledValues),
      outputs,
      rejects,
      checksum: crc64ToBase64(this.checksum.finish()),
      refusal,
    };
  }
}
