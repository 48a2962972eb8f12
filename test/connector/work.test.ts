import { describe, expect, it } from 'vitest';
import type { NewEntry } from '../../connector/decide/journal-entry.ts';
import { readSettings } from '../../connector/decide/read-settings.ts';
import type { Arrival, TransferRecord } from '../../connector/decide/transfer-record.ts';
import type { ConnectorPorts } from '../../connector/work/connector-ports.ts';
import { HeldRecord, LeaseLost, parseRecord, readRecord } from '../../connector/work/held-record.ts';
import type { Journal } from '../../connector/work/journal.ts';
import { LeaseWatch } from '../../connector/work/lease-watch.ts';
import { Pace } from '../../connector/work/pace.ts';
import { PartBuffers } from '../../connector/work/part-buffers.ts';
import { patiently } from '../../connector/work/patience.ts';
import { removeArrived } from '../../connector/work/remove-sources.ts';
import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import { ObjectClosed, StoreUnavailable } from '../../shared/errors.ts';
import type { SeenFile, TransferSource } from '../../shared/ports/transfer-source.ts';

/** Whoever does not wait for a step goes on before it has ended. */
const later = () => new Promise((resolve) => setImmediate(resolve));

/** A host whose time passes only in sleep. */
function host(owner = 'me', state = new MemoryObjectStore()) {
  const time = { ms: 0, day: '2025-08-12T10:00:00Z', sleeps: [] as number[] };
  const gone = new Set<string>();
  const clock: ConnectorPorts['clock'] = {
    now: () => new Date(Date.parse(time.day) + time.ms),
    steadyMs: () => time.ms,
    sleep: async (ms) => {
      time.sleeps.push(ms);
      await later();
      time.ms += ms;
    },
  };
  const ports = { clock, owner, state, hasEnded: (other: string) => gone.has(other), chance: () => 1 };
  return { time, gone, state, ports: ports as Partial<ConnectorPorts> as ConnectorPorts };
}

const RECORD: TransferRecord = {
  ...{ key: 'k', businessDate: '2025-08-12', rule: 0, layout: null },
  ...{ arrivals: [], sending: null, givenUp: [], lease: null },
};
const heldBy = (owner: string, beat: number) => ({ key: 'k', lease: { owner, beat } });

describe('a lease', () => {
  it('is mine if nobody holds it, or this process; over if its holder has ended', () => {
    const { ports, gone } = host();
    const watch = new LeaseWatch(ports, 1_000);
    expect(watch.look({ key: 'k', lease: null })).toBe('mine');
    expect(watch.look(heldBy('me', 3))).toBe('mine');
    expect(watch.look(heldBy('other', 3))).toBe('held');
    gone.add('other');
    expect(watch.look(heldBy('other', 3))).toBe('over');
  });

  it('ends after it gave no sign for as long as this process watched, and not before', () => {
    const { ports, time } = host();
    const watch = new LeaseWatch(ports, 1_000);
    expect(watch.look(heldBy('other', 1))).toBe('held');
    time.ms = 999;
    expect(watch.look(heldBy('other', 1))).toBe('held');
    expect(watch.look(heldBy('other', 2))).toBe('held');
    time.ms = 1_998;
    expect(watch.look(heldBy('other', 2))).toBe('held');
    // Another holder has as long again, and so has one that comes back.
    expect(watch.look(heldBy('third', 2))).toBe('held');
    time.ms = 2_998;
    expect(watch.look(heldBy('third', 2))).toBe('over');
    expect(watch.look(heldBy('me', 3))).toBe('mine');
    expect(watch.look(heldBy('third', 2))).toBe('held');
  });
});

