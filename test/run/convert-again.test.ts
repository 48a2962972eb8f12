import { expect, test } from 'vitest';
import { convertAgain, forcedConversion } from '../../shared/run/convert-again.ts';

const file = { dataset: 'small', sourceKey: "it's.txt", businessDate: '2025-08-12' };

test('the command that converts a file again can be typed as it is', () => {
  expect(convertAgain(file)).toBe(
    `Convert the file again: "npx positional-lake convert --layout small --out LAKE --business-date 2025-08-12 --force --input ${`'it'\\''s.txt'`}". On AWS, start a new execution for it with "force": true.`,
  );
});

test('the shell finds a file of which only the beginning of its name is known', () => {
  const command = convertAgain({ ...file, sourceKey: 'f_*.*', businessDate: null });
  expect(command).toContain('"npx positional-lake convert --layout small --out LAKE --force --input f_*.*"');
});

test('a conversion has what its file had, and nothing else', () => {
  const least = { layout: 'l', input: 'i', out: 'o', businessDate: null };
  expect(forcedConversion(least)).toBe('npx positional-lake convert --layout l --out o --force --input i');
  expect(
    forcedConversion({ ...least, businessDate: 'd', supplementOf: 's', expectedFiles: 3, rawRoot: 'r' }),
  ).toBe(
    'npx positional-lake convert --layout l --out o --business-date d --supplement-of s --expected-files 3 --raw-root r --force --input i',
  );
});
