import { StreamChecksum } from '../../kernel/stream-checksum.ts';
import { runKeys } from '../../keys/run-keys.ts';
import { readLayout } from '../../layout/compile/read-layout.ts';
import { type Compression, datasetsOf, type PageForm, PLAIN_PAGES } from '../../layout/layout.ts';
import { encodeTail } from '../../parquet/footer.ts';
import { MAGIC } from '../../parquet/format.ts';
import { planRowGroups } from '../../parquet/merge-plan.ts';
import { shiftRowGroup } from '../../parquet/row-group.ts';
import { RowGroupBuilder } from '../../parquet/row-group-builder.ts';
import { RowGroupReader } from '../../parquet/row-group-reader.ts';
import { type ColumnSchema, columnSchemas } from '../../parquet/schema.ts';
import { readSourceFile, type SourceFile, type SourceRowGroup } from '../../parquet/source-file.ts';
import type { ObjectPiece, ObjectStore } from '../../ports/object-store.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { crc64ToBase64 } from '../../ranges/crc64nvme.ts';
import { filePlanShape } from '../../run/file-plan.ts';
import { type MergeResult, type MergeSpec, mergeSpecShape } from '../../run/merge-spec.ts';
import { giveBackMemory, takeMemory } from '../parse/kernel-memory.ts';
import { PartWriter } from '../parse/part-writer.ts';
import { REJECT_COLUMNS } from '../parse/reject-writer.ts';
import { inParallel } from '../store/in-parallel.ts';
import { readJson, writeJson } from '../store/json-object.ts';

const PARALLEL_FOOTERS = 8;

/**
 * Makes one large Parquet object of many parts without decoding them: their row groups are copied inside the store, and a new footer
 * and new page indexes are written with shifted offsets. In mode `join` small row groups are decoded and written as larger ones.
 */
export async function mergePartition(
  ports: Pick<PipelinePorts, 'lake'>,
  planKey: string,
  merge: { mergeIndex: number },
): Promise<MergeResult> {
  const plan = await readJson(ports.lake, planKey, filePlanShape);
  const keys = runKeys(plan.runId);
  const spec = await readJson(ports.lake, keys.mergeSpec(merge.mergeIndex), mergeSpecShape);
  const sources = await inParallel(spec.parts, PARALLEL_FOOTERS, (part) =>
    readSourceFile(part.bytes, (range) => ports.lake.readRange(part.key, range)),
  );
  const layout = readLayout(plan.layout.text, plan.layout.file);
  const dataset = datasetsOf(layout).find(({ name }) => name === spec.dataset);
  const schema = spec.kind === 'rejects' ? REJECT_COLUMNS : columnSchemas(dataset!.columns);
  const merged =
    spec.mode === 'concat'
      ? await concatenate(ports.lake, spec, sources)
      : await join(
          ports.lake,
          spec,
          sources,
          schema,
          spec.kind === 'rejects' ? 'snappy' : layout.compression,
          spec.kind === 'rejects' ? PLAIN_PAGES : layout.parquet,
        );
  const result: MergeResult = {
    kind: spec.kind,
    dataset: spec.dataset,
    partition: spec.partition,
    mergedKey: spec.outputKey,
    fileName: spec.fileName,
    rows: merged.rowGroupRows.reduce((sum, rows) => sum + rows, 0),
    bytes: merged.bytes,
    rowGroupRows: merged.rowGroupRows,
    checksum: merged.checksum ?? (await checksumOf(ports.lake, spec.outputKey)),
  };
  await writeJson(ports.lake, keys.mergeResult(merge.mergeIndex), result);
  return result;
}

/** CRC-64/NVME of an object: what the store keeps of it, else from its bytes. */
async function checksumOf(lake: ObjectStore, key: string): Promise<string> {
  const stored = (await lake.head(key))?.crc64nvme;
  if (stored !== undefined) return stored;
  const memory = takeMemory();
  try {
    const checksum = new StreamChecksum(memory.kernel);
    for await (const chunk of lake.streamRange(key)) checksum.add(chunk);
    return crc64ToBase64(checksum.finish());
  } finally {
    giveBackMemory(memory);
  }
}

interface Merged {
  bytes: number;
  rowGroupRows: number[];
  /** Where it is known without reading the file again. */
  checksum?: string | undefined;
}

async function concatenate(lake: ObjectStore, spec: MergeSpec, sources: SourceFile[]): Promise<Merged> {
  const [only, ...others] = spec.parts;
  if (only && others.length === 0) {
    // One part is a whole file already.
    await lake.copy(only.key, spec.outputKey);
    return only;
  }
  const pieces: ObjectPiece[] = [{ bytes: MAGIC }];
  const rowGroups = [];
  let at = MAGIC.length;
  for (const [index, { rowGroups: groups }] of sources.entries()) {
    const startByte = groups[0]!.startByte;
    const endByte = groups.at(-1)!.endByte;
    const shiftBytes = at - startByte;
    pieces.push({ key: spec.parts[index]!.key, range: { startByte, endByte } });
    for (const { rowGroup } of groups) rowGroups.push(shiftRowGroup(rowGroup, shiftBytes));
    at += endByte - startByte;
  }
  const tail = encodeTail(sources[0]!.schema, rowGroups, at);
  pieces.push({ bytes: tail });
  await lake.compose(spec.outputKey, pieces);
  return {
    bytes: at + tail.length,
    rowGroupRows: sources.flatMap(({ rowGroups: groups }) => groups.map((group) => group.rowCount)),
  };
}

async function join(
  lake: ObjectStore,
  spec: MergeSpec,
  sources: SourceFile[],
  schema: ColumnSchema[],
  compression: Compression,
  form: PageForm,
): Promise<Merged> {
  const groups = sources.flatMap(({ rowGroups }, index) =>
    rowGroups.map((group) => ({ key: spec.parts[index]!.key, group })),
  );
  const memory = takeMemory();
  const { kernel } = memory;
  const writer = new PartWriter(lake, spec.outputKey, schema, memory);
  const rows = new RowGroupBuilder(kernel, schema, compression, memory.compressor, form);
  const reader = new RowGroupReader(kernel, schema, memory.compressor);
  try {
    for (const step of planRowGroups(groups.map(({ group }) => group.rowCount))) {
      if (step.length === 1) {
        const { key, group } = groups[step[0]!]!;
        await writer.parquet.copyRowGroup(group, lake.streamRange(key, rangeOf(group)));
        continue;
      }
      for (const index of step) {
        const { key, group } = groups[index]!;
        await reader.append(group, lake.streamRange(key, rangeOf(group)), rows);
      }
      await writer.writeRowGroup(rows);
    }
    return await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  } finally {
    giveBackMemory(memory);
  }
}

function rangeOf({ startByte, endByte }: SourceRowGroup) {
  return { startByte, endByte };
}
