import { RunInconsistent } from '../../errors.ts';
import { StreamChecksum } from '../../kernel/stream-checksum.ts';
import { runKeys } from '../../keys/run-keys.ts';
import { readLayout } from '../../layout/compile/read-layout.ts';
import { type Compression, datasetsOf, type PageForm, PLAIN_PAGES } from '../../layout/layout.ts';
import { encodeTail } from '../../parquet/footer.ts';
import { MAGIC } from '../../parquet/format.ts';
import { giveBackMemory, takeMemory } from '../../parquet/kernel-memory.ts';
import { planRowGroups } from '../../parquet/merge-plan.ts';
import { shiftRowGroup } from '../../parquet/row-group.ts';
import { RowGroupBuilder } from '../../parquet/row-group-builder.ts';
import { RowGroupReader } from '../../parquet/row-group-reader.ts';
import { type ColumnSchema, columnSchemas } from '../../parquet/schema.ts';
import { readSourceFile, type SourceRowGroup } from '../../parquet/source-file.ts';
import type { ObjectPiece, ObjectStore } from '../../ports/object-store.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { crc64ToBase64 } from '../../ranges/crc64nvme.ts';
import { type FilePlan, filePlanShape } from '../../run/file-plan.ts';
import { type MergeResult, type MergeSpec, mergeSpecShape } from '../../run/merge-spec.ts';
import { PartWriter } from '../parse/part-writer.ts';
import { rejectColumns } from '../parse/reject-writer.ts';
import { inParallel } from '../store/in-parallel.ts';
import { readJson, writeJson } from '../store/json-object.ts';
import { composedChecksum, PartSums, partError, type SourcePart } from './part-checksums.ts';

/** To read one is to wait for the store; a footer and its indexes have a few KB. */
const PARALLEL_FOOTERS = 32;

/**
 * Makes one large Parquet object of many parts without decoding them: the store copies their row groups, and a new footer and new
 * page indexes are written with shifted offsets. In mode `join`, small row groups are decoded and written as larger ones.
 */
export async function mergePartition(
  ports: Pick<PipelinePorts, 'lake'>,
  planKey: string,
  merge: { mergeIndex: number },
): Promise<MergeResult> {
  const plan = await readJson(ports.lake, planKey, filePlanShape);
  const keys = runKeys(plan.runId);
  const spec = await readJson(ports.lake, keys.mergeSpec(merge.mergeIndex), mergeSpecShape);
  const merged = await mergedFile(ports.lake, spec, plan).catch(async (error) => {
    throw await partError(ports.lake, plan, spec.parts, error);
  });
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

async function mergedFile(lake: ObjectStore, spec: MergeSpec, plan: FilePlan): Promise<Merged> {
  const sources = await inParallel(spec.parts, PARALLEL_FOOTERS, async ({ key, bytes, checksum }) => {
    const file = await readSourceFile(bytes, (range) => lake.readRange(key, range));
    return { key, checksum, ...file };
  });
  if (spec.mode === 'concat') return concatenate(lake, spec, sources);
  return join(lake, spec, sources, formOf(spec, plan));
}

/** The form of the rows of a merged file. */
interface RowForm {
  schema: ColumnSchema[];
  compression: Compression;
  pages: PageForm;
}

function formOf(spec: MergeSpec, plan: FilePlan): RowForm {
  if (spec.kind === 'rejects')
    return { schema: rejectColumns(plan), compression: 'snappy', pages: PLAIN_PAGES };
  const layout = readLayout(plan.layout.text, plan.layout.file);
  const dataset = datasetsOf(layout).find(({ name }) => name === spec.dataset);
  if (dataset) {
    const { compression, parquet } = layout;
    return {
      schema: columnSchemas(dataset.columns, plan.fieldIds?.[spec.dataset]),
      compression,
      pages: parquet,
    };
  }
  throw new RunInconsistent({
    what: `the layout of this run has no dataset ${spec.dataset}`,
    where: spec.outputKey,
    why: 'The plan of the run and that of its merges do not belong together.',
    next: 'Convert the file again with --force.',
  });
}

/** CRC-64/NVME of an object: the one that the store keeps, or else from its bytes. */
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
  /** Missing if it cannot be known without reading the file again. */
  checksum?: string | undefined;
}

async function concatenate(lake: ObjectStore, spec: MergeSpec, sources: SourcePart[]): Promise<Merged> {
  const pieces: ObjectPiece[] = [{ bytes: MAGIC }];
  const rowGroups = [];
  let at = MAGIC.length;
  for (const { key, rowGroups: groups } of sources) {
    const [first, last] = [groups[0], groups.at(-1)];
    // A part without row groups has no bytes to copy.
    if (!first || !last) continue;
    const range = { startByte: first.startByte, endByte: last.endByte };
    const shiftBytes = at - range.startByte;
    pieces.push({ key, range });
    for (const { rowGroup } of groups) rowGroups.push(shiftRowGroup(rowGroup, shiftBytes));
    at += range.endByte - range.startByte;
  }
  const tail = encodeTail(sources[0]!.schema, rowGroups, at);
  pieces.push({ bytes: tail });
  const checksum = composedChecksum(sources, tail);
  await lake.compose(spec.outputKey, pieces, checksum);
  return {
    checksum,
    bytes: at + tail.length,
    rowGroupRows: sources.flatMap(({ rowGroups: groups }) => groups.map((group) => group.rowCount)),
  };
}

async function join(
  lake: ObjectStore,
  spec: MergeSpec,
  sources: SourcePart[],
  { schema, compression, pages }: RowForm,
): Promise<Merged> {
  const groups = sources.flatMap(({ key, rowGroups }) => rowGroups.map((group) => ({ key, group })));
  const memory = takeMemory();
  const { kernel } = memory;
  const writer = new PartWriter(lake, spec.outputKey, schema, memory);
  const rows = new RowGroupBuilder(kernel, schema, compression, memory.compressor, pages);
  const reader = new RowGroupReader(kernel, schema, memory.compressor);
  const parts = new PartSums(lake, kernel, sources);
  try {
    for (const step of planRowGroups(groups.map(({ group }) => group.rowCount))) {
      const chosen = step.map((index) => groups[index]!);
      const [only, ...others] = chosen;
      if (only && others.length === 0) {
        await writer.parquet.copyRowGroup(only.group, parts.read(only.key, rangeOf(only.group)));
        continue;
      }
      for (const { key, group } of chosen) {
        await reader.append(group, parts.read(key, rangeOf(group)), rows);
      }
      await writer.writeRowGroup(rows);
    }
    parts.finish(sources);
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