describe('the record of a key', () => {
  const take = (ports: ConnectorPorts, record = RECORD, tag?: string) =>
    HeldRecord.take(ports, 'doc', record, tag);

  it('is taken by one process, which the next change of any other notices', async () => {
    const mine = host('me');
    const theirs = host('you', mine.state);
    const held = await take(mine.ports);
    expect(held.record.lease).toEqual({ owner: 'me', beat: 1 });
    await expect(take(theirs.ports)).rejects.toMatchObject({ name: 'LeaseLost', retryable: false });
    const read = (await readRecord(theirs.ports, 'doc'))!;
    const taken = await take(theirs.ports, read.record, read.tag);
    expect(taken.record.lease).toEqual({ owner: 'you', beat: 2 });
    await expect(held.save((record) => record)).rejects.toThrow(LeaseLost);
    expect(await readRecord(host().ports, 'doc')).toBeUndefined();
  });

  it('beats when the last sign is old, and gives its lease back', async () => {
    const { ports, time } = host();
    const held = await take(ports);
    time.ms = 99;
    await held.beat(100);
    expect(held.record.lease?.beat).toBe(1);
    time.ms = 100;
    await held.beat(100);
    expect(held.record.lease?.beat).toBe(2);
    await held.beat(100);
    expect(held.record.lease?.beat).toBe(2);
    await held.release();
    expect((await readRecord(ports, 'doc'))!.record.lease).toBeNull();
    // A change after that takes the lease anew.
    await held.save((record) => record);
    expect(held.record.lease).toEqual({ owner: 'me', beat: 1 });
  });

  it('is changed by several lanes one after the other, and goes on after a lost answer', async () => {
    const { ports, state } = host();
    const held = await take(ports);
    const add = (path: string) =>
      held.save((record) => ({ ...record, arrivals: [...record.arrivals, { ...ARRIVAL, path }] }));
    await Promise.all([add('a'), add('b'), add('c')]);
    expect(held.record.arrivals.map(({ path }) => path)).toEqual(['a', 'b', 'c']);
    const { putIf } = state;
    let losses = 1;
    state.putIf = async (...words) => {
      const tag = await putIf.apply(state, words);
      if (losses-- > 0) throw new StoreUnavailable({ what: 'the answer was lost' });
      return tag;
    };
    await add('d');
    await add('e');
    expect((await readRecord(ports, 'doc'))!.record.arrivals.map(({ path }) => path)).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
    ]);
  });

  it('is written once if only the answer was lost, and goes on from a change whose answer never came', async () => {
    const { ports, state } = host();
    const held = await take(ports);
    const { putIf } = state;
    let writes = 0;
    let losses = 1;
    state.putIf = async (...words) => {
      writes++;
      const tag = await putIf.apply(state, words);
      if (losses-- > 0) throw new StoreUnavailable({ what: 'the answer was lost' });
      return tag;
    };
    await held.save((record) => ({ ...record, rule: 1 }));
    // The second try finds what the first one wrote.
    expect(writes).toBe(2);
    losses = 1;
    state.get = async () => Promise.reject(new ObjectClosed({ what: 'no rights' }));
    await expect(held.save((record) => ({ ...record, rule: 2 }))).rejects.toThrow('no rights');
    state.get = MemoryObjectStore.prototype.get;
    await held.save((record) => ({ ...record, rule: 3 }));
    expect((await readRecord(ports, 'doc'))!.record.rule).toBe(3);
  });

  it('is not taken where nothing can be written, and is given back before anything else happens', async () => {
    const { ports, state } = host();
    const held = await take(ports);
    const { putIf } = state;
    state.putIf = async (...words) => {
      await later();
      return putIf.apply(state, words);
    };
    await held.release();
    expect((await readRecord(ports, 'doc'))!.record.lease).toBeNull();
    state.putIf = async () => {
      throw new ObjectClosed({ what: 'no rights' });
    };
    await expect(held.save((record) => record)).rejects.toThrow('no rights');
  });

  it('says where it is if it cannot be read', () => {
    for (const text of ['{', '{}', JSON.stringify({ ...RECORD, lease: 1 })])
      expect(() => parseRecord(Buffer.from(text), 'doc')).toThrow(
        'doc: the record of a transfer cannot be read',
      );
  });
});

