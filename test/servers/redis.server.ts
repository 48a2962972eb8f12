import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from '@redis/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Doorkeeper } from '../../local/serve/doorkeeper.ts';
import { askServer } from '../../local/serve/http-server.ts';
import { AnswerCache } from '../../shared/ask/answer-cache.ts';
import { Tickets } from '../../shared/ask/tickets.ts';
import { RedisCache } from '../../shared/redis/redis-cache.ts';
import { endServer, freePort } from '../../tools/servers/child-server.ts';
import { CountedEngine } from '../support/counted-engine.ts';

const CLIENTS = 1_000;
const QUESTION = JSON.stringify({ sql: 'SELECT count(*) FROM contracts' });
const clock = { now: () => new Date() };

let folder: string;
let redisPort: number;
let redis: ChildProcess;
const closing: (() => void)[] = [];

async function startRedis(...settings: string[]): Promise<void> {
  const words = [
    '--port',
    String(redisPort),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--dir',
    folder,
    ...settings,
  ];
  redis = spawn('redis-server', words, { stdio: 'ignore' });
  for (;;) {
    const reached = createConnection(redisPort, '127.0.0.1');
    const isThere = await Promise.race([
      once(reached, 'connect').then(() => true),
      once(reached, 'error').then(() => false),
    ]).catch(() => false);
    reached.destroy();
    if (isThere) return;
    await wait(20);
  }
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'positional-lake-redis-'));
  redisPort = await freePort();
});
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await endServer(redis, 2_000);
  await rm(folder, { recursive: true, force: true });
});

/** A server of its own process in everything but the engine: its own cache, its own connection to Redis. */
async function startServer(
  engine: CountedEngine,
  { port = redisPort, patienceMs }: { port?: number; patienceMs?: number } = {},
): Promise<number> {
  const shared = new RedisCache({ url: `redis://127.0.0.1:${port}`, prefix: 'test' });
  shared.start();
  const cache = new AnswerCache({ clock, wait, memoryBytes: 1e6, shared, ...(patienceMs && { patienceMs }) });
  const ports = {
    engine,
    cache,
    queries: new Map(),
    mapping: undefined,
    clock,
    tickets: new Tickets(undefined),
    patienceMs: 60_000,
  };
  const door = new Doorkeeper({ token: undefined, roles: undefined, roleOfToken: undefined });
  const server = askServer({ ports, door, onDefect: (error) => expect.fail(String(error)) });
  server.listen(0, '127.0.0.1', 2_048);
  await once(server, 'listening');
  closing.push(() => {
    server.close();
    server.closeAllConnections();
    shared.close();
  });
  for (let tries = 0; tries < 100; tries++) {
    if (
      await shared.get('ready').then(
        () => true,
        () => false,
      )
    )
      break;
    await wait(20);
  }
  return (server.address() as AddressInfo).port;
}

/** One that waits for Redis, however busy the machine is: else it would ask the engine itself. */
const patient = (engine: CountedEngine) => startServer(engine, { patienceMs: 60_000 });

const agent = new Agent({ keepAlive: true, maxSockets: 2_000 });

