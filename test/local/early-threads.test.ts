import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { beginThreads, endEarlyThreads, takeEarlyThreads } from '../../local/early-threads.ts';

const OTHERS = Math.min(availableParallelism(), 3) - 1;

let dir: string;
let large: string;
let small: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'early-threads-'));
  [large, small] = [join(dir, 'large.txt'), join(dir, 'small.txt')];
  for (const path of [large, small]) writeFileSync(path, '');
  truncateSync(large, 20_000_000);
  truncateSync(small, 16_000_000);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));
afterEach(endEarlyThreads);

describe.runIf(OTHERS > 0)('threads that begin while their command is loaded', () => {
  it.each<[string, () => string[]]>([
    ['a large file', () => ['--layout', 'contracts', '--input', large, '--out', dir]],
    ['a large file beside small ones', () => ['--input', small, large]],
    ['a flag and its value in one word', () => [`--input=${large}`, '--workers=99']],
  ])('begin for %s, and answer once they know what they work on', async (_, words) => {
    beginThreads(words());
    const threads = takeEarlyThreads(OTHERS)!;
    threads.setUp({ lakeDir: dir });
    expect(await threads.run('checksums', { paths: [] })).toEqual([]);
    await threads.close();
  });

  it.each<[string, () => string[]]>([
    ['files that one core converts sooner', () => ['--input', small, small]],
    ['files that are not there', () => ['--input', join(dir, 'none'), 'a\0b', dir]],
    ['one worker', () => ['--workers', '1', '--input', large]],
    ['one worker, in one word', () => ['--workers=1', '--input', large]],
    ['a number of workers that is none', () => ['--workers', 'many', '--input', large]],
    ['a dry run', () => ['--input', large, '--dry-run']],
    ['help', () => ['--input', large, '--help']],
    ['ranges of another size', () => ['--input', large, '--range-size=1MB']],
  ])('do not begin for %s', (_, words) => {
    beginThreads(words());
    expect(takeEarlyThreads(OTHERS)).toBeUndefined();
  });

  it('are not taken by who needs another number of them, and end', async () => {
    beginThreads(['--input', large]);
    expect(takeEarlyThreads(OTHERS + 1)).toBeUndefined();
    await endEarlyThreads();
    expect(takeEarlyThreads(OTHERS)).toBeUndefined();
  });
});
