import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { dayTermsPrefix } from '../../../shared/keys/lake-keys.ts';
import { findJson, readJson, unlessDamaged, writeJson } from '../../../shared/pipeline/store/json-object.ts';
import { changeTerms, readTerms } from '../../../shared/pipeline/store/kept-terms.ts';
import { filePlanShape } from '../../../shared/run/file-plan.ts';
import { ledgerEntryShape } from '../../../shared/run/ledger-entry.ts';
import { samplePlan } from '../../support/sample-plan.ts';

const encoder = new TextEncoder();
const KEY = 'ledger/small/year=2025/month=08/day=12/a-01234567.json';

const ENTRY = {
  dataset: 'small',
  sourceId: 'a-1',
  sourceKey: 'in/a.txt',
  businessDate: '2025-08-12',
  version: 'v1',
  inputBytes: 10,
  state: 'parsing',
  runId: 'run',
  attempt: 0,
  execution: 'execution',
  layout: { name: 'small', fingerprint: 'f' },
  softwareVersion: '1',
  history: [{ state: 'splitting', at: '2025-08-12T00:00:00.000Z', execution: 'execution', version: 'v1' }],
  updatedAt: '2025-08-12T00:00:00.000Z',
};

const PLAN = samplePlan();

async function storeWith(key: string, content: unknown): Promise<MemoryObjectStore> {
  const store = new MemoryObjectStore();
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  await store.put(key, content instanceof Uint8Array ? content : encoder.encode(text));
  return store;
}

describe('JSON that is read back', () => {
  it('keeps keys that it does not know, for a newer version may have written them', async () => {
    const newer = { ...ENTRY, later: { rows: 1 }, layout: { ...ENTRY.layout, later: 2 } };
    expect(await readJson(await storeWith(KEY, newer), KEY, ledgerEntryShape)).toEqual(newer);
  });

  it.each<[string, unknown, RegExp]>([
    ['cut off', JSON.stringify(ENTRY).slice(0, -5), /It is not JSON in UTF-8/],
    ['empty', '', /It is not JSON in UTF-8/],
    [
      'not in UTF-8',
      Buffer.from(JSON.stringify(ENTRY).replace('in/a', 'in/\xff'), 'latin1'),
      /It is not JSON in UTF-8/,
    ],
    [
      'nested too deep',
      JSON.stringify({ ...ENTRY, later: 0 }).replace(':0}', `:${'['.repeat(501)}${']'.repeat(501)}}`),
      /nested deeper than any document of a lake/,
    ],
    ['another kind of object', { type: 'secret' }, /'dataset' is missing/],
    ['a list', [ENTRY], /It is not an object/],
    ['null', 'null', /It is not an object/],
    ['an unknown state', { ...ENTRY, state: 'secret' }, /'state' is not one of splitting, parsing/],
    [
      'a wrong value deep inside',
      { ...ENTRY, history: [{ ...ENTRY.history[0], at: 17 }] },
      /'history\[0\]\.at' is not a text/,
    ],
  ])('fails with its key and the field, and without its content, if it is %s', async (_, content, why) => {
    const failure = await readJson(await storeWith(KEY, content), KEY, ledgerEntryShape).catch(
      (error) => error,
    );
    expect(failure).toMatchObject({ name: 'ObjectDamaged', retryable: false, where: KEY });
    expect(failure.message).toMatch(why);
    expect(failure.message).toMatch(/--layout small .*--business-date 2025-08-12 --force --input a\.\*/);
    expect(failure.message).not.toMatch(/secret|17/);
    expect(failure.cause).toBeUndefined();
  });

  it('of a run asks for a new conversion', async () => {
    const key = 'runs/run/plan.json';
    const reading = readJson(await storeWith(key, {}), key, filePlanShape);
    await expect(reading).rejects.toThrow(/'runId' is missing\. .*Convert the file again: .* --force/);
  });

  it('may be missing, or must not be', async () => {
    const store = new MemoryObjectStore();
    expect(await findJson(store, KEY, ledgerEntryShape)).toBeUndefined();
    await expect(readJson(store, KEY, ledgerEntryShape)).rejects.toMatchObject({ name: 'RunInconsistent' });
  });
});

it('what can be done without is nothing if it is damaged, and still fails with what the store fails with', async () => {
  const lake = await storeWith(KEY, '{');
  expect(await unlessDamaged(readJson(lake, KEY, ledgerEntryShape))).toBeUndefined();
  expect(await unlessDamaged(Promise.resolve(7))).toBe(7);
  lake.beforeCall = () => {
    throw new Error('no disk');
  };
  await expect(unlessDamaged(readJson(lake, KEY, ledgerEntryShape))).rejects.toThrow('no disk');
});

it('a list is written without a seal, which has no place in it', async () => {
  const lake = new MemoryObjectStore();
  await writeJson(lake, KEY, [{ startByte: 0 }]);
  expect(Buffer.from(lake.bytesOf(KEY)).toString()).toBe('[{"startByte":0}]\n');
  await writeJson(lake, KEY, {});
  expect(Buffer.from(lake.bytesOf(KEY)).toString()).toMatch(/"seal":"[^"]{12}"\}\n$/);
});

describe('forms that an earlier version wrote', () => {
  it('terms with a control file of the day are read as terms with a day manifest', async () => {
    const manifest = { key: 'in/day.json', version: '1', file: { files: [{ name: 'a.txt', records: 2 }] } };
    const layout = { file: 'small.json', text: '{}', fingerprint: 'f' };
    const key = `${dayTermsPrefix('small', '2025-08-12')}1.json`;
    const lake = await storeWith(key, { layout, controlFileKey: 'in/day.json', controlFile: manifest });
    const today = { layout, manifestKey: 'in/day.json', manifest };
    expect(await readTerms(lake, 'small', '2025-08-12')).toEqual(today);
    const changed = await changeTerms(lake, 'small', '2025-08-12', (current) => ({
      ...(current ?? { layout }),
      expectedFiles: 1,
    }));
    expect(changed.value).toEqual({ ...today, expectedFiles: 1 });
  });

  it('a plan with what the control file of the day states is read as one with a day manifest', async () => {
    const stated = { key: 'in/day.json', entry: { records: 2 }, values: {} };
    const key = 'runs/run/plan.json';
    const lake = await storeWith(key, { ...PLAN, dayControlFile: stated });
    expect(await readJson(lake, key, filePlanShape)).toEqual({ ...PLAN, dayManifest: stated });
  });
});
