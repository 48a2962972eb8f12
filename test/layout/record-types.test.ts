import { describe, expect, test } from 'vitest';
import { LayoutInvalid } from '../../shared/errors.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { datasetsOf } from '../../shared/layout/layout.ts';

// biome-ignore lint/suspicious/noExplicitAny: the cases change a layout at any depth, even into an invalid one
type Json = Record<string, any>;

const field = (name: string, start: number, end: number, type = 'string') => ({ name, start, end, type });

function sample(): Json {
  return {
    name: 'mixed',
    encoding: 'us-ascii',
    record: { format: 'lines', length: 20 },
    header: { match: { start: 1, end: 1, equals: 'H' }, fields: [field('lot', 2, 5)] },
    recordTypes: [
      {
        name: 'parent',
        match: { start: 1, end: 1, equals: 'P' },
        fields: [field('id', 2, 5), { name: 'lot', fromHeader: 'lot' }, field('times', 6, 6, 'integer')],
      },
      {
        name: 'child',
        match: { start: 1, end: 1, hex: ['43', '44'] },
        parent: 'parent',
        fields: [
          { name: 'parent_id', fromParent: 'id' },
          { ...field('amount', 2, 5, 'integer'), when: { start: 1, end: 1, equals: 'C' } },
          field('times', 6, 6, 'integer'),
          { ...field('tag', 7, 8), occurs: { count: 3, dependingOn: 'times' } },
          {
            name: 'parts',
            start: 13,
            end: 16,
            occurs: { count: 2, as: 'rows', keys: ['parent_id'] },
            fields: [field('code', 13, 14), field('level', 15, 16, 'integer')],
          },
        ],
      },
      { name: 'note', match: { start: 1, end: 1, equals: 'N' }, discard: true },
    ],
  };
}

test('record types have datasets, origins and positions', () => {
  const layout = readLayout(JSON.stringify(sample()), 'mixed.json');
  expect(datasetsOf(layout).map(({ name, columns }) => [name, columns.map((column) => column.name)])).toEqual(
    [
      ['parent', ['id', 'lot', 'times']],
      ['child', ['parent_id', 'amount', 'times', 'tag']],
      ['child_parts', ['parent_id', 'occurrence', 'code', 'level']],
    ],
  );
  const [, child, parts] = datasetsOf(layout);
  expect(child!.fields[0]).toMatchObject({ origin: { kind: 'parent', recordType: 'parent' }, startByte: 1 });
  expect(child!.fields[1]!.when).toMatchObject({ startByte: 0, anyOf: [Uint8Array.of(0x43)] });
  expect(child!.fields[3]!.list).toMatchObject({ name: 'tag', count: 3, least: 0, strideBytes: 2 });
  expect(parts!.occurs).toMatchObject({ count: 2, strideBytes: 4 });
});

describe('record types that are refused', () => {
  const child = (layout: Json) => layout.recordTypes[1];
  const cases: [string, (layout: Json) => unknown, string[]][] = [
    ['fields beside them', (l) => (l.fields = [field('a', 1, 1)]), ["'fields' is beside 'recordTypes'"]],
    ['neither', (l) => delete l.recordTypes, ["'fields' is missing"]],
    ['no match', (l) => delete child(l).match, ["'recordTypes[1]' ('child') needs 'match'"]],
    ['a match without bytes', (l) => delete child(l).match.hex, ["'equals' or 'hex'"]],
    ['hex that is not hexadecimal', (l) => (child(l).match.hex = 'GG'), ["'GG', which is not hex"]],
    ['a parent after it', (l) => (l.recordTypes[0].parent = 'child'), ["the parent 'child'", 'before it']],
    ['an unknown parent', (l) => (child(l).parent = 'parents'), ["'parents'", "is 'parent'"]],
    [
      'a parent without rows',
      (l) => l.recordTypes.push({ ...child(l), name: 'x', parent: 'note' }),
      ['discarded'],
    ],
    ['a field of a missing parent', (l) => (child(l).fields[0].fromParent = 'ids'), ["'ids'", "is 'id'"]],
    ['a field of a missing header', (l) => delete l.header, ["'fromHeader'", 'no header']],
    ['a copy with a position', (l) => (child(l).fields[0].start = 3), ["is a copy and cannot have 'start'"]],
    [
      'discarded with fields',
      (l) => (l.recordTypes[2].fields = [field('a', 1, 1)]),
      ["discarded and cannot have 'fields'"],
    ],
    ['all discarded', (l) => (l.recordTypes = [l.recordTypes[2]]), ['nothing would become a row']],
    ['two of the same name', (l) => (l.recordTypes[2].name = 'child'), ["are called 'child'"]],
    ['the name of the rejects', (l) => (l.recordTypes[2].name = 'mixed_rejects'), ["'mixed_rejects'"]],
    [
      'a table beyond the record',
      (l) => (child(l).fields[3].occurs.count = 9),
      ['occurs 9 times', 'ends at 24'],
    ],
    [
      'a counter that is not an integer',
      (l) => (child(l).fields[3].occurs.dependingOn = 'code'),
      ["'code'", 'not an integer'],
    ],
    ['a stride too short', (l) => (child(l).fields[3].occurs.stride = 1), ['is 1, less than the 2 bytes']],
    ['child rows without keys', (l) => delete child(l).fields[4].occurs.keys, ["needs 'keys'"]],
    [
      'keys of a list',
      (l) => (child(l).fields[3].occurs.keys = ['times']),
      ["'keys', which is for", '"rows"'],
    ],
    ['an element outside', (l) => (child(l).fields[4].fields[0].start = 12), ['is at 12 to 14, outside']],
    ['a list as partition', (l) => (child(l).partitionBy = ['tag']), ["'tag', which is not a field"]],
    ['a field with a rule as partition', (l) => (child(l).partitionBy = ['amount']), ["it has 'when'"]],
    [
      'partitions from two records',
      (l) => (child(l).partitionBy = ['parent_id', 'times']),
      ['another record'],
    ],
    [
      'a rule on no field',
      (l) => (child(l).fields[1].when = { field: 'kind', equals: 'C' }),
      ["'kind', which is not"],
    ],
    [
      'a rule of nothing',
      (l) => (child(l).fields[1].when = { equals: 'C' }),
      ["needs 'field', or 'start' and 'end'"],
    ],
    [
      'a rule on a field of the header',
      (l) => (l.recordTypes[0].fields[0].when = { field: 'lot', equals: '0001' }),
      ["'lot', which is not a field here"],
    ],
    ['a required field with a rule', (l) => (child(l).fields[1].required = true), ['there only by its rule']],
    [
      'a count of no type',
      (l) => (l.controlTotals = [{ header: 'lot', equals: 'count(kid)' }]),
      ["counts 'kid'"],
    ],
    [
      'a sum of two',
      (l) => (l.controlTotals = [{ header: 'lot', equals: 'sum(times)' }]),
      ['parent and child have'],
    ],
    ['fields without occurs', (l) => delete child(l).fields[4].occurs, ["has 'fields' but no 'occurs'"]],
  ];
  test.each(cases)('%s', (_, change, fragments) => {
    const layout = sample();
    change(layout);
    let error: unknown;
    try {
      readLayout(JSON.stringify(layout), 'mixed.json');
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(LayoutInvalid);
    for (const fragment of fragments) expect((error as LayoutInvalid).message).toContain(fragment);
  });
});
