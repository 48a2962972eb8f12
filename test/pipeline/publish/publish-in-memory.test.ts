import { describe, expect, it } from 'vitest';
import { ledgerEntryKey } from '../../../shared/keys/lake-keys.ts';
import { sourceIdOf } from '../../../shared/keys/source-id.ts';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { rollBack } from '../../../shared/pipeline/operate/roll-back.ts';
import { takeDayManifest } from '../../../shared/pipeline/operate/take-day-manifest.ts';
import { publishDay } from '../../../shared/pipeline/publish/publish-day.ts';
import { sealedBytes } from '../../../shared/pipeline/store/sealed-json.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { dayManifest, smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DATE, KEY } from '../../support/small-day.ts';

const LAYOUT = readLayout(smallLayout(), 'small.json');
const G = 'g_20250812.txt';
const PART = { partial: { reason: 'late sender' } };
const ONE = smallFile(smallLine('A1', 1));
const commitsOf = (lake: MemoryLake) => lake.keys('ledger/small/').filter((key) => key.includes('/_day/'));

/** Publishes, and fails if anything of it was not waited for. */
async function published(lake: MemoryLake, options: Parameters<typeof publishDay>[3] = {}) {
  const outcome = await publishDay(lake.ports, LAYOUT, DATE, options);
  await lake.writes.assertEnded();
  return outcome;
}

/** One file of two that its day expects. */
async function halfADay(): Promise<MemoryLake> {
  const lake = new MemoryLake();
  lake.ports.settings.expectedFiles = 2;
  await lake.load(KEY, ONE);
  return lake;
}

describe('a day in part', () => {
  it('is published once, and told once, however often somebody asks', async () => {
    const lake = await halfADay();
    const told = lake.notices.length;
    expect(await published(lake, PART)).toStrictEqual({ published: true, commit: 1, committed: true });
    expect(await published(lake, PART)).toStrictEqual({ published: true, commit: 1 });
    expect(commitsOf(lake)).toHaveLength(1);
    expect(lake.notices.slice(told).map(({ subject }) => subject)).toEqual([
      `Published in part: small of ${DATE}`,
    ]);
  });

  it('is not published if nothing is loaded', async () => {
    const lake = new MemoryLake();
    expect(await published(lake, PART)).toMatchObject({ published: false, waitingFor: 'a first file' });
    expect(commitsOf(lake)).toEqual([]);
  });

  it('becomes whole when a file of it is confirmed and no more are expected', async () => {
    const lake = await halfADay();
    await published(lake, PART);
    lake.ports.settings.expectedFiles = 1;
    const confirmed = await lake.convert({ layout: smallLayout(), sourceKey: KEY });
    expect(confirmed).toMatchObject({ status: 'already-loaded', day: { commit: 2 } });
  });
});

describe('a day whose objects are not all there', () => {
  it('gets them when people publish it again', async () => {
    const lake = new MemoryLake();
    await lake.load(KEY, ONE);
    const [placed] = lake.keys('processed/').filter((key) => key.endsWith('.parquet'));
    const bytes = lake.lake.bytesOf(placed!);
    lake.lake.lose(placed!);
    await published(lake);
    expect(lake.lake.bytesOf(placed!)).toEqual(bytes);
  });

  it('gets them when its file is confirmed, if its publisher died before it placed them', async () => {
    const lake = new MemoryLake();
    const { beforeCall } = lake.lake;
    lake.lake.beforeCall = async (operation, key) => {
      if (operation === 'copy') throw new Error('the host died');
      await beforeCall?.(operation, key);
    };
    await expect(lake.load(KEY, ONE)).rejects.toThrow('the host died');
    if (beforeCall) lake.lake.beforeCall = beforeCall;
    expect(commitsOf(lake)).toHaveLength(1);
    expect(await lake.convert({ layout: smallLayout(), sourceKey: KEY })).toMatchObject({
      day: { commit: 1 },
    });
    expect(lake.keys('processed/').filter((key) => key.endsWith('.parquet'))).toHaveLength(1);
    expect(lake.keys('catalog/small.json')).toHaveLength(1);
  });
});

describe('a day that is published for files that were just loaded', () => {
  const runOf = async (lake: MemoryLake, key: string, id: string) => {
    const { ledgerKey } = await lake.load(key, smallFile(smallLine(id, 1)));
    const { sourceId, loaded } = await lake.entry({ ledgerKey });
    return { sourceId, runId: loaded!.runId };
  };

  it('is committed if the last commit lacks one of them', async () => {
    const lake = new MemoryLake();
    const first = await runOf(lake, KEY, 'A1');
    lake.ports.settings.expectedFiles = 3;
    const second = await runOf(lake, G, 'G1');
    lake.ports.settings.expectedFiles = 2;
    for (const loaded of [[first], [second, first]])
      expect(await published(lake, { loaded })).toMatchObject({ commit: loaded.length });
  });

  it('is not judged as a whole while the keys of a large day say that it waits', async () => {
    const lake = new MemoryLake();
    lake.ports.settings.expectedFiles = 72;
    const first = await runOf(lake, KEY, 'A1');
    const entry = await lake.entry({ ledgerKey: ledgerEntryKey('small', DATE, first.sourceId) });
    for (let index = 1; index < 70; index++) {
      const sourceKey = `other_${index}.txt`;
      const key = ledgerEntryKey('small', DATE, sourceIdOf(sourceKey));
      lake.lake.replace(key, sealedBytes(key, { ...entry, sourceKey, sourceId: sourceIdOf(sourceKey) }));
    }
    expect(await published(lake, { loaded: [first] })).toMatchObject({
      waitingFor: 'at least 2 of 72 files',
    });
  });
});

