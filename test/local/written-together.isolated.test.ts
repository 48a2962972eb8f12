import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { convertFile } from '../../local/convert-file.ts';
import { invokeFunction } from '../../local/embedded-functions.ts';
import { loadPipeline } from '../../local/pipeline-tasks.ts';
import { runExecution } from '../../local/state-machine/run-execution.ts';
import { missingBelow } from '../support/counted-on.ts';
import { type Left, restore } from '../support/recorded-disk.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { isLong } from '../support/samples.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

const { disk, order } = await vi.hoisted(async () => {
  const { RecordedDisk } = await import('../support/recorded-disk.ts');
  return { disk: new RecordedDisk(), order: { isLost: false } };
});
vi.mock('node:fs', async (original) => disk.watchSync(await original()));
vi.mock('node:fs/promises', async (original) => disk.watch(await original()));
vi.mock('../../local/adapters/write-order.ts', async (original) => {
  const known = await original<typeof import('../../local/adapters/write-order.ts')>();
  return { ...known, waveOf: (key: string) => (order.isLost ? 0 : known.waveOf(key)) };
});

const FILES = ['a_20250812.txt', 'b_20250812.txt'];
const ROWS = 12;
const WHOLE = FILES.flatMap((_, file) =>
  Array.from({ length: ROWS }, (_row, row) => `${file}-${row}`),
).sort();

let rawDir: string;
let layoutPath: string;
beforeAll(async () => {
  rawDir = await mkdtemp(join(tmpdir(), 'together-'));
  layoutPath = join(rawDir, 'small.json');
  await writeFile(layoutPath, smallLayout());
  for (const [file, name] of FILES.entries()) {
    const lines = Array.from({ length: ROWS }, (_, row) =>
      smallLine(`${file}-${row}`, 1, row % 2 ? 'A' : 'B'),
    );
    await writeFile(join(rawDir, name), smallFile(...lines));
  }
});
afterAll(() => rm(rawDir, { recursive: true, force: true }));

const lakeDirOf = (lake: TestLake) => join(lake.dir, 'lake');

/** Converts a file as the command does, with the functions in this thread. Of two ranges, so that parts are merged. */
async function convert(lake: TestLake, name: string, sync: boolean) {
  const rangeSizeBytes = 130;
  const setup = { lakeDir: lakeDirOf(lake), rawRoot: rawDir, rangeSizeBytes, expectedFiles: undefined, sync };
  const request = {
    ...{ layout: layoutPath, businessDate: undefined, compression: undefined, force: undefined },
    ...{ rangeSizeBytes, supplementOf: undefined },
  };
  const definition = await loadPipeline();
  const input = join(rawDir, name);
  return convertFile(input, {
    options: { ...setup, request, inputs: [input], workerCount: 1 },
    setup,
    headStartBytes: 0,
    pool: {
      run: (called, event, { signal } = {}) => invokeFunction(called, structuredClone(event), setup, signal),
      close: async () => undefined,
    },
    execute: (execution) => runExecution({ definition, ...execution }),
  });
}

interface Cut {
  left: Left;
  /** Files that had been called loaded by then. */
  loaded: number;
}

async function cutsOfNight(sync: boolean): Promise<Cut[]> {
  await using lake = await TestLake.make('on disk');
  await mkdir(lakeDirOf(lake), { recursive: true });
  disk.start(lakeDirOf(lake));
  const ends: number[] = [];
  for (const name of FILES) {
    expect(await convert(lake, name, sync)).toMatchObject({ status: 'loaded', rangeCount: 2 });
    ends.push(disk.cuts.length);
  }
  const cuts = disk.differentCuts((cut) => ({ loaded: ends.filter((end) => end <= cut + 1).length }));
  disk.stop();
  return cuts;
}

const idsOf = async (lake: TestLake) =>
  (await lake.publishedRows('small', 'id')).map(({ id }) => String(id)).sort();

/** Starts again after a cut. Answers what is wrong: with what readers see at once, or with the night that is converted again. */
async function lossAfter({ left, loaded }: Cut): Promise<string | undefined> {
  await using lake = await TestLake.make('on disk');
  try {
    await restore(left, lakeDirOf(lake));
    const rows = left.has('catalog/small.json') ? await idsOf(lake) : [];
    const files = FILES.filter((_, file) => rows.some((id) => id.startsWith(`${file}-`)));
    if (rows.length !== files.length * ROWS || files.length < loaded)
      return `${loaded} were called loaded, and readers see ${rows}`;
    for (const name of FILES) {
      const { status, reason } = await convert(lake, name, false);
      if (status !== 'loaded' && status !== 'already-loaded') return `${name} is ${status}: ${reason}`;
    }
    const after = await idsOf(lake);
    return after.join() === WHOLE.join() ? undefined : `the night ended with ${after}`;
  } catch (error) {
    return String((error as Error).stack);
  }
}

it('after a loss of power at any write each document has what it counts on, and the night ends whole', async () => {
  const cuts = await cutsOfNight(true);
  expect(cuts.length).toBeGreaterThan(40);
  expect(cuts.at(-1)!.loaded).toBe(FILES.length);
  expect(cuts.flatMap(({ left }) => missingBelow(left))).toEqual([]);
  const losses: (string | undefined)[] = [];
  for (const [index, cut] of cuts.entries()) {
    if (isLong || index % 12 === 0 || index === cuts.length - 1) losses.push(await lossAfter(cut));
  }
  expect(losses.filter(Boolean)).toEqual([]);
});

it('a step that writes all of its objects in one wave is seen', async () => {
  order.isLost = true;
  const cuts = await cutsOfNight(true).finally(() => {
    order.isLost = false;
  });
  expect(cuts.flatMap(({ left }) => missingBelow(left))).not.toEqual([]);
});

it.each([
  ['the store syncs nothing', false, undefined],
  ['the disk keeps no bytes of files', true, 'files'],
  ['the disk keeps no names in folders', true, 'folders'],
] as const)('the loss is seen if %s', async (_, sync, ignores) => {
  disk.ignores = ignores;
  const cuts = await cutsOfNight(sync).finally(() => {
    disk.ignores = undefined;
  });
  expect(await lossAfter(cuts.at(-1)!)).toBeDefined();
});
