import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkedInputs, spooledInput } from '../../cli/convert-inputs.ts';
import { requireWritable } from '../../cli/prepare-lake.ts';
import { outcomeOf, PROGRAM_PATH, runCommand } from '../support/run-command.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

let dir: string;
const layout = { files: ['f_{yyyyMMdd}.txt'], controlFile: undefined, day: { manifest: undefined } };

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'inputs-'));
  await mkdir(join(dir, 'raw/deep'), { recursive: true });
  await writeFile(join(dir, 'small.json'), smallLayout());
  for (const name of ['f_20250812.txt', 'deep/f_20250813.txt', 'other.txt', '.f_20250812.txt']) {
    await writeFile(join(dir, 'raw', name), smallFile(smallLine('A1', 1), smallLine('A2', 2)));
  }
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test('a folder gives the files that the layout reads, and a pattern those that fit', async () => {
  const raw = join(dir, 'raw');
  const both = [join(raw, 'deep/f_20250813.txt'), join(raw, 'f_20250812.txt')];
  expect(await checkedInputs([raw], undefined, layout)).toEqual(both);
  expect(await checkedInputs([`${raw}/**/f_*.txt`], undefined, layout)).toEqual(both);
  expect(await checkedInputs([join(raw, 'other.txt')], undefined, layout)).toEqual([join(raw, 'other.txt')]);
  const nothing = checkedInputs([join(raw, 'deep')], undefined, { ...layout, files: ['x_*.txt'] });
  await expect(nothing).rejects.toThrow(
    'this folder has no file that the layout reads. Its "files" are x_*.txt.',
  );
  await expect(checkedInputs([join(raw, 'no*')], undefined, layout)).rejects.toThrow('no such input file');
});

test('a place where no lake can be is told at once, and nothing is left behind', async () => {
  await writeFile(join(dir, 'file'), '');
  await symlink(join(dir, 'nowhere'), join(dir, 'dangling'));
  for (const out of [
    '/proc/x',
    '/dev/null',
    join(dir, 'file'),
    join(dir, 'file/below'),
    join(dir, 'dangling'),
  ]) {
    await expect(requireWritable(out)).rejects.toThrow(`${out}: the lake cannot be written here.`);
  }
  await requireWritable(join(dir, 'new/lake'));
  expect(existsSync(join(dir, 'new'))).toBe(false);
});

test('standard input is converted under the name that it is given, also as a dry run that writes nothing', async () => {
  const piped = async (...flags: string[]) => {
    const child = spawn(
      process.execPath,
      [PROGRAM_PATH, 'convert', '--layout', './small.json', '--input', '-', '--out', 'lake', ...flags],
      { env: { ...process.env, INIT_CWD: dir } },
    );
    child.stdin.end(smallFile(smallLine('A1', 1), smallLine('A2', 2)));
    return outcomeOf(child);
  };
  const dry = await piped('--stdin-name', 'f_20250812.txt', '--dry-run');
  expect([dry.code, dry.stdout]).toEqual([0, expect.stringMatching(/^would be loaded: f_20250812\.txt/)]);
  expect(dry.stdout).toMatch(/records of 20 bytes, in 1 range\n\nfirst rows of small:\nid .*\n─+ .*\nA1 /);
  expect(await readdir(dir)).not.toContain('lake');
  expect((await piped()).stderr).toMatch(/^--stdin-name is missing/);
  const loaded = await piped('--stdin-name', 'f_20250812.txt', '--json');
  expect(JSON.parse(loaded.stdout)).toMatchObject({ status: 'loaded', sourceKey: 'f_20250812.txt', rows: 2 });
  // Its name says which file it is, and not where it was kept.
  const ledger = await readdir(join(dir, 'lake/ledger'), { recursive: true, withFileTypes: true });
  const entry = ledger.find(({ name }) => name.startsWith('f_20250812'))!;
  expect(await readFile(join(entry.parentPath, entry.name), 'utf8')).toMatch(/"origin": ?"-"/);
  await expect(spooledInput('..')).rejects.toThrow("--stdin-name '..' is not the name of a file");
});

test('standard input that somebody stops waiting for leaves nothing in the temporary folder', async () => {
  const kept = join(dir, 'temporary');
  await mkdir(kept);
  const flags = [
    '--layout',
    './small.json',
    '--input',
    '-',
    '--stdin-name',
    'f_20250812.txt',
    '--out',
    'none',
  ];
  const child = spawn(process.execPath, [PROGRAM_PATH, 'convert', ...flags], {
    env: { ...process.env, INIT_CWD: dir, TMPDIR: kept },
  });
  child.stdin.write(smallFile(smallLine('A1', 1)));
  const inputs = async () =>
    (await readdir(kept)).filter((name) => name.startsWith('positional-lake-input-'));
  const paths = async () =>
    Promise.all((await inputs()).map(async (name) => (await readdir(join(kept, name))).length));
  await expect.poll(paths, { timeout: 20_000 }).toEqual([1]);
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  expect(await ended).toEqual([null, 'SIGINT']);
  expect(await inputs()).toEqual([]);
});

test('a dry run shows of each file its own rows', async () => {
  await writeFile(join(dir, 'f_20250814.txt'), smallFile(smallLine('B1', 1)));
  await writeFile(join(dir, 'strict.json'), smallLayout({ rejects: { maxPercent: 0 } }));
  await writeFile(join(dir, 'f_20250815.txt'), `${' '.repeat(20)}\n`);
  const files = ['raw/f_20250812.txt', 'f_20250814.txt', 'f_20250815.txt'];
  const flags = ['--layout', './strict.json', '--input', ...files];
  const dry = await runCommand('convert', [...flags, '--out', 'dry-lake', '--dry-run'], dir);
  expect(dry.code).toBe(3);
  expect(dry.stdout.split('would be loaded')[2]).toMatch(/\n─+ .*\nB1 .*\n\nDry run: nothing was written/);
  expect(dry.stderr).toMatch(
    /To see them, convert it without --dry-run, and then type "npx .* --lake \S+dry-lake /,
  );
});

test('an odd number of expected files is no name of a file, and more workers than cores are not started', async () => {
  const flags = ['--layout', './small.json', '--input', 'raw/f_20250812.txt', '--out', 'other-lake'];
  const odd = await runCommand('convert', [...flags, '--expected-files', '1.5'], dir);
  expect([odd.code, odd.stderr]).toEqual([2, expect.stringContaining("'1.5' is neither a whole number")]);
  const many = await runCommand('convert', [...flags, '--workers', '5000', '--json'], dir);
  expect([many.code, many.stderr]).toEqual([
    0,
    expect.stringMatching(/^--workers 5000: \d+ threads? will convert/),
  ]);
});
