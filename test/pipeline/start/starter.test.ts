import { readFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { createStarter, readStarterEvent } from '../../../functions/starter/handler.ts';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { EXECUTION_NAME, executionNameOf } from '../../../shared/keys/execution-name.ts';
import { checkRequest } from '../../../shared/pipeline/split/convert-request.ts';
import type { StartedArrival } from '../../../shared/pipeline/start/start-arrival.ts';
import type { StarterPorts } from '../../../shared/ports/starter-ports.ts';

const BUCKET = 'raw-bucket';
const KEY = 'year=2025/month=08/day=12/contratos_20250812_001.txt';

function layout(name: string, files: string[], more: Record<string, unknown> = {}): string {
  return JSON.stringify({
    name,
    encoding: 'us-ascii',
    record: { format: 'lines', length: 10 },
    files,
    fields: [{ name: 'id', start: 1, end: 10, type: 'string' }],
    ...more,
  });
}

let raw: MemoryObjectStore;
let layouts: Record<string, string>;
let started: Map<string, unknown>;
let told: string[];
let now = new Date('2025-08-13T10:00:00Z');
let starter: ReturnType<typeof createStarter>;

beforeEach(() => {
  raw = new MemoryObjectStore();
  layouts = {
    contracts: layout('contracts', ['*contratos_*.txt'], {
      day: { manifest: 'contratos_{yyyyMMdd}.ctl' },
    }),
    cards: layout('cards', ['cards/*.dat', 'cartão 100%+.dat']),
  };
  started = new Map();
  told = [];
  const ports: StarterPorts = {
    raw,
    layouts: {
      names: async () => Object.keys(layouts),
      load: async (name) => ({ file: name, text: layouts[name] ?? '' }),
      loadBeside: async () => ({ file: '', text: '' }),
    },
    executions: {
      async start(name, input) {
        if (started.has(name)) return 'already-started';
        started.set(name, input);
        return 'started';
      },
    },
    notifier: { notify: async ({ message }) => void told.push(message) },
  };
  starter = createStarter(ports, BUCKET, () => now);
});

function arrival(key: string, version?: string, bucket = BUCKET) {
  const object = { key, ...(version ? { 'version-id': version } : {}), size: 1, sequencer: '00' };
  return {
    id: crypto.randomUUID(),
    time: new Date().toISOString(),
    detail: { bucket: { name: bucket }, object },
  };
}

async function arrive(event: unknown): Promise<StartedArrival> {
  const { arrivals } = await starter(readStarterEvent(event));
  expect(arrivals).toHaveLength(1);
  return arrivals[0] as StartedArrival;
}

describe('an arrival', () => {
  it('starts the one layout that fits, and its input has nothing of the event', async () => {
    raw.replace(KEY, new Uint8Array(1));
    const first = await arrive(arrival(KEY, 'v1'));
    expect(first).toMatchObject({ outcome: 'started', dataset: 'contracts' });
    expect([...started]).toEqual([[executionNameOf(KEY, 'v1'), { layout: 'contracts', sourceKey: KEY }]]);
  });

  it('that is announced twice, late or out of order starts each version once', async () => {
    raw.replace(KEY, new Uint8Array(1));
    const outcomes: string[] = [];
    for (const version of ['v2', 'v1', 'v2', 'v1']) {
      outcomes.push((await arrive(arrival(KEY, version))).outcome);
    }
    expect(outcomes).toEqual(['started', 'started', 'already-started', 'already-started']);
    // Both executions read the object as it is when they run; the ledger loads it once.
    expect(new Set([...started.values()].map((input) => JSON.stringify(input))).size).toBe(1);
  });

  it.each([
    `/${KEY}`,
    KEY.replace('12/', '12//'),
    `./${KEY}`,
    KEY.replace('12/', '12/../'),
    KEY.replaceAll('/', '%2F').replace('12%2F', '12%2F%2F'),
  ])('whose key no conversion can take is told to people: %s', async (key) => {
    const { outcome, executions } = await arrive(arrival(key, 'v1'));
    expect([outcome, executions]).toEqual(['refused', []]);
    expect(told).toEqual([expect.stringContaining(`${key}: it arrived and was not converted, because`)]);
    const started = () => checkRequest({ layout: 'contracts', sourceKey: key });
    if (!key.includes('%')) expect(started).toThrow("'sourceKey' cannot be a key");
  });

  it('whose key no conversion can take is told when its day is run again', async () => {
    raw.replace(KEY, new Uint8Array(1));
    const bad = KEY.replace('12/', '12//');
    raw.replace(bad, new Uint8Array(1));
    const { rerun } = await starter({ rerun: { layout: 'contracts', businessDate: '2025-08-12' } });
    expect(rerun?.executions).toHaveLength(1);
    expect(told).toEqual([expect.stringContaining(bad)]);
  });

  it('whose object is gone, or is a folder, starts nothing', async () => {
    expect((await arrive(arrival(KEY, 'v1'))).outcome).toBe('gone');
    expect((await arrive(arrival('year=2025/', 'v1'))).outcome).toBe('no-file');
    expect(started.size).toBe(0);
  });

  it('that no layout fits is refused, and people are told the globs of all layouts', async () => {
    raw.replace('year=2025/month=08/day=12/contrato_20250812.txt', new Uint8Array(1));
    const first = await arrive(arrival('year=2025/month=08/day=12/contrato_20250812.txt', 'v1'));
    expect(first.outcome).toBe('refused');
    expect(started.size).toBe(0);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('*contratos_*.txt');
    expect(told[0]).toContain('"sourceKey": "year=2025/month=08/day=12/contrato_20250812.txt"');
  });

  it('that two layouts fit is refused, and both are named', async () => {
    layouts.older = layout('older', ['*.txt']);
    raw.replace(KEY, new Uint8Array(1));
    expect((await arrive(arrival(KEY, 'v1'))).outcome).toBe('refused');
    expect(told[0]).toMatch(/contracts .*and of older .*all fit it/);
    expect(started.size).toBe(0);
  });

  it.each([
    ['as it is', 'cartão 100%+.dat'],
    ['encoded as in S3 notifications', 'cart%C3%A3o+100%25%2B.dat'],
    ['encoded with %20', 'cart%C3%A3o%20100%25%2B.dat'],
  ])('finds a key with blanks, percent and plus, %s', async (_how, key) => {
    raw.replace('cartão 100%+.dat', new Uint8Array(1));
    const first = await arrive(arrival(key, 'v1'));
    expect(first).toMatchObject({ outcome: 'started', sourceKey: 'cartão 100%+.dat' });
    const [name] = started.keys();
    expect(name).toMatch(EXECUTION_NAME);
  });

  it('does not decode a key that only looks encoded', async () => {
    raw.replace('cards/a%20b.dat', new Uint8Array(1));
    raw.replace('cards/a b.dat', new Uint8Array(1));
    expect((await arrive(arrival('cards/a%20b.dat', 'v1'))).sourceKey).toBe('cards/a%20b.dat');
  });

  it('of a day manifest starts the data beside it again, once for each of its versions', async () => {
    const folder = 'year=2025/month=08/day=12/';
    for (const name of ['contratos_a.txt', 'contratos_b.txt', 'other.bin', 'contratos_20250812.ctl']) {
      raw.replace(folder + name, new Uint8Array(1));
    }
    raw.replace('year=2025/month=08/day=13/contratos_c.txt', new Uint8Array(1));
    const event = arrival(`${folder}contratos_20250812.ctl`, 'v1');
    expect(await arrive(event)).toMatchObject({ outcome: 'control-file', repeated: 0 });
    const keys = [...started.values()].map((input) => (input as { sourceKey: string }).sourceKey);
    expect(keys).toEqual([`${folder}contratos_a.txt`, `${folder}contratos_b.txt`]);
    expect(await arrive(event)).toMatchObject({ executions: [], repeated: 2 });
    raw.replace(`${folder}contratos_20250812.ctl`, new Uint8Array(2));
    expect((await arrive(event)).executions).toHaveLength(2);
    expect(told).toEqual([]);
  });

  it('from another bucket, or another kind of event, fails and says why', async () => {
    await expect(starter(arrival(KEY, 'v1', 'other'))).rejects.toMatchObject({ name: 'UsageError' });
    const refused: [event: unknown, why: string][] = [
      [null, "neither 'detail' nor 'Records'"],
      [{ Records: 1 }, "neither 'detail' nor 'Records'"],
      [{ Records: [{}] }, "A record has no 's3.object'"],
      [{ detail: null }, "It has no 'detail.object'"],
      [{ detail: { bucket: { name: BUCKET }, object: {} } }, 'It names no key'],
    ];
    for (const [event, why] of refused) expect(() => readStarterEvent(event)).toThrow(why);
  });

  it('may be announced by a notification from S3 itself', async () => {
    raw.replace(KEY, new Uint8Array(1));
    const s3 = { bucket: { name: BUCKET }, object: { key: encodeURIComponent(KEY), versionId: 'v1' } };
    expect((await arrive({ Records: [{ s3 }] })).executions).toEqual([executionNameOf(KEY, 'v1')]);
  });
});

describe('a whole day, run again by hand', () => {
  const folder = 'year=2025/month=08/day=12/';
  beforeEach(() => {
    for (const name of ['contratos_a.txt', 'contratos_b.txt', 'other.bin'])
      raw.replace(folder + name, new Uint8Array(1));
  });
  const rerun = (wish: Record<string, unknown>) => starter(readStarterEvent({ rerun: wish }));

  it('starts one execution for each file, once for each request, and forces it if asked', async () => {
    const wish = { layout: 'contracts', businessDate: '2025-08-12', force: true };
    expect((await rerun(wish)).rerun).toMatchObject({ dataset: 'contracts', repeated: 0 });
    expect([...started.values()]).toEqual(
      ['a', 'b'].map((name) => ({
        layout: 'contracts',
        sourceKey: `${folder}contratos_${name}.txt`,
        force: true,
      })),
    );
    expect((await rerun(wish)).rerun).toMatchObject({ executions: [], repeated: 2 });
    now = new Date('2025-08-13T10:01:00Z');
    expect((await rerun(wish)).rerun?.executions).toHaveLength(2);
  });

  it.each([
    [
      { layout: 'contract', businessDate: '2025-08-12' },
      /'layout' is 'contract' \(the nearest valid one is 'contracts'/,
    ],
    [{ layout: 'contracts', businessDate: '12/08/2025' }, /must be a day as yyyy-MM-dd/],
    [{ layout: 'contracts', businessDate: '2025-08-12', forced: true }, /'forced' is unknown .*'force'/],
    [{ layout: 'contracts', businessDate: '2025-08-12', force: 'yes' }, /'force' must be true or false/],
    [{ layout: 'contracts', businessDate: '2025-08-11' }, /there is no file of layout contracts/],
  ])('refuses %j', async (wish, message) => {
    await expect(rerun(wish)).rejects.toThrow(message);
    expect(started.size).toBe(0);
  });
});

describe('the input of an execution', () => {
  const problemOf = (input: unknown): string => {
    try {
      checkRequest(input);
      return '';
    } catch (error) {
      expect(error).toMatchObject({ name: 'UsageError' });
      return (error as Error).message;
    }
  };

  it('is accepted as docs/operations.md shows it', async () => {
    const text = await readFile(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
    const section =
      text.slice(text.indexOf('## Rerun from the Step Functions console')).split('\n## ')[0] ?? '';
    const inputs = [...section.matchAll(/```json\n(.*?)```/gs)].map(([, json]) => JSON.parse(json ?? ''));
    // An action is for the operator.
    const requests = inputs.filter((input) => !('rerun' in input || 'action' in input));
    expect(requests.length).toBeGreaterThanOrEqual(3);
    for (const input of requests) expect(problemOf(input)).toBe('');
    for (const { rerun } of inputs.filter((input) => 'rerun' in input)) {
      raw.replace('year=2025/month=08/day=12/contratos_a.txt', new Uint8Array(1));
      expect((await starter({ rerun })).rerun?.executions).toHaveLength(1);
      now = new Date(now.getTime() + 60_000);
    }
  });

  it.each([
    [[], 'It must be a JSON object'],
    [{}, "'layout' is missing; 'sourceKey' is missing"],
    [{ layout: 'contracts', businessDate: '2025-08-12' }, 'a whole day is started by the starter'],
    [{ layout: 'contracts', sourcekey: KEY }, "'sourcekey' is unknown (the nearest valid one is 'sourceKey'"],
    [{ layout: 'contracts', sourceKey: `s3://raw/${KEY}` }, 'without s3:// and bucket'],
    [{ layout: 'contracts', sourceKey: `/${KEY}` }, "'sourceKey' cannot be a key"],
    [{ layout: 'contracts', sourceKey: KEY, force: 'true' }, 'without quotes'],
    [
      { layout: 'contracts', sourceKey: KEY, businessDate: '2025-02-30' },
      "'2025-02-30' is not a business date",
    ],
    [{ layout: 'contracts', sourceKey: KEY, rangeSizeBytes: '1' }, 'a whole number of bytes'],
    [{ layout: 'contracts', sourceKey: KEY, compression: 'gzip' }, 'one of '],
  ])('%j is refused', (input, message) => expect(problemOf(input)).toContain(message));
});
