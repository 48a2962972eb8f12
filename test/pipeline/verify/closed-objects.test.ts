import { expect, it } from 'vitest';
import { createFileCatalog } from '../../../local/adapters/catalog-file.ts';
import type { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { ObjectClosed } from '../../../shared/errors.ts';
import { cleanLake } from '../../../shared/pipeline/operate/clean-lake.ts';
import { repairLake } from '../../../shared/pipeline/verify/repair-lake.ts';
import { verifyLake } from '../../../shared/pipeline/verify/verify-lake.ts';
import type { ObjectStore } from '../../../shared/ports/object-store.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLine } from '../../support/small-contracts.ts';
import { KEY, smallDay } from '../../support/small-day.ts';

const FULL = { depth: 'full' } as const;

/** The store for a user who may see that `closed` is there, and not read it. */
function closedStore(store: ObjectStore, closed: string): ObjectStore {
  const denied = () =>
    new ObjectClosed({ what: 'this cannot be read', where: closed, why: 'Permission was denied.' });
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (key: unknown, ...others: unknown[]) => {
        const reads = ['get', 'readRange', 'hasChecksum'].includes(String(name));
        if (key === closed && reads) return Promise.reject(denied());
        if (key === closed && name === 'streamRange')
          return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(denied()) }) };
        return member.call(target, key, ...others);
      };
    },
  });
}

function contentOf(store: MemoryObjectStore): Promise<Record<string, string>> {
  return Promise.all(
    store.keys().map(async (key) => [key, Buffer.from((await store.get(key))!.bytes).toString('base64')]),
  ).then(Object.fromEntries);
}

it('an object that may not be read is neither missing nor damaged: verify names it alone, and repair leaves the lake as it is', async () => {
  await using lake = await TestLake.make();
  const { load } = smallDay(lake);
  await load(KEY, smallFile(smallLine('A1', 1), smallLine('A2', 'X')));
  await load('fix_20250812.txt', smallFile(smallLine('A2', 7)), { supplementOf: KEY });
  await load(KEY, smallFile(smallLine('A3', 1), smallLine('A4', 'X')));
  const store = lake.ports.lake as MemoryObjectStore;
  const before = await contentOf(store);
  expect((await verifyLake(lake.ports, FULL)).findings.filter(({ level }) => level === 'damage')).toEqual([]);
  const named: string[] = [];
  for (const key of store.keys()) {
    const closed = closedStore(store, key);
    const ports = { ...lake.ports, lake: closed, catalog: createFileCatalog(closed) };
    const { done, failed, verdict } = await repairLake(ports, FULL);
    expect([key, done, failed, await contentOf(store)]).toEqual([key, [], [], before]);
    const found = verdict.findings.filter(({ level }) => level === 'damage');
    expect(found.filter((one) => one.key !== key || one.mend.by !== 'nobody')).toEqual([]);
    if (found.length > 0) named.push(key);
  }
  expect(named).toEqual(
    expect.arrayContaining(store.keys().filter((key) => /^(ledger|processed|catalog)\//.test(key))),
  );
});

it('a run that may not be read does not stop clean for the others', async () => {
  await using lake = await TestLake.make();
  const { load } = smallDay(lake);
  await load(KEY, smallFile(smallLine('A1', 1)));
  await load(KEY, smallFile(smallLine('A2', 1)));
  const store = lake.ports.lake as MemoryObjectStore;
  const [plan] = store.keys().filter((key) => key.endsWith('/plan.json'));
  const ports = { ...lake.ports, lake: closedStore(store, plan!) };
  const all = { runsOlderThanMs: 0, generationsOlderThanMs: 0, dryRun: false };
  const { removed, failed } = await cleanLake(ports, all);
  expect(failed.map(({ key }) => key)).toEqual([plan!.replace('plan.json', '')]);
  expect(removed.filter(({ what }) => what === 'run')).toHaveLength(1);
});
