import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openLake } from '../../local/lake/lake-sql.ts';
import { runCommand } from '../support/run-command.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

let dir: string;
let umask: number;
beforeAll(() => {
  umask = process.umask(0o022);
});
afterAll(() => void process.umask(umask));
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'modes-'));
  await writeFile(join(dir, 'small.json'), smallLayout());
  await writeFile(join(dir, 'f_20250812.txt'), smallFile(smallLine('A1', 1), smallLine('A2', 'X')));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const run = (command: string, ...flags: string[]) => runCommand(command, flags, dir);
const convert = (...flags: string[]) =>
  run('convert', ...['--layout', './small.json', '--out', 'lake', '--workers', '1'], ...flags);

/** The modes of whatever is in the lake: files and folders. */
async function modes(): Promise<{ files: string[]; folders: string[] }> {
  const found = { files: new Set<string>(), folders: new Set<string>() };
  const lake = join(dir, 'lake');
  for (const entry of await readdir(lake, { recursive: true, withFileTypes: true })) {
    const { mode } = await stat(join(entry.parentPath, entry.name));
    found[entry.isFile() ? 'files' : 'folders'].add((mode & 0o777).toString(8));
  }
  found.folders.add(((await stat(lake)).mode & 0o777).toString(8));
  return { files: [...found.files], folders: [...found.folders] };
}

describe('the modes of a lake', () => {
  it('let nobody else read it, after every command that writes', async () => {
    const only = { files: ['600'], folders: ['700'] };
    expect((await convert('--input', 'f_20250812.txt', '--expected-files', '2')).code).toBe(0);
    expect(await modes()).toEqual(only);
    await run('publish', '--lake', 'lake', '--partial', '--reason', 'late');
    await run('rejects', '--lake', 'lake', '--export', 'fix.txt');
    expect(((await stat(join(dir, 'fix.txt'))).mode & 0o777).toString(8)).toBe('600');
    await writeFile(join(dir, 'f_20250812.txt'), smallFile(smallLine('A1', 5)));
    await convert('--input', 'f_20250812.txt', '--expected-files', '1', '--no-sync');
    const day = ['--business-date', '2025-08-12'];
    expect((await run('rollback', '--lake', 'lake', ...day, '--reason', 'wrong')).code).toBe(0);
    await run('clean', '--lake', 'lake', '--older-than', '0');
    expect(await modes()).toEqual(only);
  });

  it('are those of the umask in a shared lake, for every later command too', async () => {
    const shared = { files: ['644'], folders: ['755'] };
    await convert('--input', 'f_20250812.txt', '--shared-files', '--expected-files', '2');
    expect(await modes()).toEqual(shared);
    await run('publish', '--lake', 'lake', '--partial', '--reason', 'late');
    const { stderr } = await run('clean', '--lake', 'lake', '--older-than', '0');
    expect(stderr).not.toContain('other users');
    expect(await modes()).toEqual(shared);
  });

  it('of a lake of an earlier version are closed above its files, and the command says so', async () => {
    await mkdir(join(dir, 'lake', 'ledger'), { recursive: true });
    await mkdir(join(dir, 'lake', 'processed'));
    await chmod(join(dir, 'lake', 'processed'), 0o700);
    const { stderr } = await convert('--input', 'f_20250812.txt');
    expect(stderr).toContain('other users could read ledger; only this user can now');
    expect((await stat(join(dir, 'lake', 'ledger'))).mode & 0o777).toBe(0o700);
    // The folder itself is not ours: somebody made it for the lake, or works in it.
    expect((await stat(join(dir, 'lake'))).mode & 0o777).toBe(0o755);
    const again = await convert('--input', 'f_20250812.txt');
    expect(again.stderr).not.toContain('other users');
  });

  it('are private where a query spills its rows, and nothing is left there', async () => {
    await convert('--input', 'f_20250812.txt');
    const lake = await openLake({ lakeDir: join(dir, 'lake') });
    const { rows } = await lake.query("SELECT current_setting('temp_directory')");
    const folder = String(rows[0]?.[0]);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    lake.close();
    await expect(stat(folder)).rejects.toThrow('ENOENT');
  });
});
