import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createFileCatalog } from '../../local/adapters/catalog-file.ts';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import { convertLot } from '../../local/convert-lot.ts';
import { publishDay } from '../../shared/pipeline/publish/publish-day.ts';
import { readDayLayout } from '../../shared/pipeline/store/kept-terms.ts';
import { ICEBERG } from '../support/iceberg-folder.ts';
import { type Left, restore } from '../support/recorded-disk.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { isLong } from '../support/samples.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

const { disk } = await vi.hoisted(async () => {
  const { RecordedDisk } = await import('../support/recorded-disk.ts');
  return { disk: new RecordedDisk() };
});
vi.mock('node:fs', async (original) => disk.watchSync(await original()));
vi.mock('node:fs/promises', async (original) => disk.watch(await original()));

const FILES = ['a_20250812.txt', 'b_20250812.txt', 'c_20250812.txt'];
const DAY = '2025-08-12';
const WHOLE = FILES.flatMap((_, file) => [0, 1, 2, 3].map((row) => `${file}-${row}`));

let rawDir: string;
let layoutPath: string;
beforeAll(async () => {
  rawDir = await mkdtemp(join(tmpdir(), 'lots-power-loss-'));
  layoutPath = join(rawDir, 'small.json');
  await writeFile(layoutPath, smallLayout());
  for (const [file, name] of FILES.entries()) {
    const lines = [0, 1, 2, 3].map((row) => smallLine(`${file}-${row}`, file + 1, row % 2 ? 'A' : 'B'));
    await writeFile(join(rawDir, name), smallFile(...lines));
  }
});
afterAll(() => rm(rawDir, { recursive: true, force: true }));

const pathsOf = (names: string[]) => names.map((name) => join(rawDir, name));
const lakeDirOf = (lake: TestLake) => join(lake.dir, 'lake');

function lotOf(lake: TestLake, names: string[], sync: boolean) {
  const setup = {
    lakeDir: lakeDirOf(lake),
    rawRoot: rawDir,
    rangeSizeBytes: 1e6,
    expectedFiles: undefined,
    sync,
  };
  const request = {
    ...{ layout: layoutPath, businessDate: undefined, compression: undefined, force: undefined },
    ...{ rangeSizeBytes: undefined, supplementOf: undefined },
  };
  const lot = { inputs: pathsOf(names), rawRoot: rawDir, request, softwareVersion: 'test' };
  return convertLot(setup, lot, () => undefined);
}

function onDisk(lake: TestLake, sync: boolean, settled = new Set<string>()): void {
  lake.ports.raw = createFileObjectStore({ rootDir: rawDir, isSource: true });
  const isOnDisk = (key: string) => settled.has(key);
  lake.ports.lake = createFileObjectStore({ rootDir: lakeDirOf(lake), sync, isOnDisk });
  lake.ports.catalog = createFileCatalog(lake.ports.lake, {
    iceberg: { ...ICEBERG, now: () => new Date('2025-08-13T06:00:00Z') },
  });
}

const idsOf = async (lake: TestLake) =>
  (await lake.publishedRows('small', 'id')).map(({ id }) => String(id)).sort();

async function publish({ ports }: TestLake): Promise<void> {
  await publishDay(ports, await readDayLayout(ports.lake, 'small', DAY), DAY);
}

/** Cuts the power at each change of two lots and the publications after them. `loaded` counts the files whose lot had ended by then. */
async function cutsOfLots(sync: boolean): Promise<{ left: Left; loaded: number }[]> {
  await using lake = await TestLake.make('on disk');
  await mkdir(lakeDirOf(lake), { recursive: true });
  disk.start(lakeDirOf(lake));
  const settled = new Set<string>();
  onDisk(lake, sync, settled);
  const ends: number[] = [];
  for (const names of [FILES.slice(0, 2), FILES.slice(2)]) {
    const files = await lotOf(lake, names, sync);
    expect(files.map((file) => file?.finalized.status)).toEqual(names.map(() => 'loaded'));
    for (const _ of names) ends.push(disk.cuts.length);
    // As convertLots does: a publication does not wait again for bytes that a lot has waited for.
    for (const file of files) for (const { key } of file!.settled) settled.add(key);
    expect(settled.size).toBe(2 * ends.length);
    await publish(lake);
  }
  const cuts = disk.differentCuts((cut) => ({ loaded: ends.filter((end) => end <= cut + 1).length }));
  disk.stop();
  return cuts;
}

/** Starts again after a cut: with lots, or file by file. Answers what is wrong. */
async function lossAfter({ left, loaded }: { left: Left; loaded: number }, inLots: boolean) {
  await using lake = await TestLake.make('on disk');
  onDisk(lake, false);
  try {
    await restore(left, lakeDirOf(lake));
    if (loaded > 0) {
      // What a lot said is in the ledger: publishing needs nothing else.
      await publish(lake);
      const rows = await idsOf(lake);
      const wrong = WHOLE.filter((id) => Number(id[0]) < loaded && !rows.includes(id));
      if (wrong.length > 0) return `${wrong} were called loaded, and readers see ${rows}`;
    }
    const again = inLots ? await lotOf(lake, FILES, false) : FILES.map(() => undefined);
    for (const [index, file] of again.entries()) {
      if (!file) await lake.convert({ sourceKey: FILES[index]!, layout: smallLayout() });
    }
    await publish(lake);
    const after = await idsOf(lake);
    return after.join() === WHOLE.join() ? undefined : `the night ended with ${after}`;
  } catch (error) {
    return String((error as Error).stack);
  }
}

it('after a loss of power at any write, what a lot called loaded is there, and the night ends whole', async () => {
  const cuts = await cutsOfLots(true);
  expect(cuts.length).toBeGreaterThan(20);
  expect(cuts.at(-1)!.loaded).toBe(3);
  const losses: (string | undefined)[] = [];
  for (const [index, cut] of cuts.entries()) {
    if (!isLong && index % 4 !== 0 && index !== cuts.length - 1) continue;
    losses.push(await lossAfter(cut, index % 2 === 0));
  }
  expect(losses.filter(Boolean)).toEqual([]);
});

it.each([
  ['the store syncs nothing', false, undefined],
  ['the disk keeps no bytes of files', true, 'files'],
  ['the disk keeps no names in folders', true, 'folders'],
] as const)('the loss is seen if %s', async (_, sync, ignores) => {
  disk.ignores = ignores;
  const cuts = await cutsOfLots(sync).finally(() => {
    disk.ignores = undefined;
  });
  expect(await lossAfter(cuts.at(-1)!, true)).toBeDefined();
});