describe('patience', () => {
  it('waits longer and longer, six times at most, and only for what may pass', async () => {
    const { ports, time } = host();
    let calls = 0;
    const at: number[] = [];
    const fails = async () => {
      calls++;
      at.push(time.ms);
      throw new StoreUnavailable({ what: 'away' });
    };
    await expect(patiently(ports, fails)).rejects.toThrow('away');
    expect([calls, time.sleeps]).toEqual([6, [400, 800, 1_600, 3_200, 6_400]]);
    expect(at).toEqual([0, 400, 1_200, 2_800, 6_000, 12_400]);
    await expect(
      patiently(ports, async () => {
        calls++;
        throw new ObjectClosed({ what: 'no rights' });
      }),
    ).rejects.toThrow('no rights');
    expect(calls).toBe(7);
  });

  it('tells of each try that failed', async () => {
    const { ports } = host();
    const told: string[] = [];
    let calls = 0;
    const answer = await patiently(
      ports,
      async () => {
        if (++calls < 3) throw new StoreUnavailable({ what: `away ${calls}` });
        return 'there';
      },
      async (error) => {
        for (let ticks = 0; ticks < 5; ticks++) await later();
        told.push(`${error.message} after ${calls}`);
      },
    );
    expect([answer, told]).toEqual(['there', ['away 1. after 1', 'away 2. after 2']]);
  });
});

describe('pace', () => {
  const settings = (limits: object[]) =>
    readSettings(
      JSON.stringify({
        ...{ sources: [{ folder: 'in' }], files: [{ pattern: '*', finished: { by: 'rename' } }] },
        ...{ target: { folder: 'raw' }, stateFolder: 'state', upload: { limits }, timeZone: 'UTC' },
      }),
      'c.json',
    );
  const always = { from: '00:00', to: '23:59' };

  it('holds back parts of all files so that no more is sent than the hour allows', async () => {
    const { ports, time } = host();
    const pace = new Pace(ports, settings([{ ...always, megabytesPerSecond: 1 }]));
    let beats = 0;
    const send = (bytes: number) =>
      pace.letThrough(bytes, async () => {
        await later();
        beats++;
      });
    await send(25e6);
    expect(time.ms).toBe(0);
    await send(1e6);
    expect([time.ms, time.sleeps, beats]).toEqual([25_000, [10_000, 10_000, 5_000], 3]);
    time.ms = 100_000;
    await send(1e6);
    await send(1e6);
    expect(time.ms).toBe(101_000);
    time.ms = 200_000;
    await send(1e3);
    await send(1);
    expect(time.ms).toBe(200_001);
  });

  it('sends slowly at one byte a second, and not never', async () => {
    const { ports, time } = host();
    const pace = new Pace(ports, settings([{ ...always, megabytesPerSecond: 1e-6 }]));
    for (let bytes = 0; bytes < 3; bytes++) await pace.letThrough(1, async () => undefined);
    expect(time.ms).toBe(2_000);
  });

  it('sends nothing while nothing may be sent, and everything at once without a limit', async () => {
    const closed = host();
    const pace = new Pace(closed.ports, settings([{ from: '08:00', to: '10:01', megabytesPerSecond: 0 }]));
    await pace.letThrough(1e9, async () => undefined);
    expect(closed.time.ms).toBe(60_000);
    // The hours after it have a limit of their own, which begins anew.
    const then = host();
    const limits = [
      { from: '08:00', to: '10:01', megabytesPerSecond: 0 },
      { from: '10:01', to: '12:00', megabytesPerSecond: 0.5 },
    ];
    const slow = new Pace(then.ports, settings(limits));
    await slow.letThrough(1e6, async () => undefined);
    expect(then.time.ms).toBe(60_000);
    await slow.letThrough(1e6, async () => undefined);
    expect(then.time.ms).toBe(62_000);
    // A part that waits for its turn waits on if the hours close meanwhile.
    const closing = host();
    const shut = [
      { from: '09:00', to: '10:01', megabytesPerSecond: 1 },
      { from: '10:01', to: '10:05', megabytesPerSecond: 0 },
    ];
    const turns = new Pace(closing.ports, settings(shut));
    await turns.letThrough(120e6, async () => undefined);
    await turns.letThrough(1, async () => undefined);
    expect(closing.time.ms).toBe(300_000);
    const open = host();
    await new Pace(open.ports, settings([])).letThrough(1e9, async () => undefined);
    expect(open.time.sleeps).toEqual([]);
    await expect(
      pace.letThrough(1, async () => undefined, AbortSignal.abort(new Error('stopped'))),
    ).rejects.toThrow('stopped');
  });
});

