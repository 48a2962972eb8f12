import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { plainLayoutText } from '../../shared/layout/layout-json.ts';
import { runCommand } from '../support/run-command.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lint-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const WRONG = `{
  // the nightly file
  "name": "x", "encoding": "iso-8859-1",
  "record": { "format": "lines", "length": 20 },
  "record": { "format": "lines", "length": 20 },
  "fields": [
    { "name": "a", "start": 1, "end": 30, "type": "string" },
    { "name": "b", "start": 3, "end": 2, "type": "string" }, /* why */
  ]
}`;

test('lint names line and column of every problem', async () => {
  await writeFile(join(dir, 'wrong.json'), WRONG);
  await writeFile(join(dir, 'cut.json'), '{\n  "name": "x",\n  "record": lines }');
  const { code, stdout } = await runCommand('layout', ['lint', 'wrong.json', 'cut.json', 'contracts'], dir);
  expect(code).toBe(2);
  expect(stdout.split('\n').map((line) => line.slice(0, 60).trimEnd())).toEqual([
    "wrong.json:5:3: 'record' is there twice, and only the last o",
    "wrong.json:7:5: 'fields[0] (a)' ends at 30, beyond the recor",
    "wrong.json:8:5: 'fields[1] (b)' ends at 2, before its start",
    'cut.json:3:13: the layout file is not valid JSON. Unexpected',
    '3 layouts: 4 problems',
    '',
  ]);
});

test('a layout with comments is the layout without them, and $schema changes no fingerprint', () => {
  const fields = '"fields": [{ "name": "a", "start": 1, "end": 2, "type": "string" }]';
  const plain = `{ "name": "x", "encoding": "cp037", "record": { "format": "fixed", "length": 2 }, ${fields} }`;
  const commented = `\uFEFF// ours\n${plain.replace('{ "name"', '{ "$schema": "s.json", "name"').replace('}] }', '}, ], /* end */ }')}`;
  expect(readLayout(commented, 'x').fingerprint).toBe(readLayout(plain, 'x').fingerprint);
  expect(JSON.parse(plainLayoutText(commented, 'x'))).toEqual({ $schema: 's.json', ...JSON.parse(plain) });
  expect(plainLayoutText(plain, 'x')).toBe(plain);
  expect(() => readLayout(`${'['.repeat(100_000)}x`, 'deep')).toThrow(/nested deeper/);
});
