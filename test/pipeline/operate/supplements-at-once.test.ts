import { expect, it } from 'vitest';
import { reconcileFile } from '../../../shared/pipeline/reconcile/reconcile-file.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { updateEntry } from '../../../shared/pipeline/store/ledger.ts';
import { finishFile, planned, TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { KEY, smallDay } from '../../support/small-day.ts';

/** A1 is accepted; A2 and A3 have no amount and are rejected. */
const parent = smallFile(smallLine('A1', 1), smallLine('A2', 'X'), smallLine('A3', 'X'));
const both = smallFile(smallLine('A2', 2), smallLine('A3', 3));
const bothOtherwise = smallFile(smallLine('A3', 3), smallLine('A2', 4));

/** A file of corrected records up to its reconciliation, which is the next step. */
async function parsed(lake: TestLake, sourceKey: string, bytes: Buffer): Promise<string> {
  await lake.putRaw(sourceKey, bytes);
  const request = { layout: smallLayout(), sourceKey, supplementOf: KEY };
  const split = planned(await splitFile(lake.ports, `of ${sourceKey}`, request));
  await lake.parseAll(split);
  return split.planKey;
}

it('of two supplements that are judged before either is loaded, only what fits together is loaded', async () => {
  await using lake = await TestLake.make();
  const { ids, load } = smallDay(lake);
  await load(KEY, parent);
  const plans = [
    await parsed(lake, 'x_20250812.txt', both),
    await parsed(lake, 'y_20250812.txt', bothOtherwise),
  ];
  const judged = await Promise.all(plans.map((plan) => reconcileFile(lake.ports, plan)));
  for (const [index, verdict] of judged.entries()) await finishFile(lake.ports, plans[index]!, verdict);
  expect(judged.map(({ verdict }) => verdict).sort()).toEqual(['balanced', 'refused']);
  expect(judged.flatMap((one) => (one.verdict === 'refused' ? one.refusal.code : []))).toEqual([
    'supplement-too-large',
  ]);
  expect(await ids()).toEqual(['A1', 'A2', 'A3']);
});

it('a supplement that was given up, or is judged twice, is in the way of nobody', async () => {
  await using lake = await TestLake.make();
  const { ids, load } = smallDay(lake);
  await load(KEY, parent);
  const first = await parsed(lake, 'x_20250812.txt', both);
  const { ledgerKey } = await reconcileFile(lake.ports, first);
  expect((await reconcileFile(lake.ports, first)).verdict).toBe('balanced');
  const second = await parsed(lake, 'y_20250812.txt', bothOtherwise);
  expect((await reconcileFile(lake.ports, second)).verdict).toBe('refused');
  await updateEntry(lake.ports.lake, ledgerKey, (current) => current && { ...current, state: 'failed' });
  const verdict = await reconcileFile(lake.ports, second);
  expect(verdict.verdict).toBe('balanced');
  await finishFile(lake.ports, second, verdict);
  expect(await ids()).toEqual(['A1', 'A2', 'A3']);
});
