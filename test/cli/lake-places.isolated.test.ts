import { mkdtempSync, realpathSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';
import type { typed } from '../support/typed-words.ts';

/** What each command with `--lake` is typed with besides. */
const COMMANDS = {
  query: ['SELECT 1'],
  'query --check': ['SELECT 1'],
  'query --as-of 2025-08-12/1': ['SELECT 1'],
  serve: ['--port', '0'],
  dashboard: ['--out', 'boards'],
  status: [],
  history: [],
  rejects: [],
  report: ['--out', 'n.html'],
  publish: [],
  rollback: ['--business-date', '2025-08-12'],
  clean: [],
  verify: [],
  repair: [],
};

/** What `--lake` may name, and what is said of it. */
const PLACES: Record<string, RegExp> = {
  missing:
    /^DIR\/missing: there is no such lake: this folder is not there\. .* There is a lake in DIR\/lake\.$/,
  empty: /^DIR\/empty: this folder is no lake\. It is empty\. Give the folder .*convert" makes one\.$/,
  'data.txt': /^DIR\/data\.txt: this is a file, and no lake\. Give the folder that was given to convert/,
  inputs:
    /^DIR\/inputs: this folder is no lake\. It holds other things, and there is no .*ledger\/ in it\. Give/,
  'lake/processed':
    /^DIR\/lake\/processed: this folder is no lake\. .*It is a folder of the lake DIR\/lake: give that\.$/,
  '.': /^DIR: this folder is no lake\. .*Give the folder .* There is a lake in DIR\/lake\.$/,
};

const home = process.cwd();
let dir: string;
let type: typeof typed;
beforeAll(async () => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'lake-places-')));
  for (const folder of ['empty', 'inputs']) await mkdir(join(dir, folder));
  await writeFile(join(dir, 'small.json'), smallLayout());
  for (const name of ['data.txt', 'inputs/f_20250812.txt'])
    await writeFile(join(dir, name), smallFile(smallLine('A1', 1), smallLine('A2', 2, 'B')));
  process.chdir(dir);
  ({ typed: type } = await import('../support/typed-words.ts'));
  expect(await convert('lake')).toMatchObject({ code: 0 });
});
afterAll(async () => {
  process.chdir(home);
  await rm(dir, { recursive: true, force: true });
});

function convert(out: string, ...more: string[]) {
  const input = ['--input', join(dir, 'inputs/f_20250812.txt')];
  return type('convert', '--layout', './small.json', ...input, '--out', out, '--no-sync', ...more);
}

