import { describe, expect, it } from 'vitest';
import type { DayCommit } from '../../../shared/day/day-commit.ts';
import { cleanLake } from '../../../shared/pipeline/operate/clean-lake.ts';
import type { CleanOptions } from '../../../shared/pipeline/operate/removals.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { HELD_BY_ROLLBACK, holdFolders } from '../../../shared/pipeline/store/day-holds.ts';
import { sealedBytes } from '../../../shared/pipeline/store/sealed-json.ts';
import type { LedgerEntry } from '../../../shared/run/ledger-entry.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { planned } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DAY, KEY } from '../../support/small-day.ts';

const LEDGER = 'ledger/small/year=2025/month=08/day=12/';
const HOLDS = `${LEDGER}_holds/folders.json`;
const G = 'g_20250812.txt';
const NEXT = 'f_20250813.txt';
const ONE = smallFile(smallLine('A1', 1));
const TWO = smallFile(smallLine('A2', 2));
/** A run that nothing is known of. */
const X = '0123456789abcdef0123';
const RUNS = { runsOlderThanMs: 0, generationsOlderThanMs: 1e12, dryRun: false };
const DAY_MS = 86_400_000;

async function cleaned(lake: MemoryLake, options: Partial<CleanOptions> = {}) {
  const report = await cleanLake(lake.ports, { ...RUNS, ...options });
  await lake.writes.assertEnded();
  return report;
}

const runsIn = (lake: MemoryLake) =>
  [...new Set(lake.keys('runs/').map((key) => key.split('/')[1]))].filter((name) => name !== 'executions');
const loadedRun = async (lake: MemoryLake, result: { ledgerKey: string }) =>
  (await lake.entry(result)).loaded!.runId;
const documentOf = (lake: MemoryLake, key: string) => {
  const { seal: _, ...document } = JSON.parse(Buffer.from(lake.lake.bytesOf(key)).toString());
  return document;
};
const write = (lake: MemoryLake, key: string, document: object) =>
  lake.lake.replace(key, sealedBytes(key, document));
const whys = ({ kept }: { kept: { why: string }[] }) => kept.map(({ why }) => why);

/** A file that was replaced, and its runs. Their leases are over. */
async function replacedFile() {
  const lake = new MemoryLake();
  const { ledgerKey } = await lake.load(KEY, ONE);
  const old = await loadedRun(lake, { ledgerKey });
  await lake.load(KEY, TWO);
  const shown = await loadedRun(lake, { ledgerKey });
  lake.now = new Date(lake.now.getTime() + DAY_MS);
  const change = (changes: Partial<LedgerEntry>) =>
    write(lake, ledgerKey, { ...documentOf(lake, ledgerKey), ...changes });
  return { lake, ledgerKey, old, shown, change };
}

/** Does something once, before the first write of a key. */
function beforeWrite(lake: MemoryLake, wanted: string, act: () => void): void {
  const { beforeCall } = lake.lake;
  let isDone = false;
  lake.lake.beforeCall = (operation, key) => {
    if (key.startsWith(wanted) && /^(put|delete)/.test(operation) && !isDone) {
      isDone = true;
      act();
    }
    return beforeCall?.(operation, key);
  };
}