describe('memory for parts', () => {
  it('is given to so many at once, in turn, and used again', async () => {
    const buffers = new PartBuffers(2);
    const seen: Uint8Array[] = [];
    const order: number[] = [];
    let inside = 0;
    const part = (index: number, sizeBytes: number) =>
      buffers.with(sizeBytes, async (buffer) => {
        expect(buffer.length).toBeGreaterThanOrEqual(sizeBytes);
        expect(++inside).toBeLessThanOrEqual(2);
        seen.push(buffer);
        order.push(index);
        await new Promise((resolve) => setImmediate(resolve));
        inside--;
        if (index === 1) throw new Error('a part failed');
      });
    const all = [0, 1, 2, 3, 4].map((index) => part(index, 100));
    expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual([
      ...['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
    ]);
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect(new Set(seen).size).toBe(2);
    // A larger one is new memory; a smaller one is not.
    await part(5, 200);
    await part(6, 50);
    expect([seen[5]!.length, seen[6]!.length]).toEqual([200, 200]);
  });
});

const ARRIVAL: Arrival = {
  ...{ source: '/in', path: 'a.txt', version: 'v', sizeBytes: 100, crc64nvme: 'sum', tag: 't' },
  ...{ objectVersion: 'o', at: '2025-08-12T08:00:00.000Z', reason: 'new file' },
};

describe('a file that arrived', () => {
  const seen: SeenFile = { path: 'a.txt', sizeBytes: 100, version: 'v', pin: 'p', modifiedMs: 0 };
  async function removing({
    found = { sizeBytes: 100, crc64nvme: 'sum' } as { sizeBytes: number; crc64nvme: string } | null,
    hours = 2,
    now = {},
    arrival = ARRIVAL,
    isThere = true,
  }) {
    const removed: string[] = [];
    const told: NewEntry[] = [];
    const source: Partial<TransferSource> = {
      name: '/in',
      remove: async (path: string, pin: string) => {
        removed.push(`${path} ${pin}`);
        return isThere;
      },
    };
    const { ports } = host();
    const journal: Pick<Journal, 'note'> = {
      note: async (entry: NewEntry) => {
        await later();
        told.push(entry);
      },
    };
    const target: Partial<ConnectorPorts['target']> = {
      find: async () => (found ? { ...found, tag: '', version: '' } : undefined),
    };
    const file = {
      source: source as TransferSource,
      seen: { ...seen, ...now },
      place: { rule: 0, key: 'k', businessDate: undefined },
    };
    const isRemoved = await removeArrived(
      { ...ports, target: target as ConnectorPorts['target'] },
      journal as Journal,
      file,
      arrival,
      hours,
    );
    return { isRemoved, removed, events: told.map(({ event }) => event) };
  }

  it('is removed once its time is over and the target proves its bytes', async () => {
    const gone = { isRemoved: true, removed: ['a.txt p'], events: ['removed'] };
    expect(await removing({})).toEqual(gone);
    expect(await removing({ hours: 2.1 })).toEqual({ isRemoved: false, removed: [], events: [] });
    const compressed = { ...ARRIVAL, sizeBytes: 7 };
    expect(await removing({ arrival: compressed, found: { sizeBytes: 7, crc64nvme: 'sum' } })).toEqual(gone);
  });

  it('stays if the target does not hold these bytes, or if it is another one by now', async () => {
    const stays = { isRemoved: false, removed: [], events: ['kept'] };
    expect(await removing({ found: null })).toEqual(stays);
    expect(await removing({ found: { sizeBytes: 100, crc64nvme: 'other' } })).toEqual(stays);
    expect(await removing({ found: { sizeBytes: 99, crc64nvme: 'sum' } })).toEqual(stays);
    expect(await removing({ now: { version: 'w' } })).toEqual(stays);
    expect(await removing({ isThere: false })).toMatchObject({ isRemoved: false, events: ['kept'] });
    expect(await removing({ arrival: { ...ARRIVAL, at: 'never' } })).toMatchObject({
      removed: [],
      events: [],
    });
  });
});
