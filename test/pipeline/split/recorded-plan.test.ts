import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { runKeys } from '../../../shared/keys/run-keys.ts';
import { recordPlan } from '../../../shared/pipeline/split/plan-file.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { readJson, writeJson } from '../../../shared/pipeline/store/json-object.ts';
import { filePlanShape, plannedRangesShape } from '../../../shared/run/file-plan.ts';
import { ledgerEntryShape } from '../../../shared/run/ledger-entry.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { planned } from '../../support/run-pipeline.ts';
import { sampleEntry } from '../../support/sample-entry.ts';
import { samplePlan } from '../../support/sample-plan.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { KEY } from '../../support/small-day.ts';
import { testPorts } from '../../support/test-ports.ts';

const range = { rangeIndex: 0, startByte: 0, endByte: 10 };

describe('a plan', () => {
  const entries = fc.record({
    execution: fc.constantFrom('mine', 'another'),
    runId: fc.constantFrom(null, 'run', 'another run'),
    version: fc.constantFrom('v1', 'v2'),
    state: fc.constantFrom('splitting' as const, 'parsing' as const, 'failed' as const, 'loaded' as const),
  });

  it('moves a file to parsing if nobody else took the file over, and never takes its own run back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.option(entries, { nil: undefined }), async (now) => {
        const lake = new MemoryObjectStore();
        const ports = testPorts(new MemoryObjectStore(), lake);
        const plan = samplePlan({ terms: { number: 3 } });
        if (now) await writeJson(lake, plan.ledgerKey, { ...sampleEntry('a-1'), ...now });
        const recorded = await recordPlan(ports, 'mine', { plan, ranges: [range] }).then(
          () => 'recorded',
          (error: Error) => error.name,
        );
        const after = now && (await readJson(lake, plan.ledgerKey, ledgerEntryShape));
        const goesOn = now?.runId === 'run' && (now.state === 'parsing' || now.state === 'loaded');
        const isFree = now && (now.execution === 'mine' || now.runId === null || now.runId === 'run');
        if (goesOn) {
          expect([recorded, after?.state, after?.terms]).toEqual(['recorded', now.state, undefined]);
        } else if (isFree && now.version === 'v1' && now.state !== 'failed') {
          expect([recorded, after?.state, after?.terms, after?.runId]).toEqual([
            'recorded',
            'parsing',
            3,
            'run',
          ]);
        } else {
          expect(recorded).toBe('RunInconsistent');
          expect(after?.state).toBe(now?.state);
        }
        expect(lake.keys()).toContain(runKeys('run').plan);
      }),
      { numRuns: 200 },
    );
  });

  it.each([0, 1, 2])('of %i ranges has an only one if there is one', async (count) => {
    const lake = new MemoryObjectStore();
    const plan = samplePlan();
    await writeJson(lake, plan.ledgerKey, { ...sampleEntry('a-1'), state: 'splitting', runId: null });
    const ranges = Array.from({ length: count }, (_, rangeIndex) => ({ ...range, rangeIndex }));
    const recorded = await recordPlan(testPorts(lake, lake), 'e1', { plan, ranges });
    expect(recorded.rangeCount).toBe(count);
    expect(recorded.onlyRange).toEqual(count === 1 ? ranges[0] : undefined);
  });
});

describe('what a plan says', () => {
  const FILE = smallFile(smallLine('A1', 1), smallLine('A2', 2), smallLine('A3', 3));
  async function planOf(lake: MemoryLake, rangeSizeBytes?: number) {
    lake.raw.replace(KEY, FILE);
    const split = await splitFile(lake.ports, 'e', {
      layout: smallLayout(),
      sourceKey: KEY,
      ...(rangeSizeBytes && { rangeSizeBytes }),
    });
    return planned(split);
  }
  it.each([
    [21, 3, 7],
    [21, 2, 128 * 1024 * 1024],
    [63, 1, 7],
  ])('of ranges of %i bytes: parts of at most %i ranges are whole from fewer bytes on', async (size, most, bytes) => {
    const lake = new MemoryLake();
    Object.assign(lake.ports.settings, { wholePartOfFew: { mostRanges: most, bytes: 7 } });
    const { planKey } = await planOf(lake, size);
    expect(await readJson(lake.lake, planKey, filePlanShape)).toMatchObject({ wholePartBytes: bytes });
  });

  it('of ranges without parents says nothing of parents', async () => {
    const lake = new MemoryLake();
    const { rangesKey } = await planOf(lake, 21);
    for (const one of await readJson(lake.lake, rangesKey, plannedRangesShape))
      expect(one).not.toHaveProperty('parents');
  });
});
