import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AnswerCache } from '../../shared/ask/answer-cache.ts';
import { type Asker, type AskPorts, ask } from '../../shared/ask/ask.ts';
import { WHOLE_LAKE } from '../../shared/ask/grant.ts';
import { readNamedQuery } from '../../shared/ask/named-query.ts';
import { readQuestion } from '../../shared/ask/question.ts';
import { StoreUnavailable } from '../../shared/errors.ts';
import type { Claims, ResultCache } from '../../shared/ports/result-cache.ts';
import { CountedEngine } from '../support/counted-engine.ts';

const ASKER: Asker = { roleName: 'all', role: WHOLE_LAKE };
const COUNT = readQuestion('{"sql": "SELECT count(*) FROM contracts"}');
const clock = { now: () => new Date() };

/** A cache of several servers in memory, which can be taken away, and be full. */
class SharedMemory implements ResultCache {
  readonly name = 'shared';
  readonly kept = new Map<string, Uint8Array>();
  readonly owners = new Map<string, object>();
  state: 'well' | 'away' | 'full' | 'silent' = 'well';

  of(server: object): ResultCache & Claims {
    const reached = async () => {
      if (this.state === 'away') throw new Error('connection refused');
      if (this.state === 'silent') await new Promise(() => undefined);
    };
    return {
      name: this.name,
      get: async (key) => {
        await reached();
        return this.kept.get(key);
      },
      put: async (key, bytes) => {
        await reached();
        if (this.state === 'full') throw new Error('OOM command not allowed');
        this.kept.set(key, bytes);
      },
      claim: async (key) => {
        await reached();
        if (this.state === 'full') throw new Error('OOM command not allowed');
        if (!this.owners.has(key)) this.owners.set(key, server);
        return this.owners.get(key) === server;
      },
      release: async (key) => {
        await reached();
        this.owners.delete(key);
      },
    };
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.kept.get(key);
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    this.kept.set(key, bytes);
  }
}

function server(
  engine: CountedEngine,
  shared?: SharedMemory,
  store?: ResultCache,
  sharedMostBytes?: number,
): AskPorts {
  const own = shared?.of({});
  const options = {
    clock,
    wait,
    memoryBytes: 1e6,
    shared: own,
    store,
    ...(sharedMostBytes !== undefined && { sharedMostBytes }),
  };
  return { engine, cache: new AnswerCache(options), queries: new Map(), mapping: undefined, clock };
}

const rowsOf = async (ports: AskPorts) => (await ask(ports, ASKER, COUNT)).kept.answer.rows;

