import { describe, expect, it } from 'vitest';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { isControlFileOf, roleOfKey } from '../../../shared/pipeline/store/layout-of-key.ts';
import { smallLayout } from '../../support/small-contracts.ts';

const controlFile = {
  name: '{stem}.ctl',
  format: 'lines',
  length: 10,
  encoding: 'us-ascii',
  fields: [{ name: 'count', start: 1, end: 10, type: 'integer' }],
};
const layoutOf = (changes: Record<string, unknown>) => readLayout(smallLayout(changes), 'small.json');
const plain = layoutOf({ files: ['a_{yyyyMMdd}.txt'] });
const withControl = layoutOf({
  files: ['b_{yyyyMMdd}*'],
  controlFile,
  controlTotals: [{ controlFile: 'count', equals: 'count(detail)' }],
});
const withManifest = layoutOf({ files: ['c_*', 'd_*'], day: { manifest: 'day_{yyyyMMdd}.json' } });
const NAMED = { plain, withControl, withManifest };
const layouts = Object.entries(NAMED).map(([name, layout]) => ({ name, layout }));

const roleOf = (key: string) => {
  const role = roleOfKey(key, layouts);
  if (role.role === 'data') return role.layout.name;
  if (role.role === 'control-file') return ['control', ...role.layouts.map(({ name }) => name)].join(' ');
  return `${role.role}: ${role.why}`;
};

describe('a key of the raw bucket', () => {
  it.each([
    ['in/a_20250812.txt', 'plain'],
    ['b_20250812.txt', 'withControl'],
    // A glob of the data fits it too.
    ['b_20250812.ctl', 'control withControl'],
    ['in/day_20250812.json', 'control withManifest'],
    ['a_2025.txt', expect.stringMatching(/^unknown: no layout's 'files' fit it.*a_\{yyyyMMdd\}\.txt/)],
  ])('%s is %s', (key, expected) => {
    expect(roleOf(key)).toEqual(expected);
  });

  it('that fits two layouts is neither one', () => {
    const two = [...layouts, { name: 'again', layout: layoutOf({ files: ['c_1*'] }) }];
    expect(roleOfKey('c_1.txt', two)).toEqual({
      role: 'ambiguous',
      why: "the 'files' of withManifest (c_*, d_*) and of again (c_1*) all fit it",
    });
    expect(roleOfKey('c_2.txt', two)).toMatchObject({ role: 'data', layout: { name: 'withManifest' } });
  });
});

describe('the control file of a data file', () => {
  it.each<[keyof typeof NAMED, string, string, boolean]>([
    ['plain', 'in/a_20250812.txt', 'in/a_20250812.ctl', false],
    ['withControl', 'in/b_20250812.txt', 'in/b_20250812.ctl', true],
    ['withControl', 'in/b_20250812.txt', 'in/b_20250813.ctl', false],
    ['withControl', 'in/b_20250812.txt', 'b_20250812.ctl', false],
    ['withManifest', 'in/c_20250812.txt', 'in/day_20250812.json', true],
    ['withManifest', 'in/c_20250812.txt', 'other/day_20250812.json', false],
    ['withManifest', 'in/c_20250812.txt', 'in/days_20250812.json', false],
  ])('of layout %s beside %s: %s is %s', (name, sourceKey, controlKey, expected) => {
    expect(isControlFileOf(controlKey, sourceKey, NAMED[name])).toBe(expected);
  });
});
