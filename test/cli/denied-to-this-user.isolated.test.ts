import type * as Fs from 'node:fs/promises';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { checkedInputs } from '../../cli/convert-inputs.ts';
import { lakePorts } from '../../cli/lake-arguments.ts';
import { readText } from '../../cli/layout-file.ts';
import { createFileLayoutSource } from '../../local/adapters/file-layout-source.ts';
import { openLake } from '../../local/lake/lake-sql.ts';

/** Tests may run as root, to whom nothing is denied: what is below a folder of this name counts as closed. */
const CLOSED = /[/]closed([/]|$)/;
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof Fs>();
  const denied =
    <A extends unknown[], R>(call: (path: string, ...rest: A) => Promise<R>) =>
    async (path: string, ...rest: A): Promise<R> => {
      if (CLOSED.test(path)) throw Object.assign(new Error(`EACCES: ${path}`), { code: 'EACCES' });
      return call(path, ...rest);
    };
  const [stat, readdir, readFile] = [fs.stat, fs.readdir, fs.readFile].map((call) => denied(call as never));
  return { ...fs, stat, readdir, readFile };
});

const dir = await mkdtemp(join(tmpdir(), 'denied-'));
afterAll(() => rm(dir, { recursive: true, force: true }));
const closed = join(dir, 'closed');
beforeEach(async () => {
  await mkdir(join(closed, 'ledger/small'), { recursive: true });
  await writeFile(join(closed, 'small.json'), '{}');
});

it.each<[string, string, () => Promise<unknown>]>([
  ['a lake, to a query', 'ObjectNotFound', () => openLake({ lakeDir: closed })],
  ['a lake, to other commands', 'UsageError', () => lakePorts(closed)],
  [
    'an input',
    'UsageError',
    () =>
      checkedInputs([join(closed, 'f.txt')], undefined, {
        files: [],
        controlFile: undefined,
        day: { manifest: undefined },
      }),
  ],
  ['a layout', 'UsageError', () => createFileLayoutSource().load(join(closed, 'small.json'))],
  [
    'a copybook',
    'UsageError',
    () => createFileLayoutSource().loadBeside(join(dir, 'a.json'), 'closed/a.cpy'),
  ],
  ['a text', 'UsageError', () => readText(join(closed, 'small.json'))],
])('%s that is closed to this user is not said to be missing, and ends nothing with a bare error', async (_, name, read) => {
  await expect(read()).rejects.toMatchObject({
    name,
    where: expect.stringContaining(closed),
    message: expect.stringContaining('Permission was denied. Give this user read permission'),
  });
});