describe('asking', () => {
  it('lets one ask the engine for all who ask the same at once, on one server and on several', async () => {
    const engine = new CountedEngine();
    const shared = new SharedMemory();
    const servers = [server(engine, shared), server(engine, shared), server(engine, shared)];
    engine.hold = wait(30);
    const answers = await Promise.all(Array.from({ length: 300 }, (_, index) => rowsOf(servers[index % 3]!)));
    expect(new Set(answers.map((rows) => JSON.stringify(rows)))).toEqual(new Set(['[[1]]']));
    expect(engine.runs).toBe(1);
  });

  it('answers with the new commit as soon as it is shown, also to who joins an old flight', async () => {
    const engine = new CountedEngine();
    const ports = server(engine);
    expect(await rowsOf(ports)).toEqual([[1]]);
    engine.commit = 2;
    expect(await rowsOf(ports)).toEqual([[2]]);
    const { promise, resolve: go } = Promise.withResolvers<void>();
    engine.hold = promise;
    engine.commit = 3;
    const early = rowsOf(ports);
    await wait(5);
    engine.commit = 4;
    const late = rowsOf(ports);
    go();
    expect([await early, await late]).toEqual([[[3]], [[4]]]);
  });

  it('asks an engine again that reads what is there when it runs, if a commit came in between: nothing is kept under a wrong name', async () => {
    const engine = new CountedEngine();
    engine.readsGivenState = false;
    const ports = server(engine);
    engine.hold = wait(20);
    const early = ask(ports, ASKER, COUNT);
    await wait(5);
    engine.commit = 2;
    const { kept } = await early;
    expect(kept.answer.rows).toEqual([[2]]);
    expect(kept.answer.commits).toEqual({ contracts: { '2025-08-11': 1, '2025-08-12': 2 } });
    expect(engine.runs).toBe(2);
  });

  it.each(['away', 'full', 'silent'] as const)('answers when the shared cache is %s', async (state) => {
    const engine = new CountedEngine();
    const shared = new SharedMemory();
    shared.state = state;
    const ports = server(engine, shared);
    expect(await rowsOf(ports)).toEqual([[1]]);
    expect(await rowsOf(ports)).toEqual([[1]]);
    expect(engine.runs).toBe(1);
  });

  it('takes over what a server was doing that died', async () => {
    const engine = new CountedEngine();
    const shared = new SharedMemory();
    const ports = server(engine, shared);
    const dead = {};
    const claim = shared.of(dead);
    const { key } = await ask(server(new CountedEngine()), ASKER, COUNT);
    await claim.claim(key!, 1);
    const asking = rowsOf(ports);
    await wait(50);
    expect(engine.runs).toBe(0);
    shared.owners.delete(key!);
    expect(await asking).toEqual([[1]]);
  });

  it('keeps what is large in the store, and only says so in the shared cache', async () => {
    const engine = new CountedEngine();
    const [shared, store] = [new SharedMemory(), new SharedMemory()];
    expect(await rowsOf(server(engine, shared, store, 10))).toEqual([[1]]);
    expect([...shared.kept.values()].map((bytes) => new TextDecoder().decode(bytes))).toEqual(['store']);
    const found = await ask(server(engine, shared, store, 10), ASKER, COUNT);
    expect([found.from, found.kept.answer.rows, engine.runs]).toEqual(['store', [[1]], 1]);
  });

  it('asks again for what was damaged where it is kept', async () => {
    const engine = new CountedEngine();
    const shared = new SharedMemory();
    const { key } = await ask(server(engine, shared), ASKER, COUNT);
    for (const damaged of ['{', '[]', 'null', '']) {
      shared.kept.set(key!, new TextEncoder().encode(damaged));
      expect(await rowsOf(server(engine, shared))).toEqual([[1]]);
    }
    expect(engine.runs).toBe(5);
  });

  it('keeps no failure, and no answer that depends on the clock', async () => {
    const engine = new CountedEngine();
    const ports = server(engine, new SharedMemory());
    engine.fails = new StoreUnavailable({ what: 'the engine is away' });
    await expect(rowsOf(ports)).rejects.toThrow('the engine is away');
    engine.fails = undefined;
    expect(await rowsOf(ports)).toEqual([[1]]);
    const unsteady = readQuestion('{"sql": "SELECT now(), count(*) FROM contracts"}');
    const asked = [await ask(ports, ASKER, unsteady), await ask(ports, ASKER, unsteady)];
    expect(asked.map(({ key, from }) => [key, from])).toEqual([
      [undefined, 'engine'],
      [undefined, 'engine'],
    ]);
    expect(engine.runs).toBe(4);
  });

  it('keeps an answer about a day that passed when another day is published', async () => {
    const engine = new CountedEngine();
    const sql = 'SELECT count(*) FROM (${portfolio at day}) AS night';
    const text = `-- How many?\n-- param day night; the night\n${sql}`;
    const mapping = {
      table: 'contracts',
      nights: 'snapshot',
      columns: {},
      states: { active: ['A'], arrears: [], ended: [] },
    } as never;
    const ports = { ...server(engine), mapping, queries: new Map([['one', readNamedQuery('one', text)]]) };
    const history = readQuestion('{"name": "one", "params": {"day": "2025-08-11"}}');
    await ask(ports, ASKER, history);
    engine.commit = 2;
    expect((await ask(ports, ASKER, history)).from).toBe('memory');
    expect(engine.runs).toBe(1);
  });

  it('lets a role without SQL of its own ask named queries only', async () => {
    const role = { ...WHOLE_LAKE, freeSql: false };
    await expect(ask(server(new CountedEngine()), { roleName: 'few', role }, COUNT)).rejects.toThrow(
      'no SQL of its own',
    );
  });
});
