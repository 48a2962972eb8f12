import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { convertLot } from '../../local/convert-lot.ts';
import { convertNight } from '../../local/convert-night.ts';
import { openLake } from '../../local/lake/lake-sql.ts';
import { createLocalPorts } from '../../local/local-ports.ts';
import type { NightOptions } from '../../local/night.ts';
import { publishDay } from '../../shared/pipeline/publish/publish-day.ts';
import { dayEntries } from '../../shared/pipeline/store/day-ledger.ts';
import { readDayLayout } from '../../shared/pipeline/store/kept-terms.ts';
import { verifyLake } from '../../shared/pipeline/verify/verify-lake.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

const DAY = '2025-08-12';
const names = (count: number) => Array.from({ length: count }, (_, file) => `f${file}_20250812.txt`);

let dir: string;
let lakeDir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lots-'));
  lakeDir = join(dir, 'lake');
  await mkdir(join(dir, 'raw'));
  await writeFile(join(dir, 'small.json'), smallLayout());
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const REQUEST = {
  ...{ businessDate: undefined, compression: undefined, force: undefined },
  ...{ rangeSizeBytes: undefined, supplementOf: undefined },
};

function put(name: string, bytes: Uint8Array): Promise<void> {
  return writeFile(join(dir, 'raw', name), bytes);
}

const twoLines = (file: number) => smallFile(smallLine(`${file}a`, 1, 'A'), smallLine(`${file}b`, 2, 'B'));

function setup() {
  return { lakeDir, rawRoot: join(dir, 'raw'), rangeSizeBytes: 1e6, expectedFiles: undefined, sync: false };
}

function lotOf(files: string[]) {
  const inputs = files.map((name) => join(dir, 'raw', name));
  const request = { ...REQUEST, layout: join(dir, 'small.json') };
  const lot = { inputs, rawRoot: join(dir, 'raw'), request, softwareVersion: 'test' };
  return convertLot(setup(), lot, () => undefined);
}

async function night(files: string[], changes: Partial<NightOptions> = {}) {
  const options: NightOptions = {
    inputs: files.map((name) => join(dir, 'raw', name)),
    ...{ lakeDir, rawRoot: join(dir, 'raw'), expectedFiles: undefined, sync: false, workerCount: 1 },
    request: { ...REQUEST, layout: join(dir, 'small.json') },
    ...changes,
  };
  return Array.fromAsync(convertNight(options));
}

async function idsShown(): Promise<string[]> {
  const lake = await openLake({ lakeDir });
  try {
    const { rows } = await lake.query('SELECT id FROM small ORDER BY id');
    return rows.map(([id]) => String(id));
  } finally {
    lake.close();
  }
}

const idsOf = (files: number[]) => files.flatMap((file) => [`${file}a`, `${file}b`]).sort();

it('a file of a lot leaves one version of its entry, with all its steps, and nothing that verify finds', async () => {
  const files = names(3);
  for (const [file, name] of files.entries()) await put(name, twoLines(file));
  const loaded = await lotOf(files);
  expect(loaded.map((file) => file?.finalized.status)).toEqual(['loaded', 'loaded', 'loaded']);
  const ports = createLocalPorts(setup());
  const entries = await dayEntries(ports.lake, 'small', DAY);
  expect(entries).toHaveLength(3);
  for (const entry of entries) {
    expect(entry).toMatchObject({ revision: 1, state: 'loaded', rows: 2 });
    expect(entry.told).toBeDefined();
    const steps = entry.history.map(({ state }) => state);
    expect(steps).toEqual(['splitting', 'parsing', 'reconciling', 'merging', 'loaded']);
  }
  expect(await Array.fromAsync(ports.lake.list('runs/executions/'))).toEqual([]);
  const { day } = loaded[0]!.finalized;
  expect(day).toMatchObject({ published: false });
  await publishDay(ports, await readDayLayout(ports.lake, 'small', DAY), DAY);
  expect(await idsShown()).toEqual(idsOf([0, 1, 2]));
  expect((await verifyLake(ports, { depth: 'full' })).findings).toEqual([]);
});

