import { expect, it } from 'vitest';
import { splitFile } from '../../shared/pipeline/split/split-file.ts';
import { readJson } from '../../shared/pipeline/store/json-object.ts';
import { filePlanShape, plannedRangesShape } from '../../shared/run/file-plan.ts';
import { isRunOf, runOfPlan } from '../../shared/run/run-of-plan.ts';
import { MemoryLake } from '../support/memory-lake.ts';
import { planned } from '../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';
import { KEY } from '../support/small-day.ts';

async function plannedFile() {
  const lake = new MemoryLake();
  lake.raw.replace(KEY, smallFile(smallLine('A1', 1), smallLine('A2', 2)));
  const request = { layout: smallLayout(), sourceKey: KEY, rangeSizeBytes: 32 };
  const { planKey, rangesKey } = planned(await splitFile(lake.ports, 'e1', request));
  const ranges = await readJson(lake.lake, rangesKey, plannedRangesShape);
  return { plan: await readJson(lake.lake, planKey, filePlanShape), ranges };
}

it('a run is named by all that its plan decides, and by its ranges', async () => {
  const { plan, ranges } = await plannedFile();
  expect(plan.runId).toMatch(/^[0-9a-f]{20}$/);
  expect(isRunOf(plan, ranges)).toBe(true);
  expect(isRunOf(plan, ranges.slice(1))).toBe(false);
  const own = new Set(['runId', 'startedAt', 'layout']);
  const others = Object.keys(plan).filter((key) => !own.has(key));
  expect(others.length).toBeGreaterThan(20);
  for (const key of others) expect(isRunOf({ ...plan, [key]: 'other' }, ranges), key).toBe(false);
  const { layout } = plan;
  expect(isRunOf({ ...plan, layout: { ...layout, fingerprint: 'other' } }, ranges)).toBe(false);
});

it('neither by its time nor by the spelling of its layout', async () => {
  const { plan, ranges } = await plannedFile();
  const again = { ...plan, startedAt: 'later', layout: { ...plan.layout, text: `${plan.layout.text} ` } };
  expect(runOfPlan(again, ranges)).toBe(plan.runId);
});

it('a run that an earlier version named is known by that name', async () => {
  const { plan, ranges } = await plannedFile();
  const earlier = {
    ...plan,
    dataset: 'contracts',
    sourceKey: 'in/a.txt',
    version: 'v1',
    softwareVersion: '0.1.0',
    layout: { ...plan.layout, fingerprint: '0123456789abcdef' },
    attempt: 0,
    runId: '92c5d6cf2c41314cc657',
  };
  expect(
    isRunOf(
      earlier,
      ranges.map((range, at) => ({ ...range, startByte: at * 10, endByte: at * 10 + 10 })).slice(0, 2),
    ),
  ).toBe(true);
});
