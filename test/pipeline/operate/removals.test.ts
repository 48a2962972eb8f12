import { describe, expect, it } from 'vitest';
import { createFileCatalog } from '../../../local/adapters/catalog-file.ts';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import {
  type CleanOptions,
  type PlannedRemoval,
  Removals,
} from '../../../shared/pipeline/operate/removals.ts';
import { RetiredTables } from '../../../shared/pipeline/operate/retired-tables.ts';
import type { RetiredSnapshots, RetiredWhich } from '../../../shared/ports/catalog.ts';
import { testPorts } from '../../support/test-ports.ts';

const NOW = new Date('2025-08-13T06:00:00Z');
const AGES = { runsOlderThanMs: 1000, generationsOlderThanMs: 2000, dryRun: false };

function removalsOf(keys: string[] = [], options: Partial<CleanOptions> = {}) {
  const store = new MemoryObjectStore();
  for (const key of keys) store.replace(key, Buffer.from('abc'));
  const deleted: string[][] = [];
  const remove = store.delete.bind(store);
  store.delete = async (all) => {
    deleted.push(all);
    await remove(all);
  };
  const ports = testPorts(store, store, { clock: { now: () => NOW } });
  return { store, deleted, ports, removals: new Removals(ports, { ...AGES, ...options }) };
}

const removalOf = (key: string, ...steps: string[][]): PlannedRemoval => ({
  removal: { what: 'run', key, objects: 1, bytes: 3, why: 'old' },
  steps,
});

describe('the time of a clean', () => {
  it('is over at its end, which the report then says', () => {
    const ends = (afterMs?: number) => {
      const endsAt = afterMs === undefined ? undefined : new Date(NOW.getTime() + afterMs);
      const { removals } = removalsOf([], { endsAt });
      return [removals.isOver(), removals.report.unfinished];
    };
    expect(ends()).toEqual([false, undefined]);
    expect(ends(1)).toEqual([false, undefined]);
    expect(ends(0)).toEqual([true, true]);
    expect(ends(-1)).toEqual([true, true]);
  });

  it('leaves what readers may still be at work on', () => {
    const ages = (graceMs?: number) => removalsOf([], { graceMs }).removals.options.generationsOlderThanMs;
    expect([ages(), ages(1999), ages(2001)]).toEqual([2000, 2000, 2001]);
    const { removals } = removalsOf([], { generationsOlderThanMs: 0 });
    expect(removals.options.generationsOlderThanMs).toBe(0);
  });
});

describe('what is removed', () => {
  it('of a folder is all of it: documents, then everything else, and one key last', async () => {
    const { removals, deleted } = removalsOf(['a/1.json', 'a/1.parquet', 'a/2.json', 'a/plan.json', 'b/1']);
    const planned = (await removals.planBelow('run', 'a/', 'old', 'a/plan.json'))!;
    expect(planned).toEqual({
      removal: { what: 'run', key: 'a/', objects: 4, bytes: 12, why: 'old' },
      steps: [['a/1.json', 'a/2.json'], ['a/1.parquet'], ['a/plan.json']],
      isFolder: true,
    });
    expect(await removals.planBelow('run', 'c/', 'old', 'c/plan.json')).toBeUndefined();
    expect(await removals.removeTogether([planned])).toEqual(['a/']);
    expect(deleted).toEqual([['a/1.json', 'a/2.json'], ['a/1.parquet'], ['a/plan.json']]);
    expect(removals.report.removed).toEqual([planned.removal]);
  });

  it('together goes step by step, and a step that has nothing asks for nothing', async () => {
    const { removals, deleted } = removalsOf(['x', 'y', 'z']);
    const planned = [removalOf('one', ['x'], [], ['y']), removalOf('two', ['z']), removalOf('three')];
    expect(await removals.removeTogether(planned)).toEqual(['one', 'two', 'three']);
    expect(deleted).toEqual([['x', 'z'], ['y']]);
    expect(await removals.removeTogether([])).toEqual([]);
  });

  it('is only reported in a dry run', async () => {
    const { removals, deleted } = removalsOf(['x'], { dryRun: true });
    expect(await removals.removeTogether([removalOf('one', ['x'])])).toEqual(['one']);
    expect([deleted, removals.report.removed.length]).toEqual([[], 1]);
  });

  it('goes as folders where the store can do that', async () => {
    const { store, removals, deleted } = removalsOf(['x']);
    const folders: string[][] = [];
    Object.assign(store, { deleteFolders: async (all: string[]) => void folders.push(all) });
    const folder: PlannedRemoval = { ...removalOf('a/', ['a/1']), isFolder: true };
    await removals.removeTogether([folder, removalOf('one', ['x'])]);
    await removals.removeTogether([removalOf('two', ['x'])]);
    expect([folders, deleted]).toEqual([[['a/']], [['x'], ['x']]]);
  });

  it('is tried one by one if something fails, which the report names', async () => {
    const { store, removals } = removalsOf(['x', 'y', 'z']);
    store.beforeCall = (operation, key) => {
      if (operation === 'delete' && key === 'y') throw new Error('no rights');
    };
    const planned = [removalOf('one', ['x']), removalOf('two', ['y'])];
    expect(await removals.removeTogether(planned)).toEqual(['one']);
    expect(await removals.removeTogether([removalOf('two', ['y'])])).toEqual([]);
    removals.fail('four', 'a text');
    removals.keep('five', 'somebody needs it');
    expect(removals.report.kept).toEqual([{ key: 'five', why: 'somebody needs it' }]);
    expect(removals.report.failed).toEqual([
      { key: 'two', why: 'no rights' },
      { key: 'two', why: 'no rights' },
      { key: 'four', why: 'a text' },
    ]);
    expect(removals.failedKeys()).toEqual(['two', 'two', 'four']);
    expect(removals.report.removed.map(({ key }) => key)).toEqual(['one']);
    expect(store.keys()).toEqual(['y', 'z']);
  });
});