describe.each(Object.entries(COMMANDS))('%s', (command, words) => {
  it.each(Object.entries(PLACES))('says what is wrong with --lake %s', async (place, told) => {
    const { code, stdout, stderr } = await type(...command.split(' '), '--lake', place, ...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const said = stderr.trimEnd().replaceAll(dir, 'DIR');
    expect(said).toMatch(told);
    expect(said).not.toContain('\n');
  });
});

describe('a lake begins', () => {
  it('in no folder of other things: nothing is written there', async () => {
    const before = await readdir(join(dir, 'inputs'));
    const { code, stderr } = await convert('inputs');
    expect(code).toBe(2);
    expect(stderr.replaceAll(dir, 'DIR')).toBe(
      'DIR/inputs: this folder holds other things, and no lake. A lake would begin beside f_20250812.txt. Give a folder of its own, which is made if it is not there. If it is meant, add --any-folder.\n',
    );
    expect(await readdir(join(dir, 'inputs'))).toEqual(before);
  });

  it('there if that is meant, and goes on there without a word', async () => {
    await mkdir(join(dir, 'mixed'));
    await writeFile(join(dir, 'mixed/notes.txt'), 'mine');
    expect(await convert('mixed', '--any-folder')).toMatchObject({ code: 0 });
    expect(await convert('mixed')).toMatchObject({ code: 0 });
  });

  it('in a folder that is empty but for hidden files and what a file system makes', async () => {
    await mkdir(join(dir, 'disk/lost+found'), { recursive: true });
    await writeFile(join(dir, 'disk/.gitkeep'), '');
    expect(await convert('disk')).toMatchObject({ code: 0 });
  });

  it('again where a first conversion was killed', async () => {
    await mkdir(join(dir, 'killed/runs'), { recursive: true });
    await writeFile(join(dir, 'killed/other.txt'), '');
    expect(await convert('killed')).toMatchObject({ code: 0 });
  });
});

describe('a file that went away or shrank after the command had begun ends with 1, whatever step misses it first', () => {
  it.each([
    ['each on its own', 2],
    ['in a lot', 5],
  ])('%s', async (_how, count) => {
    const raw = join(dir, `raw-${count}`);
    await mkdir(raw);
    const { convertNight } = await import('../../local/convert-night.ts');
    const { codeOf } = await import('../../cli/convert-summary.ts');
    const inputs = Array.from({ length: count }, (_, file) => join(raw, `f${file}_20250812.txt`));
    for (const [file, path] of inputs.entries())
      await writeFile(path, smallFile(smallLine(`${file}a`, 1), smallLine(`${file}b`, 2)));
    const night = convertNight({
      inputs,
      ...{ lakeDir: join(dir, `night-${count}`), expectedFiles: undefined, sync: false, workerCount: 1 },
      request: { layout: join(dir, 'small.json') } as never,
    });
    await rm(inputs.at(-1)!);
    const summaries = await Array.fromAsync(night);
    expect(summaries.map(codeOf)).toEqual([...Array(count - 1).fill(0), 1]);
    expect(summaries.at(-1)!.reason).toMatch(/there is no such input file|went away while it was read/);
  });

  it.each([
    ['went away', /went away while it was read.*Bring it back and run the same command again/],
    ['shrank', /changed while it was read/],
  ])('%s while it was read', async (how, told) => {
    const { createFileObjectStore } = await import('../../local/adapters/file-object-store.ts');
    const path = join(dir, 'read.txt');
    await writeFile(path, 'x'.repeat(100));
    const store = createFileObjectStore({ rootDir: dir, isSource: true });
    const { pin } = (await store.head('read.txt'))!;
    await (how === 'shrank' ? writeFile(path, 'x') : rm(path));
    const range = { startByte: 0, endByte: 100 };
    const error = { name: 'SourceChanged', message: expect.stringMatching(told) };
    await expect(store.readRange('read.txt', range, { pin })).rejects.toMatchObject(error);
    await expect(Array.fromAsync(store.streamRange('read.txt', range, { pin }))).rejects.toMatchObject(error);
  });
});

describe('a query only reads', () => {
  it.each([
    ...['DROP TABLE small', 'DROP VIEW small', 'DROP TABLE ledger', 'drop table if exists main."small_days"'],
    ...[
      'INSERT INTO small SELECT * FROM small',
      'DELETE FROM ledger',
      'UPDATE small SET id = 1',
      'TRUNCATE small',
    ],
    ...[
      'ALTER TABLE small ADD COLUMN z INT',
      'ALTER VIEW small RENAME TO other',
      'BEGIN; DELETE FROM ledger; COMMIT',
    ],
    ...[
      'MERGE INTO ledger USING (SELECT 1) x ON true WHEN MATCHED THEN DELETE',
      'WITH x AS (SELECT 1) DELETE FROM ledger',
    ],
    ...['CREATE TABLE x AS SELECT 1', 'CREATE OR REPLACE VIEW small AS SELECT 1', 'CREATE SCHEMA z'],
  ])('%s', async (sql) => {
    const { code, stdout, stderr } = await type('query', '--lake', 'lake', sql);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^a query only reads\. Rows come into a lake by convert.*CREATE TEMP TABLE.*\n$/);
  });

  it('and may keep answers for the statements after it', async () => {
    const sql =
      'CREATE TEMP TABLE t AS SELECT count(*) AS n FROM small; INSERT INTO t VALUES (7); DELETE FROM t WHERE n = 2; SELECT n FROM t; DROP TABLE t';
    expect(await type('query', '--lake', 'lake', '--csv', sql)).toEqual({
      code: 0,
      stdout: 'n\n7\n',
      stderr: '',
    });
    const macro = 'CREATE MACRO twice(x) AS 2 * x; SELECT twice(4) AS n';
    expect(await type('query', '--lake', 'lake', '--csv', macro)).toMatchObject({
      code: 0,
      stdout: 'n\n8\n',
    });
  });
});

describe('a file that is loaded under another key', () => {
  it('is told apart from one that only has the same bytes', async () => {
    const at = ['--layout', './small.json', '--out', 'lake', '--no-sync', '--input'];
    const moved = await type('convert', ...at, 'inputs/f_20250812.txt', '--raw-root', '.');
    expect(moved).toMatchObject({ code: 3 });
    expect(moved.stderr).toContain(
      'it has the same bytes as f_20250812.txt of 2025-08-12. The lake knows it by that key, and this one comes as inputs/f_20250812.txt: a key is the path below --raw-root, or without it the name of the file. Nothing was published. If it is the same file, it is loaded, and nothing needs to be done; to convert it under its key again, leave --raw-root out. If both are meant, convert this one with --force',
    );
    await writeFile(join(dir, 'g_20250812.txt'), smallFile(smallLine('A1', 1), smallLine('A2', 2, 'B')));
    const copied = await type('convert', ...at, 'g_20250812.txt');
    expect(copied.stderr).toMatch(
      /same bytes as f_20250812\.txt .*Nothing was published\. If both are meant.*otherwise ask for the right file\./,
    );
  });
});
