import { expect, it } from 'vitest';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { varyingHint } from '../../../shared/pipeline/split/varying-hint.ts';

const field = (name: string, start: number, end: number, type = 'string') => ({ name, start, end, type });
const table = (as: string, dependingOn?: string) => ({
  ...{ name: 'parts', start: 10, end: 12, fields: [field('code', 10, 12)] },
  occurs: {
    ...{ count: 3, as, ...(dependingOn && { dependingOn }) },
    ...(as === 'rows' && { keys: ['id'] }),
  },
});

/** Does a layout of these tables, one for each of two record types, tell people of records of different lengths? */
function isTold(...tables: ReturnType<typeof table>[]): boolean {
  const layout = readLayout(
    JSON.stringify({
      name: 'varying',
      encoding: 'us-ascii',
      record: { format: 'fixed', length: 20 },
      recordTypes: tables.map((each, index) => ({
        name: `type_${index}`,
        match: { start: 1, end: 1, equals: String(index) },
        fields: [field('id', 2, 5), field('times', 6, 6, 'integer'), field('rest', 7, 9), each],
      })),
    }),
    'varying.json',
  );
  return varyingHint(layout).includes('(dependingOn)');
}

it.each([
  'list',
  'rows',
])('people are told of tables as %s whose number of occurrences varies, if there are any', (as) => {
  expect(isTold(table(as, 'times'))).toBe(true);
  expect(isTold(table(as))).toBe(false);
  // One type of records of several is enough.
  expect(isTold(table(as), table(as, 'times'))).toBe(true);
  expect(isTold(table(as), table(as))).toBe(false);
});
