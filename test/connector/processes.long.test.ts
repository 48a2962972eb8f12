import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SeededRandom } from '../../generator/seeded-random.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/positional-lake.mjs', import.meta.url));
const DAY = 'year=2025/month=08/day=12';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'connector-processes-'));
  await mkdir(join(dir, 'in/20250812'), { recursive: true });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

function program(...words: string[]): ChildProcess & { said: () => string } {
  const child = spawn(process.execPath, [PROGRAM, ...words], { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  return Object.assign(child, { said: () => said });
}

async function done(...words: string[]): Promise<string> {
  const child = program(...words);
  const [code] = await once(child, 'close');
  expect([code, child.said()]).toEqual([0, expect.anything()]);
  return child.said();
}

async function writeConfig(given: object): Promise<void> {
  const config = {
    sources: [{ folder: 'in' }],
    files: [{ pattern: '{yyyyMMdd}/contratos_{yyyyMMdd}_*.txt', finished: { by: 'rename' } }],
    target: { folder: 'raw' },
    stateFolder: 'state',
    leaseSeconds: 3,
    ...given,
  };
  await writeFile(join(dir, 'c.json'), JSON.stringify(config));
}

it('files appear in a folder, and their day is published in the lake, with nothing else started', async () => {
  await done(
    'generate',
    '--records',
    '6000',
    '--files',
    '3',
    '--business-date',
    '2025-08-12',
    '--out',
    'made',
  );
  await writeConfig({
    files: [
      {
        ...{
          pattern: '{yyyyMMdd}/contratos_{yyyyMMdd}_*.txt',
          finished: { by: 'marker', name: '{name}.ok' },
        },
        ...{ layout: 'contracts', expected: 3, dayManifest: 'contratos_{yyyyMMdd}.ctl' },
      },
    ],
    target: { folder: 'raw', lake: 'lake' },
    service: { port: 0 },
  });
  const service = program('connect', '--config', 'c.json');
  for (const name of (await readdir(join(dir, 'made', DAY))).sort()) {
    await rename(join(dir, 'made', DAY, name), join(dir, 'in/20250812', name));
    await sleep(300);
    await writeFile(join(dir, 'in/20250812', `${name}.ok`), '');
  }
  while (!service.said().includes('day-complete') || service.said().split('converted').length < 4) {
    expect(service.exitCode).toBeNull();
    await sleep(200);
  }
  service.kill('SIGTERM');
  const [code] = await once(service, 'close');
  expect(code).toBe(0);
  const answer = await done(
    'query',
    '--lake',
    'lake',
    '--json',
    'SELECT count(*)::INTEGER AS rows FROM contracts',
  );
  expect(JSON.parse(answer)).toEqual({ rows: 6000 });
  const days = await done(
    'query',
    '--lake',
    'lake',
    '--json',
    'SELECT count(*)::INTEGER AS days FROM contracts_days',
  );
  expect(JSON.parse(days)).toEqual({ days: 1 });
  expect(
    await done(
      'connect',
      'journal',
      '--config',
      'c.json',
      '--json',
      "SELECT count(*)::INTEGER AS files FROM journal WHERE event = 'arrived'",
    ),
  ).toBe('{"files":3}\n');
});

it('a file arrives once and whole, however often its connectors are killed, and is never seen before', async () => {
  const bytes = Buffer.alloc(48 * 1024 * 1024);
  for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(Math.imul(at, 2_654_435_761) >>> 0, at);
  await writeFile(join(dir, 'in/20250812/contratos_20250812_001.txt'), bytes);
  await writeConfig({
    upload: { partMiB: 5, partsAtOnce: 1, limits: [{ from: '00:00', to: '23:59', megabytesPerSecond: 8 }] },
  });
  const key = join(dir, 'raw', DAY, 'contratos_20250812_001.txt');
  const random = new SeededRandom(1, 1);
  for (let kill = 0; kill < 6; kill++) {
    const child = program('connect', '--config', 'c.json', '--once');
    const closed = once(child, 'close');
    await sleep((kill === 0 ? 3_000 : 700) + random.below(2_000));
    child.kill('SIGKILL');
    await closed;
    if (existsSync(key)) expect((await readFile(key)).equals(bytes)).toBe(true);
  }
  // Two at once end what the others began.
  await Promise.all([
    done('connect', '--config', 'c.json', '--once'),
    done('connect', '--config', 'c.json', '--once'),
  ]);
  expect((await readFile(key)).equals(bytes)).toBe(true);
  const told = await done(
    'connect',
    'journal',
    '--config',
    'c.json',
    '--json',
    "SELECT event, count(*)::INTEGER AS n FROM journal WHERE event IN ('arrived', 'resumed', 'taken-over') GROUP BY ALL ORDER BY event",
  );
  const counts = Object.fromEntries(
    told
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .map(({ event, n }) => [event, n]),
  );
  expect(counts).toMatchObject({ arrived: 1, resumed: expect.any(Number), 'taken-over': expect.any(Number) });
  expect((await readdir(join(dir, 'raw/.connector'))).filter((name) => !name.endsWith('.turn'))).toEqual([]);
});
