import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layoutText } from '../../shared/layout/layout-text.ts';
import { piecesOf } from '../../studio/page/bench/take-proposal.ts';
import {
  addColumn,
  freePositions,
  moveEnd,
  moveStart,
  splitColumn,
} from '../../studio/page/change-columns.ts';
import { editBetween, insertAt, removeAt, setAt } from '../../studio/page/edit-layout-text.ts';
import { entriesOf, type LayoutEntry, parsed } from '../../studio/page/layout-entries.ts';

const TEXT = `{
  // what people wrote stays
  "name": "sales",
  "encoding": "us-ascii",
  "record": { "format": "lines", "length": 20 },
  "fields": [
    { "name": "shop", "start": 1, "end": 4, "type": "string" }, /* a note */
    { "name": "amount", "start": 5, "end": 9, "type": "integer" },
    { "name": "rest", "start": 12, "end": 20, "type": "string" }
  ]
}
`;
const places = (text: string) => entriesOf(text).map(({ name, start, end }) => `${name} ${start}-${end}`);
const named = (text: string, name: string): LayoutEntry => {
  const entry = entriesOf(text).find((one) => one.name === name);
  if (!entry) throw new Error(`there is no ${name}`);
  return entry;
};

describe('changes of columns are changes of the text', () => {
  test('a boundary moves with the column after it, and not beyond it', () => {
    const moved = moveEnd(TEXT, named(TEXT, 'shop'), 6);
    expect(places(moved)).toEqual(['shop 1-6', 'amount 7-9', 'rest 12-20']);
    expect(places(moveEnd(TEXT, named(TEXT, 'shop'), 99))).toEqual(['shop 1-8', 'amount 9-9', 'rest 12-20']);
    expect(places(moveEnd(TEXT, named(TEXT, 'shop'), -3))).toEqual(['shop 1-1', 'amount 2-9', 'rest 12-20']);
    expect(places(moveStart(TEXT, named(TEXT, 'amount'), 3))).toEqual([
      'shop 1-2',
      'amount 3-9',
      'rest 12-20',
    ]);
    expect(moved).toContain('// what people wrote stays');
    expect(moved).toContain('/* a note */');
  });

  test('a column is cut in two, and a new one comes where its position belongs', () => {
    expect(places(splitColumn(TEXT, named(TEXT, 'rest'), 15))).toEqual([
      'shop 1-4',
      'amount 5-9',
      'rest 12-15',
      'rest_2 16-20',
    ]);
    expect(splitColumn(TEXT, named(TEXT, 'rest'), 20)).toBe(TEXT);
    const added = addColumn(TEXT, ['fields'], { name: 'gap', start: 10, end: 11, type: 'string' });
    expect(places(added)).toEqual(['shop 1-4', 'amount 5-9', 'gap 10-11', 'rest 12-20']);
  });

  test('positions that are needed become free, whatever was there', () => {
    expect(places(freePositions(TEXT, ['fields'], 3, 13))).toEqual(['shop 1-2', 'rest 14-20']);
    expect(places(freePositions(TEXT, ['fields'], 14, 15))).toEqual([
      'shop 1-4',
      'amount 5-9',
      'rest 12-13',
      'rest_2 16-20',
    ]);
  });

  test('occurrences of a table have places too', () => {
    const field = '{ "name": "phones", "start": 1, "end": 3, "type": "string", "occurs": { "count": 3 } }';
    const [entry] = entriesOf(`{ "fields": [${field}] }`);
    expect(entry?.repeats).toEqual([
      { start: 1, end: 3 },
      { start: 4, end: 6 },
      { start: 7, end: 9 },
    ]);
  });
});

describe('pieces of a proposal', () => {
  const draft = {
    encoding: 'cp037',
    fields: [{ name: 'new', start: 3, end: 6, type: 'integer' }],
  };

  test('each is taken by itself', () => {
    const [encoding, field] = piecesOf(draft);
    expect(encoding?.isTaken(TEXT)).toBe(false);
    const taken = encoding?.take(TEXT) ?? '';
    expect(encoding?.isTaken(taken)).toBe(true);
    expect(field?.isTaken(taken)).toBe(false);
    const both = field?.take(taken) ?? '';
    expect(field?.isTaken(both)).toBe(true);
    expect(places(both)).toEqual(['shop 1-2', 'new 3-6', 'amount 7-9', 'rest 12-20']);
  });

  test('record types take the place of the fields', () => {
    const types = ['A', 'B'].map((equals) => ({
      name: `type_${equals}`,
      match: { start: 1, end: 1, equals },
      fields: draft.fields,
    }));
    const [first, second] = piecesOf({ recordTypes: types });
    const one = first?.take(TEXT) ?? '';
    expect(parsed(one)).not.toHaveProperty('fields');
    const two = second?.take(one) ?? '';
    expect(parsed(two)).toMatchObject({ recordTypes: types });
    expect(second?.take(two)).toBe(two);
  });
});

/** Any layout-like JSON, written as layouts are. */
const value: fc.Arbitrary<unknown> = fc.oneof(fc.integer(), fc.string({ maxLength: 6 }), fc.boolean());
const field = fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), value, { minKeys: 1, maxKeys: 4 });
const document = fc.record({
  name: fc.constant('x'),
  description: fc.string({ maxLength: 8 }),
  encoding: fc.constant('us-ascii'),
  record: fc.record({ format: fc.constant('lines'), length: fc.nat(99) }),
  fields: fc.array(field, { minLength: 1, maxLength: 5 }),
});

test('an edit of the text is the edit of what it says', () => {
  fc.assert(
    fc.property(document, fc.nat(), fc.stringMatching(/^[a-z]{1,4}$/), value, (layout, at, key, set) => {
      const text = layoutText(layout);
      const index = at % layout.fields.length;
      const fields = layout.fields.map((one) => ({ ...one }));
      expect(parsed(setAt(text, ['fields', index, key], set))).toEqual({
        ...layout,
        fields: fields.with(index, { ...fields[index], [key]: set }),
      });
      expect(parsed(insertAt(text, ['fields'], index, { [key]: set }))).toEqual({
        ...layout,
        fields: fields.toSpliced(index, 0, { [key]: set } as never),
      });
      expect(parsed(removeAt(text, ['fields', index]))).toEqual({
        ...layout,
        fields: fields.toSpliced(index, 1),
      });
      const edited = setAt(text, ['record', 'length'], 100);
      const { from, to, insert } = editBetween(text, edited);
      expect(text.slice(0, from) + insert + text.slice(to)).toBe(edited);
    }),
  );
});