describe('what lies below runs/', () => {
  it('goes if it has the name of a run and no plan; anything else stays, and folders are told', async () => {
    const lake = new MemoryLake();
    for (const key of ['runs/note.txt', 'runs/mine/x', `runs/${X}/parts/x`])
      lake.lake.replace(key, Buffer.from('x'));
    expect(await cleaned(lake, { endsAt: lake.now })).toMatchObject({ removed: [], unfinished: true });
    expect(await cleaned(lake)).toMatchObject({
      removed: [{ what: 'orphan', key: `runs/${X}/` }],
      kept: [{ key: 'runs/mine/', why: expect.stringContaining('not the name of a run') }],
      failed: [],
    });
    expect(lake.keys('runs/')).toEqual(['runs/mine/x', 'runs/note.txt']);
  });

  it.each<[string, boolean, (lake: MemoryLake, entry: LedgerEntry, key: string) => void]>([
    ['nobody names', true, () => undefined],
    ['a file is at', false, (lake, entry, key) => write(lake, key, { ...entry, runId: X })],
    [
      'a file has loaded',
      false,
      (lake, entry, key) => write(lake, key, { ...entry, loaded: { ...entry.loaded, runId: X } }),
    ],
    [
      'a file without a date is at',
      false,
      (lake, entry) => write(lake, 'ledger/small/undated/y.json', { ...entry, businessDate: null, runId: X }),
    ],
    [
      'readers see',
      false,
      (lake) => {
        const key = `${LEDGER}_day/2.json`;
        const commit: DayCommit = documentOf(lake, key);
        const files = commit.files.map((file) => (file.sourceKey === G ? { ...file, runId: X } : file));
        write(lake, key, { ...commit, files });
      },
    ],
  ])('with a damaged plan goes only if it is nobody’s: one that %s', async (_, goes, name) => {
    const lake = new MemoryLake();
    const { ledgerKey } = await lake.load(KEY, ONE);
    await lake.load(G, TWO);
    lake.lake.replace(`runs/${X}/plan.json`, Buffer.from('{'));
    name(lake, await lake.entry({ ledgerKey }), ledgerKey);
    const { removed, failed } = await cleaned(lake, { runsOlderThanMs: 1e12 });
    expect(runsIn(lake).includes(X)).toBe(!goes);
    expect(removed.some(({ key }) => key === `runs/${X}/`)).toBe(goes);
    expect(failed.some(({ key }) => key === `runs/${X}/`)).toBe(!goes);
  });

  it('stays without its plan if it has the only rows of one of the files that wait', async () => {
    const lake = new MemoryLake();
    lake.ports.settings.expectedFiles = 3;
    const run = await loadedRun(lake, await lake.load(KEY, ONE));
    await lake.load(G, TWO);
    lake.lake.lose(`runs/${run}/plan.json`);
    expect(whys(await cleaned(lake))).toContainEqual(expect.stringContaining('it lost its plan'));
    expect(runsIn(lake)).toContain(run);
  });

  it('goes without its plan if readers have its rows, and stays if they do not yet', async () => {
    const { lake, shown } = await replacedFile();
    lake.lake.lose(`runs/${shown}/plan.json`);
    const [placed = ''] = lake.keys('processed/small/').filter((key) => key.includes('gen=00002'));
    const bytes = lake.lake.bytesOf(placed);
    // Clean places what is missing; here nobody could, until it comes to the runs.
    lake.ports.catalog = Object.assign(Object.create(lake.ports.catalog), {
      publishDay: async () => {
        lake.lake.lose(placed);
        return true;
      },
    });
    await cleaned(lake);
    expect(runsIn(lake)).toEqual([shown]);
    lake.ports.catalog = Object.getPrototypeOf(lake.ports.catalog);
    lake.lake.replace(placed, bytes);
    await cleaned(lake);
    expect(runsIn(lake)).toEqual([]);
  });

  it('is told if it cannot be looked at, and the rest is cleaned', async () => {
    const { lake, old } = await replacedFile();
    const { beforeCall } = lake.lake;
    lake.lake.beforeCall = (operation, key) => {
      if (operation === 'get' && key === `runs/${old}/plan.json`) throw new Error('no disk');
      return beforeCall?.(operation, key);
    };
    const { failed } = await cleaned(lake);
    expect(failed).toEqual([{ key: `runs/${old}/`, why: 'no disk' }]);
    expect(runsIn(lake)).toEqual([old]);
  });
});

