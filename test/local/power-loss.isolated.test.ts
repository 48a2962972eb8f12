import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createFileCatalog } from '../../local/adapters/catalog-file.ts';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import { ICEBERG, shownTable } from '../support/iceberg-folder.ts';
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

const FILES = ['a_20250812.txt', 'b_20250812.txt'];
const bytesOf = (file: number) => {
  const lines = Array.from({ length: 6 }, (_, row) =>
    smallLine(`${file}-${row}`, file + 1, row % 2 ? 'A' : 'B'),
  );
  return smallFile(...lines);
};

/** A night of two files, whose sources lie where they lay before the power was lost; `said` is called after each that was called loaded. */
async function night(lake: TestLake, force: boolean, said: (file: string) => void): Promise<void> {
  lake.ports.raw = createFileObjectStore({ rootDir: rawDir, isSource: true });
  for (const sourceKey of FILES) {
    await lake.convert({ sourceKey, layout: smallLayout(), force });
    said(sourceKey);
  }
}

function onDisk(lake: TestLake, lakeDir: string, sync: boolean): void {
  // As threads write that have all cores; lots write as those that have not.
  lake.ports.lake = createFileObjectStore({ rootDir: lakeDir, sync, writesAtOnce: true });
  lake.ports.catalog = catalogOf(lake);
}

const catalogOf = ({ ports }: TestLake) =>
  createFileCatalog(ports.lake, { iceberg: { ...ICEBERG, now: () => new Date('2025-08-13T06:00:00Z') } });

/** What is wrong with what other programs see: they must see whole files that are there, and those that were called loaded. */
async function icebergLoss(lake: TestLake, said: string[]): Promise<string | undefined> {
  const files = (await shownTable(lake.ports.lake, 'small'))?.files ?? [];
  for (const key of files)
    if (!(await lake.ports.lake.head(key))) return `other programs see ${key}, which is lost`;
  const isShown = (file: string) => files.some((key) => key.includes(`/${file.replace('.txt', '')}-`));
  return said.every(isShown) ? undefined : `${said} were called loaded, and other programs see ${files}`;
}

const ids = async (lake: TestLake) =>
  (await lake.publishedRows('small', 'id')).map(({ id }) => String(id)).sort();

interface Cut {
  left: Left;
  /** Files that had been called loaded by then. */
  said: string[];
}

/** Cuts the power at each change of a night of two files. Equal remains count once. */
async function cutsOfNight(sync: boolean): Promise<{ whole: string[]; cuts: Cut[] }> {
  await using lake = await TestLake.make('on disk');
  const lakeDir = join(lake.dir, 'lake');
  await mkdir(lakeDir, { recursive: true });
  disk.start(lakeDir);
  onDisk(lake, lakeDir, sync);
  const loaded: [number, string][] = [];
  await night(lake, false, (file) => loaded.push([disk.cuts.length, file]));
  const whole = await ids(lake);
  const cuts = disk.differentCuts((cut) => ({
    said: loaded.flatMap(([from, file]) => (from <= cut + 1 ? [file] : [])),
  }));
  disk.stop();
  return { whole, cuts };
}

/** Starts again after a cut. Answers what is wrong: with what readers see at once, or at the end of the night that is converted again. */
async function lossAfter({ left, said }: Cut, whole: string[], force: boolean): Promise<string | undefined> {
  await using lake = await TestLake.make('on disk');
  lake.executions = 'again';
  lake.ports.catalog = catalogOf(lake);
  try {
    await restore(left, join(lake.dir, 'lake'));
    const loss = await icebergLoss(lake, said);
    if (loss) return loss;
    const rows = await ids(lake);
    const files = FILES.filter((_, file) => rows.some((id) => id.startsWith(`${file}-`)));
    const expected = whole.filter((id) => files.includes(FILES[Number(id[0])]!));
    // Readers see whole files, and at least those that were called loaded.
    if (rows.join() !== expected.join()) return `readers see ${rows} of ${expected}`;
    if (!said.every((file) => files.includes(file)))
      return `${said} were called loaded, and ${files} are there`;
    await night(lake, force, () => undefined);
    const after = await ids(lake);
    return after.join() === whole.join() ? icebergLoss(lake, FILES) : `the night ended with ${after}`;
  } catch (error) {
    return String(error);
  }
}

let rawDir: string;
beforeAll(async () => {
  rawDir = await mkdtemp(join(tmpdir(), 'power-loss-'));
  for (const [index, file] of FILES.entries()) await writeFile(join(rawDir, file), bytesOf(index));
});
afterAll(() => rm(rawDir, { recursive: true, force: true }));

it('after a loss of power at any write, what was called loaded is there, and the night ends whole', async () => {
  const { cuts, whole } = await cutsOfNight(true);
  expect(whole).toHaveLength(12);
  expect(cuts.length).toBeGreaterThan(30);
  expect(cuts.at(-1)!.said).toEqual(FILES);
  const losses: (string | undefined)[] = [];
  for (const [index, cut] of cuts.entries()) {
    // The last cut always counts: everything was called loaded by then.
    if (!isLong && index % 5 !== 0 && index !== cuts.length - 1) continue;
    losses.push(await lossAfter(cut, whole, false));
    if (index % 4 === 0) losses.push(await lossAfter(cut, whole, true));
  }
  expect(losses.filter(Boolean)).toEqual([]);
});

it.each([
  ['the store syncs nothing', false, undefined],
  ['the disk keeps no bytes of files', true, 'files'],
  ['the disk keeps no names in folders', true, 'folders'],
] as const)('the loss is seen if %s', async (_, sync, ignores) => {
  disk.ignores = ignores;
  const { cuts, whole } = await cutsOfNight(sync).finally(() => {
    disk.ignores = undefined;
  });
  expect(await lossAfter(cuts.at(-1)!, whole, false)).toBeDefined();
});
