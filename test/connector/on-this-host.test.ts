import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../connector/decide/journal-entry.ts';
import { noFigures } from '../../connector/work/figures.ts';
import { createFolderSource } from '../../local/connector/folder-source.ts';
import { metricsText, serveHealth } from '../../local/connector/health-server.ts';
import { createKeptMemory } from '../../local/connector/kept-memory.ts';
import { createLocalJournal } from '../../local/connector/local-journal.ts';
import { describeTransferSource, readRange } from '../support/transfer-source-contract.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'connector-host-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describeTransferSource('a mounted folder', {
  folder: () => join(dir, 'contract'),
  open: async () => createFolderSource(join(dir, 'contract')),
});

describe('a mounted folder', () => {
  const at = (name: string) => join(dir, 'in', name);
  const read = async (path: string, pin: string, range: readonly [number, number] = [0, 5]) =>
    String(await readRange(createFolderSource(join(dir, 'in')), path, range, pin));

  beforeAll(async () => {
    await mkdir(at('20250812'), { recursive: true });
  });

  it('lists files below it, and no links, which may lead anywhere', async () => {
    await writeFile(at('20250812/a.txt'), 'hello');
    await symlink('/etc/passwd', at('20250812/link'));
    await symlink('/etc', at('folder'));
    const source = createFolderSource(join(dir, 'in'));
    const listed = await Array.fromAsync(source.list());
    expect(listed.map(({ path }) => path)).toEqual(['20250812/a.txt']);
    expect(await source.look('20250812/a.txt')).toEqual(listed[0]);
    expect(await source.look('none')).toBeUndefined();
    await expect(Array.fromAsync(createFolderSource(join(dir, 'gone')).list())).rejects.toMatchObject({
      name: 'StoreUnavailable',
    });
  });

  it.each<[string, (path: string) => Promise<unknown>]>([
    ['grew', (path) => appendFile(path, 'x')],
    ['was cut', (path) => truncate(path, 4)],
    [
      'was written to in place, with its old time',
      async (path) => {
        await writeFile(path, 'HELLO');
        await utimes(path, 1_000, 1_000);
      },
    ],
    [
      'was replaced by one of the same size and time',
      async (path) => {
        await writeFile(`${path}.new`, 'HELLO');
        await utimes(`${path}.new`, 1_000, 1_000);
        await rename(`${path}.new`, path);
      },
    ],
    ['is gone', (path) => rm(path)],
  ])('gives nothing of a file that %s', async (_, change) => {
    const path = at('changing.txt');
    await writeFile(path, 'hello');
    await utimes(path, 1_000, 1_000);
    const source = createFolderSource(join(dir, 'in'));
    const { pin } = (await source.look('changing.txt'))!;
    expect(await read('changing.txt', pin)).toBe('hello');
    await change(path);
    await expect(read('changing.txt', pin)).rejects.toMatchObject({
      name: expect.stringMatching(/SourceChanged|ObjectNotFound/),
    });
    expect(await source.remove('changing.txt', pin)).toBe(false);
  });

  it('removes exactly the file that arrived, and leaves nothing aside', async () => {
    const source = createFolderSource(join(dir, 'in'));
    await writeFile(at('old.txt'), 'old');
    const { pin } = (await source.look('old.txt'))!;
    expect(await source.remove('old.txt', pin)).toBe(true);
    expect(
      (await readdir(join(dir, 'in'))).filter((name) => name.startsWith('.') || name === 'old.txt'),
    ).toEqual([]);
  });
});

const entry = (sequence: number, given: Partial<JournalEntry> = {}): JournalEntry => ({
  ...{ at: '2025-08-12T02:00:00.000Z', connector: 'c', owner: 'p1', sequence, event: 'seen' },
  ...given,
});

describe('the journal of a host', () => {
  it('hands over each line once, also what another process left', async () => {
    const folder = join(dir, 'journal');
    const first = createLocalJournal(folder);
    await first.append(entry(1, { path: 'ção' }));
    await first.append(entry(2));
    const [lines] = await first.unshipped();
    expect(lines).toMatchObject({ owner: 'p1', date: '2025-08-12', firstSequence: 1, lineCount: 2 });
    await first.shipped({ ...lines!, lineCount: 1 });
    await first.append(entry(3, { at: '2025-08-13T00:00:00.000Z' }));
    const later = createLocalJournal(folder);
    await later.append(entry(1, { owner: 'p2' }));
    const left = (await later.unshipped()).map(({ owner, date, firstSequence, lineCount }) => [
      owner,
      date,
      firstSequence,
      lineCount,
    ]);
    expect(left).toEqual([
      ['p1', '2025-08-12', 2, 1],
      ['p2', '2025-08-12', 1, 1],
      ['p1', '2025-08-13', 3, 1],
    ]);
    for (const one of await later.unshipped()) await later.shipped(one);
    expect(await later.unshipped()).toEqual([]);
  });

  it('takes a line that a loss of power cut off for none', async () => {
    const folder = join(dir, 'torn');
    const journal = createLocalJournal(folder);
    await journal.append(entry(1));
    const [name = ''] = await readdir(folder);
    await appendFile(join(folder, name), '{"at":"2025-');
    expect(await journal.unshipped()).toMatchObject([{ lineCount: 1 }]);
  });
});

describe('what one run leaves to the next', () => {
  it('are its looks, as long as the host does not start anew', async () => {
    const memory = createKeptMemory(join(dir, 'memory'));
    expect(await memory.load()).toEqual([]);
    const look = { pin: 'p', version: 'v', sizeBytes: 1, modifiedMs: 1, count: 2, firstMs: 0, lastMs: 9 };
    await memory.save([{ source: 's', path: 'a', look }]);
    expect(await memory.load()).toEqual([{ source: 's', path: 'a', look }]);
    const path = join(dir, 'memory/looks.json');
    await writeFile(path, (await readFile(path, 'utf8')).replace(/"boot":"[^"]*"/, '"boot":"another"'));
    expect(await memory.load()).toEqual([]);
    await writeFile(path, '{');
    expect(await memory.load()).toEqual([]);
  });
});

describe('health and metrics', () => {
  it('are served on the loopback interface, and turn bad when rounds no longer end', async () => {
    const figures = { ...noFigures(), filesArrived: 3, lastRoundSeconds: 1_000 };
    let nowMs = 1_010_000;
    let isBusy = false;
    const server = await serveHealth(0, figures, {
      scanSeconds: 10,
      now: () => new Date(nowMs),
      isBusy: () => isBusy,
    });
    const get = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);
    expect((await get('/health')).status).toBe(200);
    nowMs += 300_000;
    expect((await get('/health')).status).toBe(503);
    isBusy = true;
    expect((await get('/health')).status).toBe(200);
    const text = await (await get('/metrics')).text();
    expect(text).toBe(metricsText(figures));
    expect(text).toContain(
      '# TYPE positional_lake_connector_files_arrived_total counter\npositional_lake_connector_files_arrived_total 3\n',
    );
    // Every line is a comment or `name value`: https://prometheus.io/docs/instrumenting/exposition_formats/
    for (const line of text.trimEnd().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+ [\d.]+)$/);
    expect((await get('/else')).status).toBe(404);
    const again = serveHealth(server.port, figures, {
      scanSeconds: 10,
      now: () => new Date(nowMs),
      isBusy: () => false,
    });
    await expect(again).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining(`service.port ${server.port}: this port is taken.`),
    });
    await server.close();
  });
});