describe('snapshots that a clean lets go of', () => {
  /** The catalog answers of table `a` only; each question is told. */
  function retiredOf(
    answer: Partial<RetiredSnapshots> | Error,
    options: Partial<CleanOptions> = {},
    keys: string[] = [],
  ) {
    const { store, ports } = removalsOf(keys);
    const asked: [string, RetiredWhich][] = [];
    const catalog = {
      ...createFileCatalog(store),
      retire: async (table: string, which: RetiredWhich) => {
        asked.push([table, which]);
        if (answer instanceof Error && table === 'a') throw answer;
        return { snapshots: [], needed: new Map(), unneeded: [], ...(table === 'a' ? answer : {}) };
      },
    };
    const removals = new Removals({ ...ports, catalog }, { ...AGES, ...options });
    return { store, asked, removals, retired: new RetiredTables(removals) };
  }

  it('are asked for once a table, by when they were replaced', async () => {
    const needed = new Map([['2025-08-12', new Set([1, 3])]]);
    const { asked, retired } = retiredOf({ needed });
    expect(await retired.neededCommits(['a', 'b'], '2025-08-12')).toEqual(new Set([1, 3]));
    expect(await retired.neededCommits(['a'], '2025-08-13')).toEqual(new Set());
    const which = { replacedBy: new Date(NOW.getTime() - 2000), graceMs: 0, dryRun: false };
    expect(asked).toEqual([
      ['a', which],
      ['b', which],
    ]);
    const other = retiredOf({}, { graceMs: 7, dryRun: true });
    await other.retired.neededCommits(['a'], '2025-08-12');
    expect(other.asked[0]?.[1]).toMatchObject({ graceMs: 7, dryRun: true });
  });

  it.each([
    ['with their number', [1, 2], '2 snapshots were replaced past their retention'],
    ['also if another clean let go of them', [], 'no snapshot needs it any more'],
  ])('take their metadata along, %s', async (_, snapshots, why) => {
    const keys = ['processed/a/metadata/1', 'processed/a/metadata/2'];
    const objects = keys.map((key) => ({ key, sizeBytes: 3, version: 'm', pin: 'm' }));
    const unneeded = [objects.slice(0, 1), objects.slice(1)];
    const { store, removals, retired } = retiredOf({ snapshots, unneeded }, {}, keys);
    await retired.neededCommits(['a', 'b'], '2025-08-12');
    await retired.removeMetadata();
    expect(removals.report.removed).toEqual([
      { what: 'snapshot', key: 'processed/a/metadata/', objects: 2, bytes: 6, why },
    ]);
    expect(store.keys()).toEqual([]);
  });

  it('without metadata are reported too', async () => {
    const { removals, retired } = retiredOf({ snapshots: [1] });
    await retired.neededCommits(['a'], '2025-08-12');
    await retired.removeMetadata();
    const why = expect.stringContaining('replaced past their retention');
    expect(removals.report.removed).toMatchObject([{ objects: 0, why }]);
  });

  it('stay if the time is over, and are told if the catalog fails', async () => {
    const over = retiredOf({ snapshots: [1] }, { endsAt: NOW });
    await over.retired.neededCommits(['a'], '2025-08-12');
    await over.retired.removeMetadata();
    expect(over.removals.report.removed).toEqual([]);
    const failing = retiredOf(new Error('no catalog'));
    await failing.retired.neededCommits(['a'], '2025-08-12').catch(() => undefined);
    await failing.retired.removeMetadata();
    expect(failing.removals.report.failed).toEqual([{ key: 'processed/a/metadata/', why: 'no catalog' }]);
  });
});
