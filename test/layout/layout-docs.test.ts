import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CODE_PAGES } from '../../shared/layout/code-page.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { validKeysAt } from '../../shared/layout/valid-keys.ts';

const GUIDE = readFileSync(new URL('../../docs/layouts.md', import.meta.url), 'utf8');

/** Every key that a layout may have, at any depth. */
function keysBelow(path: PropertyKey[]): string[] {
  const here = [path, [...path, 0]].find((one) => validKeysAt(one).length > 0);
  if (!here || path.length > 8) return [];
  return validKeysAt(here).flatMap((key) => [key, ...keysBelow([...here, key])]);
}

test('the guide names every key of a layout', () => {
  const keys = [...new Set(keysBelow([]))];
  expect(keys).toEqual(expect.arrayContaining(['pivotYear', 'whenMissing', 'addBytes', 'maxPercent']));
  // In code spans: `record.short`, `"trim": "both"`.
  const prose = GUIDE.replace(/```[\s\S]*?```/g, '');
  const spans = [...prose.matchAll(/`([^`]+)`/g)].map((match) => match[1]!).join(' ');
  const isNamed = (key: string) => new RegExp(`(?<![\\w$])${key.replaceAll('$', '\\$')}\\b`).test(spans);
  expect(keys.filter((key) => !isNamed(key))).toEqual([]);
});

test('the guide names every code page', () => {
  // `cp1140` to `cp1149`
  const ranges = [...GUIDE.matchAll(/`cp(\d+)` to `cp(\d+)`/g)].map(([, from, to]) => [
    Number(from),
    Number(to),
  ]);
  const isInRange = (page: string) =>
    ranges.some(([from = 0, to = 0]) => {
      const number = Number(page.replace(/^cp/, ''));
      return number >= from && number <= to;
    });
  expect(CODE_PAGES.filter((page) => !GUIDE.includes(`\`${page}\``) && !isInRange(page))).toEqual([]);
});

test('the examples of fields and of a control file in the guide are valid', () => {
  const blocks = [...GUIDE.matchAll(/```json\n([\s\S]*?)```/g)].map((match) => match[1]!);
  const dates = blocks.find((block) => block.includes('"posted"'))!;
  const control = blocks.find((block) => block.includes('"controlFile"'))!;
  const layout = `{ "name": "x", "encoding": "cp037", "record": { "format": "fixed", "length": 40 },
    "fields": [${dates}], ${control.trim().replace('"length": 40', '"length": 40, "format": "fixed"')} }`;
  expect(readLayout(layout, 'docs/layouts.md').controlFile?.name).toBe('{stem}.ctl');
});
