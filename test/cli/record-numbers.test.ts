import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TestLake } from '../support/run-pipeline.ts';
import { smallLayout, smallLine } from '../support/small-contracts.ts';
import { typed } from '../support/typed-words.ts';

describe('rejects names the records of a fixed file by their number', () => {
  it.each([
    ['with line ends that the file proves', '\n', undefined],
    ['with CR LF', '\r\n', 'crlf'],
    ['without line ends', '', 'none'],
  ])('%s', async (_, end, terminator) => {
    await using lake = await TestLake.make('on disk');
    const record = { format: 'fixed', length: 20, ...(terminator && { terminator }) };
    const lines = ['1', 'X', '3', '4', 'Y'].map((cents, row) => `${smallLine(`A${row}`, cents)}${end}`);
    await lake.putRaw('f_20250812.txt', Buffer.from(lines.join('')));
    await lake.convert({ layout: smallLayout({ record }), sourceKey: 'f_20250812.txt' });
    const { stdout } = await typed('rejects', '--lake', join(lake.dir, 'lake'));
    const stride = 20 + end.length;
    expect(stdout.match(/^ {2}f_20250812\.txt, .*$/gm)).toEqual([
      `  f_20250812.txt, record 2, byte ${stride}, 20 bytes`,
      `  f_20250812.txt, record 5, byte ${4 * stride}, 20 bytes`,
    ]);
  });
});