it('two lots of the same files at once load each once, whoever is faster', async () => {
  const files = names(4);
  for (const [file, name] of files.entries()) await put(name, twoLines(file));
  const [one, other] = await Promise.all([lotOf(files), lotOf(files.toReversed())]);
  const statuses = files.map((_, file) =>
    [one[file], other[3 - file]].map((found) => found?.finalized.status),
  );
  // The slower one finds the entry of the other, and leaves the file to an execution of its own.
  for (const both of statuses) expect(both.filter((status) => status === 'loaded')).toHaveLength(1);
  const ports = createLocalPorts(setup());
  await publishDay(ports, await readDayLayout(ports.lake, 'small', DAY), DAY);
  expect(await idsShown()).toEqual(idsOf([0, 1, 2, 3]));
  expect((await verifyLake(ports, { depth: 'full' })).findings).toEqual([]);
});

it('two lots at once that bring the same bytes under two names load them once', async () => {
  const files = names(2);
  for (const name of files) await put(name, twoLines(0));
  const lots = await Promise.all(files.map((name) => lotOf([name])));
  const loaded = lots.flat().filter((file) => file !== undefined);
  expect(loaded).toHaveLength(1);
  const ports = createLocalPorts(setup());
  await publishDay(ports, await readDayLayout(ports.lake, 'small', DAY), DAY);
  expect(await idsShown()).toEqual(idsOf([0]));
});

it('a night of small files says of each what a conversion on its own says, and a second one changes nothing', async () => {
  const files = names(9);
  for (const [file, name] of files.entries()) await put(name, twoLines(file));
  await put(files[2]!, twoLines(1));
  await put(files[4]!, new Uint8Array());
  await put(files[6]!, smallFile(smallLine('6a', 1, 'A'), smallLine('6b', 'x', 'B')));
  const summaries = await night(files);
  expect(summaries.map(({ sourceKey }) => sourceKey)).toEqual(files);
  const said = summaries.map(({ status, refusalCode, published }) => refusalCode ?? `${status} ${published}`);
  expect(said.filter((what) => what === 'duplicate-content')).toHaveLength(1);
  expect(said.indexOf('duplicate-content')).toBeOneOf([1, 2]);
  expect(said[4]).toBe('empty-file');
  expect(said.filter((what) => what === 'loaded true')).toHaveLength(7);
  expect(summaries[6]).toMatchObject({ rows: 1, records: { read: 2, rejected: 1 } });
  for (const { outputs } of summaries)
    for (const { key } of outputs) expect(key).toMatch(/^small\/year=2025\//);
  const shown = [...idsOf([0, 1, 3, 5, 7, 8]), '6a'].sort();
  expect(await idsShown()).toEqual(shown);
  const again = await night(files);
  const after = again.map(({ status, published }) => `${status} ${published}`);
  expect(after.filter((what) => what === 'already-loaded true')).toHaveLength(7);
  expect(await idsShown()).toEqual(shown);
  const ports = createLocalPorts(setup());
  expect((await verifyLake(ports, { depth: 'full' })).findings).toEqual([]);
  expect(await readdir(join(lakeDir, '.incoming'))).toEqual([]);
});

it('files of a day that waits for others are loaded and not published, until the last one comes', async () => {
  const files = names(6);
  for (const [file, name] of files.entries()) await put(name, twoLines(file));
  const first = await night(files.slice(0, 5), { expectedFiles: 6 });
  expect(first.map(({ status, published }) => `${status} ${published}`)).toEqual(
    files.slice(0, 5).map(() => 'loaded false'),
  );
  const all = await night(files, { expectedFiles: 6 });
  // The first ones may be told before the last one is loaded.
  expect(all.at(-1)).toMatchObject({ status: 'loaded', published: true });
  expect(await idsShown()).toEqual(idsOf([0, 1, 2, 3, 4, 5]));
});
