import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { runKeys } from '../../../shared/keys/run-keys.ts';
import type { ConvertRequest } from '../../../shared/pipeline/split/convert-request.ts';
import { recordPlan } from '../../../shared/pipeline/split/plan-file.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { readJson, writeJson } from '../../../shared/pipeline/store/json-object.ts';
import { type FilePlan, filePlanShape, plannedRangesShape } from '../../../shared/run/file-plan.ts';
import { ledgerEntryShape } from '../../../shared/run/ledger-entry.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { planned } from '../../support/run-pipeline.ts';
import { sampleEntry } from '../../support/sample-entry.ts';
import { samplePlan } from '../../support/sample-plan.ts';
import { seekableZstd } from '../../support/seekable-zstd.ts';
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
    expect(Object.hasOwn(recorded, 'onlyRange')).toBe(count === 1);
  });
});

describe('what a plan says', () => {
  const FILE = smallFile(smallLine('A1', 1), smallLine('A2', 2), smallLine('A3', 3));
  async function planOf(
    lake: MemoryLake,
    rangeSizeBytes?: number,
    request: Partial<ConvertRequest> = {},
    bytes = FILE,
  ) {
    const { sourceKey = KEY } = request;
    lake.raw.replace(sourceKey, bytes);
    const split = await splitFile(lake.ports, 'e', {
      layout: smallLayout(),
      sourceKey,
      ...(rangeSizeBytes && { rangeSizeBytes }),
      ...request,
    });
    return planned(split);
  }
  /** What is asked for, and the plan that follows. */
  async function planFor(request: Partial<ConvertRequest>, bytes = FILE): Promise<FilePlan> {
    const lake = new MemoryLake();
    const { planKey } = await planOf(lake, undefined, request, bytes);
    return readJson(lake.lake, planKey, filePlanShape);
  }

  it('of a compressed file is how large it is in either form, and whether its frames can be read one by one', async () => {
    const plain = await planFor({});
    expect(plain).toMatchObject({ compression: null, sizeBytes: FILE.length });
    for (const name of ['storedBytes', 'isSeekable']) expect(plain).not.toHaveProperty(name);
    const packed = gzipSync(FILE);
    const gzip = await planFor({ sourceKey: `${KEY}.gz` }, packed);
    expect(gzip).toMatchObject({ compression: 'gzip', sizeBytes: FILE.length, storedBytes: packed.length });
    expect(gzip).not.toHaveProperty('isSeekable');
    const frames = seekableZstd(FILE, 30);
    const zstd = await planFor({ sourceKey: `${KEY}.zst` }, frames);
    expect(zstd).toMatchObject({ compression: 'zstd', sizeBytes: FILE.length, storedBytes: frames.length });
    expect(zstd.isSeekable).toBe(true);
  });

  it('of a forced run is that it is forced, and that duplicates are taken', async () => {
    expect(await planFor({ force: true })).toMatchObject({ forced: true, duplicates: 'warn' });
    const plain = await planFor({ force: false });
    expect(plain).toMatchObject({ duplicates: 'refuse' });
    expect(plain).not.toHaveProperty('forced');
    const layout = smallLayout({ day: { duplicates: 'warn' } });
    expect(await planFor({ layout })).toMatchObject({ duplicates: 'warn' });
  });

  it('of the terms of its day is their number, and nothing of a supplement', async () => {
    const lake = new MemoryLake();
    const plan = async (of: ReturnType<typeof planOf>) =>
      readJson(lake.lake, (await of).planKey, filePlanShape);
    expect((await plan(planOf(lake))).terms).toEqual({ number: 1 });
    const expecting = new MemoryLake();
    Object.assign(expecting.ports.settings, { expectedFiles: 3 });
    const { planKey } = await planOf(expecting);
    expect(await readJson(expecting.lake, planKey, filePlanShape)).toMatchObject({
      terms: { number: 1, expectedFiles: 3 },
    });
    await lake.load(KEY, smallFile(smallLine('A1', 'X')));
    const fix = { sourceKey: 'fix_20250812.txt', supplementOf: KEY };
    expect((await plan(planOf(lake, undefined, fix))).terms).toBeUndefined();
  });

  it('of a range is which records before it are parents of its first one', async () => {
    const lake = new MemoryLake();
    const types = ['A', 'B'].map((name, level) => ({
      name: name.toLowerCase(),
      match: { start: 1, end: 1, equals: name },
      ...(level > 0 && { parent: 'a' }),
      fields: [{ name: 'n', start: 2, end: 9, type: 'string' }],
    }));
    const layout = smallLayout({ recordTypes: types, fields: undefined, partitionBy: undefined });
    const text = ['A', 'B', 'B'].map((kind) => `${kind.padEnd(20, '1')}\n`).join('');
    const { rangesKey } = await planOf(lake, 21, { layout }, Buffer.from(text));
    const parents = [{ recordType: 'a', startByte: 0, endByte: 20 }];
    const ranges = await readJson(lake.lake, rangesKey, plannedRangesShape);
    expect(ranges).toMatchObject([{ startByte: 0 }, { startByte: 21, parents }, { startByte: 42, parents }]);
    expect(ranges[0]).not.toHaveProperty('parents');
  });

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