describe('a run stays', () => {
  it('while its conversion has begun and the ledger does not know it yet', async () => {
    const lake = new MemoryLake();
    lake.raw.replace(KEY, ONE);
    const split = planned(await splitFile(lake.ports, 'one', { layout: smallLayout(), sourceKey: KEY }));
    lake.lake.lose(split.ledgerKey);
    expect(whys(await cleaned(lake))).toEqual([expect.stringContaining('may still be at work on it')]);
    lake.now = new Date(lake.now.getTime() + DAY_MS);
    expect(whys(await cleaned(lake))).toEqual([]);
    expect(runsIn(lake)).toEqual([]);
  });

  it('while its file is converted by it, and not while another run does', async () => {
    const { lake, shown } = await replacedFile();
    lake.raw.replace(KEY, smallFile(smallLine('A3', 3)));
    const { runId } = planned(
      await splitFile(lake.ports, 'three', { layout: smallLayout(), sourceKey: KEY }),
    );
    const { kept, removed } = await cleaned(lake);
    expect(kept).toEqual([{ key: `runs/${runId}/`, why: expect.stringContaining(`${KEY} is parsing`) }]);
    expect(removed.map(({ key }) => key)).toContain(`runs/${shown}/`);
    expect(runsIn(lake)).toEqual([runId]);
    // The notes of the executions of a file that is at work stay too.
    expect(lake.keys('runs/executions/')).toHaveLength(3);
  });

  it('while its file is claimed for a run that is not known yet', async () => {
    const { lake, old, shown, change } = await replacedFile();
    change({
      state: 'splitting',
      runId: null,
      leaseUntil: new Date(lake.now.getTime() + 1000).toISOString(),
    });
    await cleaned(lake);
    expect(runsIn(lake).sort()).toEqual([old, shown].sort());
  });

  it('while its file waits for the day', async () => {
    const lake = new MemoryLake();
    lake.ports.settings.expectedFiles = 2;
    await lake.load(KEY, ONE);
    lake.now = new Date(lake.now.getTime() + DAY_MS);
    expect(whys(await cleaned(lake))).toEqual([`${KEY} is loaded and waits for its day to be published`]);
  });

  it('while a rollback holds it', async () => {
    const { lake, old } = await replacedFile();
    await holdFolders(lake.lake, DAY, 3, [`runs/${old}/`]);
    await lake.writes.assertEnded();
    expect((await cleaned(lake)).kept).toEqual([{ key: `runs/${old}/`, why: HELD_BY_ROLLBACK }]);
    expect(runsIn(lake)).toEqual([old]);
    expect(documentOf(lake, HOLDS).leaving).toEqual([]);
  });

  it('if a commit is written meanwhile that still has to copy from it', async () => {
    const { lake, old } = await replacedFile();
    const commit: DayCommit = documentOf(lake, `${LEDGER}_day/1.json`);
    const later = JSON.parse(JSON.stringify(commit).replaceAll('gen=00001', 'gen=00003'));
    beforeWrite(lake, HOLDS, () => write(lake, `${LEDGER}_day/3.json`, { ...later, commit: 3 }));
    const { kept } = await cleaned(lake);
    expect(kept).toContainEqual({
      key: `runs/${old}/`,
      why: 'commit 3 of 2025-08-12 still has objects to copy from it',
    });
    expect(runsIn(lake)).toContain(old);
  });

  it('if it is taken up, or loaded again, at the last moment', async () => {
    for (const isLoaded of [false, true]) {
      const { lake, ledgerKey, old, change } = await replacedFile();
      const { loaded } = await lake.entry({ ledgerKey });
      const leaseUntil = new Date(lake.now.getTime() + 1000).toISOString();
      beforeWrite(lake, HOLDS, () =>
        change(
          isLoaded ? { loaded: { ...loaded!, runId: old } } : { runId: old, state: 'parsing', leaseUntil },
        ),
      );
      expect((await cleaned(lake)).kept).toContainEqual({
        key: `runs/${old}/`,
        why: 'a conversion took it up again a moment ago',
      });
      expect(runsIn(lake)).toContain(old);
    }
  });

  it('if the time is over before it goes, and so do those of the days after it', async () => {
    const { lake, old, shown } = await replacedFile();
    await lake.load(NEXT, smallFile(smallLine('B1', 9)));
    const endsAt = new Date(lake.now.getTime() + DAY_MS);
    beforeWrite(lake, `${LEDGER}_holds`, () => {
      lake.now = endsAt;
    });
    const { removed, unfinished } = await cleaned(lake, { endsAt });
    expect([removed, unfinished]).toEqual([[], true]);
    expect(runsIn(lake)).toEqual(expect.arrayContaining([old, shown]));
    expect(documentOf(lake, HOLDS).leaving).toEqual([]);
    expect(lake.keys('ledger/').filter((key) => key.includes('day=13/_holds'))).toEqual([]);
  });
});

describe('a run that is removed', () => {
  it('lets its file be converted under another id, unless that is loaded', async () => {
    const { lake, ledgerKey } = await replacedFile();
    const { attempt } = await lake.entry({ ledgerKey });
    await cleaned(lake);
    expect((await lake.entry({ ledgerKey })).attempt).toBe(attempt);
    expect(documentOf(lake, HOLDS)).toMatchObject({ holds: [], leaving: [] });
    const failed = await replacedFile();
    failed.change({ state: 'failed' });
    await cleaned(failed.lake);
    expect((await failed.lake.entry(failed)).attempt).toBe(attempt + 1);
    // The old version might come again.
    const same = await replacedFile();
    same.change({ attempt: 0 });
    await cleaned(same.lake);
    expect((await same.lake.entry(same)).attempt).toBe(1);
  });

  it('of a day that was never published is noted nowhere, and stays as it is in a dry run', async () => {
    const lake = new MemoryLake();
    const layout = smallLayout({ rejects: { maxPercent: 0 } });
    const { ledgerKey } = await lake.load(KEY, smallFile(smallLine('A1', 'X')), { layout });
    lake.now = new Date(lake.now.getTime() + DAY_MS);
    const before = lake.keys('').map((key) => [key, lake.lake.bytesOf(key)]);
    expect((await cleaned(lake, { dryRun: true })).removed.map(({ what }) => what)).toContain('run');
    expect(lake.keys('').map((key) => [key, lake.lake.bytesOf(key)])).toEqual(before);
    const { attempt } = await lake.entry({ ledgerKey });
    await cleaned(lake);
    expect([runsIn(lake), lake.keys(HOLDS)]).toEqual([[], []]);
    expect((await lake.entry({ ledgerKey })).attempt).toBe(attempt + 1);
  });
});

it('a note of an execution that cannot be read goes, and counts no bytes', async () => {
  const lake = new MemoryLake();
  await lake.load(KEY, ONE);
  const [note = ''] = lake.keys('runs/executions/');
  lake.lake.replace(note, Buffer.from('{'));
  const { removed } = await cleaned(lake, { runsOlderThanMs: 1e12 });
  expect(removed).toMatchObject([{ what: 'execution', key: note, objects: 1, bytes: 0 }]);
});
