import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copybookRecords, isLayoutText } from '../../cli/copybook-records.ts';
import { refuseKnownForms } from '../../cli/known-forms.ts';
import { openDataFile } from '../../cli/open-data-file.ts';
import { compileEncoding } from '../../shared/layout/compile/compile-encoding.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'forms-'));
  await mkdir(join(dir, 'folder'));
  await writeFile(join(dir, 'file'), 'x');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test.each([
  ['', /the file is empty/],
  ['fffe6e006100', /UTF-16LE.*iconv -f UTF-16LE/],
  ['feff006e0061', /UTF-16BE/],
  ['7f454c460201', /this is a program/],
  ['50415231', /a Parquet file/],
])('a file that begins with %s is said to be no records', (hex, message) => {
  expect(() => refuseKnownForms(Buffer.from(hex, 'hex'), 'f')).toThrow(message);
  expect(() => refuseKnownForms(Buffer.from('0001 ABC'), 'f')).not.toThrow();
});

test('a broken layout is not read as a copybook, and a folder is not said to be missing', async () => {
  for (const text of ['{ "name"', '[{', '// ours\n{', '\uFEFF{}']) expect(isLayoutText(text)).toBe(true);
  expect(isLayoutText('       01 RECORD.')).toBe(false);
  expect(() => copybookRecords('{ "name": ', 'f', {})).toThrow('this is a layout, or JSON, and no copybook');
  await expect(openDataFile(join(dir, 'folder'))).rejects.toThrow('this is a folder');
  await expect(openDataFile(join(dir, 'nope'))).rejects.toThrow('there is no such file');
});

test('the name of a family of code pages is answered by what it may mean', () => {
  const said = (name: string) => {
    const problems: string[] = [];
    compileEncoding(name, 'encoding', problems);
    return problems.join();
  };
  expect(said('ebcdic')).toContain('cp037');
  expect(said('ANSI')).toContain('windows-1252');
  expect(said('utf-16')).toContain('utf-16be');
  expect(said('cp0037x')).toContain("the nearest valid one is 'cp037'");
  expect(said('latin1')).toBe('');
});