it('what people are told of a day has a subject that a mail can have, whatever its name', async () => {
  const name = 'n'.repeat(90);
  const lake = new MemoryLake();
  lake.ports.settings.expectedFiles = 2;
  const layout = smallLayout({ name });
  await lake.load(KEY, ONE, { layout });
  await publishDay(lake.ports, readLayout(layout, 'small.json'), DATE, PART);
  expect(lake.notices.at(-1)?.subject).toBe(`Published in part: ${name}`.slice(0, 100));
});

it('a day manifest that comes late does not keep out a supplement, which it need not name', async () => {
  const lake = new MemoryLake();
  await lake.load(KEY, smallFile(smallLine('A1', 1), smallLine('A2', 'X')));
  await lake.load('fix_20250812.txt', smallFile(smallLine('A2', 2)), { supplementOf: KEY });
  const manifest = dayManifest([{ name: KEY, records: 2 }]).toString();
  expect(await takeDayManifest(lake.lake, 'small', DATE, 'day.json', manifest)).toEqual([]);
  expect(await published(lake)).toEqual({ published: true, commit: 2 });
  await takeDayManifest(lake.lake, 'small', DATE, 'day.json', manifest.replace('2}', '3}'));
  expect(await published(lake)).toMatchObject({ waitingFor: expect.stringContaining(KEY) });
});

describe('publishing by force', () => {
  it('follows commits that cannot be read, also if the last one that can is of the same files', async () => {
    const lake = new MemoryLake();
    await lake.load(KEY, ONE);
    await lake.load(KEY, smallFile(smallLine('A2', 2)));
    await rollBack(lake.ports, { dataset: 'small', businessDate: DATE, file: KEY, reason: 'wrong' });
    for (const key of commitsOf(lake).slice(1)) lake.lake.replace(key, Buffer.from('{'));
    expect(await published(lake, { force: true })).toMatchObject({ commit: 4, committed: true });
    expect(await published(lake)).toEqual({ published: true, commit: 4 });
  });

  it('begins with the first commit, and writes no second one of the same files', async () => {
    const lake = await halfADay();
    lake.ports.settings.expectedFiles = 1;
    for (let times = 0; times < 2; times++)
      expect(await published(lake, { force: true })).toMatchObject({ published: true, commit: 1 });
    expect(commitsOf(lake)).toHaveLength(1);
  });

  it('writes a damaged catalog again, and nothing else does', async () => {
    const lake = new MemoryLake();
    await lake.load(KEY, ONE);
    lake.ports.settings.expectedFiles = 3;
    await lake.load(G, smallFile(smallLine('G1', 1)));
    lake.ports.settings.expectedFiles = 2;
    const sound = lake.lake.bytesOf('catalog/small.json');
    lake.lake.replace('catalog/small.json', sound.slice(0, 40));
    await expect(published(lake)).rejects.toMatchObject({ name: 'ObjectDamaged' });
    expect(commitsOf(lake)).toHaveLength(1);
    expect(await published(lake, { force: true })).toMatchObject({ published: true, commit: 2 });
    const { days } = JSON.parse(Buffer.from(lake.lake.bytesOf('catalog/small.json')).toString());
    expect(days).toMatchObject({ [DATE]: 2 });
    // Also if there is nothing to commit.
    lake.lake.replace('catalog/small.json', sound.slice(0, 40));
    expect(await published(lake, { force: true })).toMatchObject({ published: true, commit: 2 });
    expect(JSON.parse(Buffer.from(lake.lake.bytesOf('catalog/small.json')).toString())).toMatchObject({
      days,
    });
  });
});

describe('a day that is unlike the one before', () => {
  const layout = smallLayout({ day: { maxChangePercent: 10 } });
  const twice = smallFile(smallLine('A1', 1), smallLine('A2', 1));

  it.each([
    [9, 1],
    [10, 1],
    [11, 0],
  ])('is compared with a day of %i days ago: %i warnings', async (back, warnings) => {
    const lake = new MemoryLake();
    const before = new Date(Date.parse(DATE) - back * 86_400_000).toISOString().slice(0, 10);
    await lake.load(`f_${before.replaceAll('-', '')}.txt`, ONE, { layout });
    await lake.load(KEY, twice, { layout });
    expect(lake.notices.filter(({ kind }) => kind === 'warning')).toHaveLength(warnings);
  });

  it('is not compared if it is published in part', async () => {
    const lake = new MemoryLake();
    await lake.load('f_20250811.txt', ONE, { layout });
    lake.ports.settings.expectedFiles = 2;
    await lake.load(KEY, twice, { layout });
    const outcome = await publishDay(lake.ports, readLayout(layout, 'small.json'), DATE, PART);
    expect(outcome).toStrictEqual({ published: true, commit: 1, committed: true });
  });
});
