import { readFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { createStarter, readStarterEvent } from '../../../functions/starter/handler.ts';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { StoreThrottled } from '../../../shared/errors.ts';
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
let starter: (
  event: Parameters<ReturnType<typeof createStarter>>[0],
) => ReturnType<ReturnType<typeof createStarter>>;
let pauses: number[];
let remainingMs: number;
/** What Step Functions answers to the next starts, before it takes them. */
let refusals: Error[];
let atOnce: { now: number; most: number };

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
  pauses = [];
  remainingMs = 60_000;
  refusals = [];
  atOnce = { now: 0, most: 0 };
  const ports: StarterPorts = {
    raw,
    layouts: {
      names: async () => Object.keys(layouts),
      load: async (name) => ({ file: name, text: layouts[name] ?? '' }),
      loadBeside: async () => ({ file: '', text: '' }),
    },
    executions: {
      async start(name, input) {
        atOnce.now += 1;
        atOnce.most = Math.max(atOnce.most, atOnce.now);
        await new Promise((resolve) => setImmediate(resolve));
        atOnce.now -= 1;
        const refusal = refusals.shift();
        if (refusal) throw refusal;
        if (started.has(name)) return 'already-started';
        started.set(name, input);
        return 'started';
      },
    },
    notifier: { notify: async ({ message }) => void told.push(message) },
  };
  const create = createStarter(
    ports,
    BUCKET,
    () => now,
    async (ms) => {
      pauses.push(ms);
      remainingMs -= ms;
    },
  );
  starter = (event) => create(event, () => remainingMs);
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

describe('many files', () => {
  const FOLDER = 'year=2025/month=08/day=12/';
  const keyOf = (index: number) => `${FOLDER}contratos_20250812_${String(index).padStart(5, '0')}.txt`;
  const arriveMany = (count: number) => {
    for (let index = 0; index < count; index++) raw.replace(keyOf(index), new Uint8Array(1));
  };
  const rerun = (more = {}) =>
    starter({ rerun: { layout: 'contracts', businessDate: '2025-08-12', ...more } });
  const throttled = () => new StoreThrottled({ what: 'StartExecution is called too fast' });

  it('are started many at once, and no more', async () => {
    arriveMany(1000);
    expect((await rerun()).rerun?.executions).toHaveLength(1000);
    expect(atOnce.most).toBe(24);
  });

  it('are tried again while starts are throttled and there is time, each longer apart', async () => {
    arriveMany(40);
    refusals = Array.from({ length: 200 }, throttled);
    // Their waits, which pass side by side, are added up here.
    remainingMs = 1_000_000;
    expect((await rerun()).rerun?.executions).toHaveLength(40);
    expect(pauses).toHaveLength(200);
    expect(Math.max(...pauses)).toBeLessThan(5000);
    raw.replace(KEY, new Uint8Array(1));
    remainingMs = 60_000;
    refusals = Array.from({ length: 10_000 }, throttled);
    await expect(starter(arrival(KEY, 'v1'))).rejects.toMatchObject({
      name: 'StoreThrottled',
      retryable: true,
    });
    expect(remainingMs).toBeGreaterThan(0);
  });

  it('that there is no time for are named, and a request goes on with them', async () => {
    arriveMany(600);
    remainingMs = 30_000;
    const first = raw.head.bind(raw);
    let heads = 0;
    raw.head = async (key) => {
      heads += 1;
      if (heads === 240) remainingMs = 20_000;
      return first(key);
    };
    const { rerun: begun } = await rerun();
    expect(begun).toMatchObject({ repeated: 0, next: keyOf(240) });
    expect(begun?.executions).toHaveLength(240);
    remainingMs = 60_000;
    const { rerun: ended } = await rerun({ from: begun?.next });
    expect(ended?.executions).toHaveLength(360);
    expect(ended).not.toHaveProperty('next');
    expect(started.size).toBe(600);
  });

  it('of a control file are gone on with when its event comes again', async () => {
    arriveMany(300);
    const control = `${FOLDER}contratos_20250812.ctl`;
    raw.replace(control, new Uint8Array(1));
    remainingMs = 20_000;
    const event = arrival(control, 'v1');
    await expect(starter(event)).rejects.toMatchObject({ name: 'StoreThrottled', retryable: true });
    remainingMs = 60_000;
    expect((await arrive(event)).executions).toHaveLength(300);
  });
});
