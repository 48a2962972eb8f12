import { parquetFileName, runKeys } from '../../keys/run-keys.ts';
import { type Dataset, datasetsOf, type Layout } from '../../layout/layout.ts';
import { planMerge } from '../../parquet/merge-plan.ts';
import type { FilePlan } from '../../run/file-plan.ts';
import type { MergeSpec } from '../../run/merge-spec.ts';
import type { PartManifest, PartOutput } from '../../run/part-manifest.ts';

/** Plans the merged files of a run: those of all datasets and partitions in the order of their names, then the rejects. */
export function planMerges(plan: FilePlan, layout: Layout, manifests: PartManifest[]): MergeSpec[] {
  const outputs = manifests.flatMap((manifest) => manifest.outputs);
  const rows = datasetsOf(layout).flatMap((dataset) =>
    partitionsOf(dataset, outputs).flatMap((partition) => rowMerges(plan, layout, dataset, partition)),
  );
  const rejects = manifests.flatMap((manifest) => manifest.rejects ?? []);
  return [...rows, ...rejectMerges(plan, rejects)].map((merge, mergeIndex) => ({ mergeIndex, ...merge }));
}

type UnnumberedMerge = Omit<MergeSpec, 'mergeIndex'>;

/** The parts of one partition of a dataset. */
interface PartitionParts {
  partition: PartOutput['partition'];
  parts: PartOutput[];
}

function partitionsOf({ name }: Dataset, outputs: PartOutput[]): PartitionParts[] {
  const found = new Map<string, PartitionParts>();
  for (const output of outputs) {
    if (output.dataset !== name) continue;
    const key = JSON.stringify(output.partition);
    const known = found.get(key);
    if (known) known.parts.push(output);
    else found.set(key, { partition: output.partition, parts: [output] });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, partition]) => partition);
}

function rowMerges(
  plan: FilePlan,
  { compression }: Layout,
  { name, columns }: Dataset,
  { partition, parts }: PartitionParts,
): UnnumberedMerge[] {
  const folder = name === plan.dataset ? undefined : name;
  const joinable = columns.every(({ list }) => !list);
  const files = planMerge(parts, { joinable, wholePartBytes: plan.wholePartBytes });
  return files.map((file, fileIndex) => {
    const fileName = parquetFileName(plan.sourceId, fileIndex, compression);
    const outputKey = runKeys(plan.runId).merged(partition, fileName, folder);
    return { kind: 'rows', dataset: name, partition, outputKey, fileName, ...file };
  });
}

function rejectMerges(plan: FilePlan, rejects: NonNullable<PartManifest['rejects']>[]): UnnumberedMerge[] {
  return planMerge(rejects).map((file, fileIndex) => {
    const fileName = parquetFileName(plan.sourceId, fileIndex, 'snappy');
    const outputKey = runKeys(plan.runId).mergedRejects(fileName);
    return { kind: 'rejects', dataset: plan.dataset, partition: {}, outputKey, fileName, ...file };
  });
}