async function ask(port: number): Promise<{ rows: unknown; from: unknown; ms: number }> {
  const begin = performance.now();
  const sent = request({
    agent,
    host: '127.0.0.1',
    port,
    method: 'POST',
    path: '/query',
    headers: { 'content-type': 'application/json' },
  });
  sent.end(QUESTION);
  const [response] = await once(sent, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const { rows, message } = JSON.parse(Buffer.concat(chunks).toString());
  return { rows: rows ?? message, from: response.headers['x-answer-from'], ms: performance.now() - begin };
}

function counted(answers: { rows: unknown }[]): Record<string, number> {
  return Object.fromEntries(
    Object.entries(Object.groupBy(answers, ({ rows }) => JSON.stringify(rows))).map(([rows, of]) => [
      rows,
      of?.length ?? 0,
    ]),
  );
}

describe('the query service with a real Redis', () => {
  it(`${CLIENTS} clients of three servers ask the same at once: one execution, one answer`, async () => {
    await startRedis();
    const engine = new CountedEngine();
    const servers = [await patient(engine), await patient(engine), await patient(engine)];
    engine.hold = wait(300);
    const answers = await Promise.all(
      Array.from({ length: CLIENTS }, (_, index) => ask(servers[index % 3]!)),
    );
    expect(counted(answers)).toEqual({ '[[1]]': CLIENTS });
    expect(engine.runs).toBe(1);
    const origins = Object.groupBy(answers, ({ from }) => String(from));
    console.log(
      Object.entries(origins)
        .map(([from, of]) => `${of?.length} from ${from}`)
        .join(', '),
    );
  });

  it('a publication in between changes the answer at once, on every server', async () => {
    await startRedis();
    const engine = new CountedEngine();
    const servers = [await patient(engine), await patient(engine)];
    for (let commit = 1; commit <= 20; commit++) {
      engine.commit = commit;
      const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => ask(servers[index % 2]!)));
      expect(counted(answers)).toEqual({ [`[[${commit}]]`]: 40 });
    }
    expect(engine.runs).toBe(20);
  });

  it('Redis is killed in the middle and comes back: answers go on', async () => {
    await startRedis();
    const engine = new CountedEngine();
    const servers = [await startServer(engine), await startServer(engine)];
    const answers: { rows: unknown }[] = [];
    for (let round = 0; round < 60; round++) {
      engine.commit = round;
      if (round === 20) redis.kill('SIGKILL');
      if (round === 40) await startRedis();
      const some = await Promise.all(servers.map((port) => ask(port)));
      expect(some.map(({ rows }) => rows)).toEqual([[[round]], [[round]]]);
      answers.push(...some);
      await wait(20);
    }
    expect(answers).toHaveLength(120);
  });

  it('Redis is full: answers go on', async () => {
    await startRedis('--maxmemory', '1mb', '--maxmemory-policy', 'noeviction');
    const client = await createClient({ url: `redis://127.0.0.1:${redisPort}` }).connect();
    const filling = async () => {
      for (let index = 0; index < 1_000; index++) await client.set(`fill:${index}`, 'x'.repeat(10_000));
    };
    await expect(filling()).rejects.toThrow('OOM');
    client.destroy();
    const engine = new CountedEngine();
    const port = await startServer(engine);
    expect(counted(await Promise.all(Array.from({ length: 200 }, () => ask(port))))).toEqual({
      '[[1]]': 200,
    });
    expect(engine.runs).toBe(1);
  });

  it('Redis takes the connection and never answers: answers go on', async () => {
    await startRedis();
    const silent: Server = createServer((socket) => void socket.on('error', () => undefined)).listen(
      0,
      '127.0.0.1',
    );
    await once(silent, 'listening');
    closing.push(() => void silent.close());
    const engine = new CountedEngine();
    const port = await startServer(engine, { port: (silent.address() as AddressInfo).port });
    expect(counted(await Promise.all(Array.from({ length: 200 }, () => ask(port))))).toEqual({
      '[[1]]': 200,
    });
    expect(engine.runs).toBe(1);
  });

  it('Redis is stopped in its tracks (slow): answers go on', async () => {
    await startRedis();
    const engine = new CountedEngine();
    const port = await startServer(engine);
    redis.kill('SIGSTOP');
    const answers = await Promise.all(Array.from({ length: 200 }, () => ask(port)));
    redis.kill('SIGCONT');
    expect(counted(answers)).toEqual({ '[[1]]': 200 });
    expect(engine.runs).toBe(1);
  });

  it('says how long an answer takes that is kept (a figure, not a test)', async () => {
    await startRedis();
    const port = await startServer(new CountedEngine());
    await ask(port);
    const times: number[] = [];
    const client = async () => {
      for (let index = 0; index < 500; index++) times.push((await ask(port)).ms);
    };
    const begin = performance.now();
    await Promise.all(Array.from({ length: 8 }, client));
    const seconds = (performance.now() - begin) / 1_000;
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.floor(times.length * share)]!.toFixed(2);
    console.log(
      `${times.length} hits by 8 clients: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, ${(times.length / seconds).toFixed(0)} a second`,
    );
    expect(times).toHaveLength(4_000);
  });

  it('lets a user of the module in by a name and a password that are asked for at each connection, to the keys of its stage', async () => {
    await startRedis();
    const module = await readFile(
      new URL('../../resources/optional/query-cache.yml', import.meta.url),
      'utf8',
    );
    const rights = /AccessString: '([^']+)'/.exec(module)?.[1]?.replaceAll('${sls:stage}', 'dev') ?? '';
    const admin = createClient({ url: `redis://127.0.0.1:${redisPort}` });
    await admin.connect();
    closing.push(() => admin.destroy());
    await admin.aclSetUser('positional-lake-dev', [...rights.split(' '), '>first']);
    let password = 'first';
    const cacheOf = async (prefix: string) => {
      const credentials = async () => ({ username: 'positional-lake-dev', password });
      const cache = new RedisCache({ url: `redis://127.0.0.1:${redisPort}`, prefix, credentials });
      cache.start();
      closing.push(() => cache.close());
      for (let tries = 0; tries < 100; tries++) {
        const said = await cache.get('ready').then(
          () => '',
          (error: Error) => error.message,
        );
        if (!said.includes('not connected')) break;
        await wait(20);
      }
      return cache;
    };
    const cache = await cacheOf('positional-lake-dev');
    expect(await cache.claim('key', 60_000)).toBe(true);
    expect(await cache.claim('key', 60_000)).toBe(true);
    await cache.put('key', new Uint8Array([1, 2]), 60_000);
    expect([...(await cache.get('key'))!]).toEqual([1, 2]);
    await cache.release('key');
    await expect((await cacheOf('positional-lake-prod')).get('key')).rejects.toThrow(/NOPERM/);
    // A token that has expired is another one at the next connection.
    await admin.aclSetUser('positional-lake-dev', ['resetpass', '>second']);
    password = 'second';
    await admin.sendCommand(['CLIENT', 'KILL', 'USER', 'positional-lake-dev']);
    await expect
      .poll(
        () =>
          cache.get('key').then(
            (bytes) => bytes && [...bytes],
            () => undefined,
          ),
        { timeout: 20_000 },
      )
      .toEqual([1, 2]);
  });
});
