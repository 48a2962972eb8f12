import { expect, it } from 'vitest';
import { runKeys } from '../../shared/keys/run-keys.ts';
import { finalizeFile } from '../../shared/pipeline/finalize/finalize-file.ts';
import { mergePartition } from '../../shared/pipeline/merge/merge-partition.ts';
import { reconcileFile } from '../../shared/pipeline/reconcile/reconcile-file.ts';
import { splitFile } from '../../shared/pipeline/split/split-file.ts';
import { planned, TestLake } from '../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';
import { KEY, smallDay } from '../support/small-day.ts';

const LINES = [smallLine('A1', 1), smallLine('A2', 2)];
const ONE_RANGE = { layout: smallLayout({ partitionBy: [] }), sourceKey: KEY };
/** Of two ranges, so that there is something to merge. */
const REQUEST = { ...ONE_RANGE, rangeSizeBytes: 10 };

/** The steps of a run, and the documents that each leaves for the next. */
type Step = 'split' | 'parse' | 'reconcile' | 'merge';
const DOCUMENTS: [string, Step, (keys: ReturnType<typeof runKeys>) => string][] = [
  ['the plan', 'split', ({ plan }) => plan],
  ['the ranges', 'parse', ({ ranges }) => ranges],
  ['a part manifest', 'parse', ({ partManifest }) => partManifest(0)],
  ['the reconciliation', 'merge', ({ reconciliation }) => reconciliation],
  ['the list of merges', 'merge', ({ merges }) => merges],
  ['the plan of a merge', 'reconcile', ({ mergeSpec }) => mergeSpec(0)],
  ['the result of a merge', 'merge', ({ mergeResult }) => mergeResult(0)],
];

it.each(
  DOCUMENTS,
)('%s of a run that is cut off after step %s is named, and --force heals', async (_, after, keyOf) => {
  await using lake = await TestLake.make();
  await lake.putRaw(KEY, smallFile(...LINES));
  const split = planned(await splitFile(lake.ports, 'first', REQUEST));
  const key = keyOf(runKeys(split.planKey.split('/')[1]!));
  const cut = async (step: Step) => {
    if (step !== after) return;
    const { bytes } = (await lake.ports.lake.get(key))!;
    await lake.ports.lake.put(key, bytes.subarray(0, bytes.length >> 1));
  };
  const rest = async () => {
    await cut('split');
    await lake.parseAll(split);
    await cut('parse');
    const reconciled = await reconcileFile(lake.ports, split.planKey);
    await cut('reconcile');
    await mergePartition(lake.ports, split.planKey, { mergeIndex: 0 });
    await cut('merge');
    return finalizeFile(lake.ports, reconciled);
  };
  const failure = await rest().catch((error) => error);
  expect(failure).toMatchObject({ name: 'ObjectDamaged', where: key });
  expect(failure.message).toMatch(/npx positional-lake convert .* --force/);
  await lake.convert({ ...REQUEST, force: true });
  expect(await smallDay(lake).ids()).toEqual(['A1', 'A2']);
});

it('the list of parts that became files as they are is named if it is cut off or gone, and --force heals', async () => {
  await using lake = await TestLake.make();
  await lake.putRaw(KEY, smallFile(...LINES));
  const split = planned(await splitFile(lake.ports, 'first', ONE_RANGE));
  await lake.parseAll(split);
  const reconciled = await reconcileFile(lake.ports, split.planKey);
  const { takenParts } = runKeys(split.runId);
  const { bytes } = (await lake.ports.lake.get(takenParts))!;
  await lake.ports.lake.put(takenParts, bytes.subarray(0, bytes.length >> 1));
  const damaged = await finalizeFile(lake.ports, reconciled).catch((error) => error);
  expect(damaged).toMatchObject({ name: 'ObjectDamaged', where: takenParts });
  await lake.ports.lake.delete([takenParts]);
  const gone = await finalizeFile(lake.ports, reconciled).catch((error) => error);
  expect(gone).toMatchObject({ name: 'RunInconsistent', where: takenParts });
  await lake.convert({ ...ONE_RANGE, force: true });
  expect(await smallDay(lake).ids()).toEqual(['A1', 'A2']);
});
