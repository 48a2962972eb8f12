import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { createFileCatalog } from '../../local/adapters/catalog-file.ts';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import { restore } from '../support/recorded-disk.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

const { disk } = await vi.hoisted(async () => {
  const { RecordedDisk } = await import('../support/recorded-disk.ts');
  return { disk: new RecordedDisk() };
});
vi.mock('node:fs/promises', async (original) => disk.watch(await original()));

const FILES = ['a_20250812.txt', 'b_20250812.txt'];
const bytesOf = (file: number) => {
  const lines = Array.from({ length: 6 }, (_, row) =>
    smallLine(`${file}-${row}`, file + 1, row % 2 ? 'A' : 'B'),
  );
  return smallFile(...lines);
};

/** A night of two files on `lakeDir`, with everything synced; `said` is called after each file that the pipeline called loaded. */
async function night(lake: TestLake, said: (file: string) => void): Promise<void> {
  for (const [index, file] of FILES.entries()) {
    await lake.putRaw(file, bytesOf(index));
    // After the restart the source lies at another path, which needs force.
    await lake.convert({ sourceKey: file, layout: smallLayout(), force: true });
    said(file);
  }
}

function onDisk(lake: TestLake, lakeDir: string): void {
  lake.ports.lake = createFileObjectStore({ rootDir: lakeDir });
  lake.ports.catalog = createFileCatalog(lake.ports.lake);
}

const ids = async (lake: TestLake) =>
  (await lake.publishedRows('small', 'id')).map(({ id }) => String(id)).sort();

/** Cuts the power at each change of a night of two files: what is left, and which files were called loaded by then. Equal remains count once. */
async function cutsOfNight() {
  await using lake = await TestLake.make();
  const lakeDir = join(lake.dir, 'lake');
  await mkdir(lakeDir, { recursive: true });
  disk.start(lakeDir);
  onDisk(lake, lakeDir);
  const loaded: [number, string][] = [];
  await night(lake, (file) => loaded.push([disk.cuts.length, file]));
  const whole = await ids(lake);
  const all = disk.cuts.map((left, cut) => ({
    left,
    said: loaded.flatMap(([from, file]) => (from <= cut + 1 ? [file] : [])),
  }));
  disk.stop();
  const print = ({ left, said }: (typeof all)[number]) =>
    `${said} ${[...left].map(([path, bytes]) => `${path}:${bytes.toString('latin1')}`)}`;
  return { whole, cuts: all.filter((cut, at) => at === 0 || print(cut) !== print(all[at - 1]!)) };
}

it('after a loss of power at any write, what was called loaded is there, and the night ends whole', async () => {
  const { cuts, whole } = await cutsOfNight();
  expect(whole).toHaveLength(12);
  expect(cuts.length).toBeGreaterThan(30);
  expect(cuts.at(-1)!.said).toEqual(FILES);
  for (const { left, said } of cuts) {
    await using lake = await TestLake.make();
    await restore(left, join(lake.dir, 'lake'));
    const rows = await ids(lake);
    const files = FILES.filter((_, file) => rows.some((id) => id.startsWith(`${file}-`)));
    // Readers see whole files, and at least those that were called loaded.
    expect(rows).toEqual(whole.filter((id) => files.includes(FILES[Number(id[0])]!)));
    expect(files).toEqual(expect.arrayContaining(said));
    await night(lake, () => undefined);
    expect(await ids(lake)).toEqual(whole);
  }
});
