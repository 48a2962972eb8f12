import { describe, expect, it } from 'vitest';
import type { ControlTotalRule } from '../../shared/layout/layout.ts';
import {
  addSums,
  type Figures,
  judgeTotals,
  mismatches,
  totalRefusal,
  undecodableRefusal,
} from '../../shared/totals/control-totals.ts';
import type { ControlValue } from '../../shared/totals/control-value.ts';
import { joinedRefusal } from '../../shared/totals/joined-files.ts';
import { acceptedDetails, countOf, shortText } from '../../shared/totals/record-counts.ts';

const FIGURES: Figures = {
  of: 'file',
  records: { read: 12, header: 1, detail: 10, trailer: 1, rejected: 0 },
  types: { a: 7, b: 3 },
  sums: new Map([
    ['sum(a.v)', 12_345n],
    ['hash(a.v)', 1_234_567n],
  ]),
};
const FILE = { sourceKey: 'in/a.txt', runId: 'run-1' };

function rule(
  equals: ControlTotalRule['equals'],
  record: ControlTotalRule['record'] = 'trailer',
): ControlTotalRule {
  return { name: `${record}.t`, field: 't', record, equals };
}
const SUM = rule({ kind: 'sum', field: 'v', recordType: 'a', scale: 2 });
const HASH = rule({ kind: 'hash', field: 'v', recordType: 'a', modulus: 1000n });
const ALL = rule({ kind: 'count-all' });
const stated = (value: ControlValue) => ({ trailer: { values: { t: value } } });
const number = (text: string, scale = 0) => stated({ text, scale });

describe('a stated total', () => {
  it.each<[string, ControlTotalRule, string, string, number]>([
    ['all records', ALL, '12', '12', 0],
    ['details', rule({ kind: 'count-detail' }), '10', '10', 0],
    ['records of a type', rule({ kind: 'count-type', recordType: 'b' }), '3', '3', 0],
    ['records of a type that did not come', rule({ kind: 'count-type', recordType: 'c' }), '0', '0', 0],
    ['a sum', SUM, '123.45', '12345', 2],
    ['a sum of another scale', SUM, '123.45', '123450', 3],
    ['a hash', HASH, '567', '567', 0],
    ['a sum that is nowhere', rule({ kind: 'sum', field: 'w', recordType: 'a', scale: 0 }), '0', '0', 0],
    ['a hash that is nowhere', rule({ kind: 'hash', field: 'w', recordType: 'a', modulus: 9n }), '0', '0', 0],
  ])('of %s is that of the records', (_, of, actual, text, scale) => {
    const [sound] = judgeTotals([of], number(text, scale), FIGURES);
    expect(sound).toMatchObject({ actual, balanced: true });
    expect(mismatches([of], [sound!], number(text, scale), FIGURES)).toEqual([]);
    const [wrong] = judgeTotals([of], number(`${text}1`, scale), FIGURES);
    expect(wrong).toMatchObject({ actual, balanced: false });
  });

  it('is shown with its figure only if it is a sum', () => {
    const [sum, count] = judgeTotals([SUM, ALL], number('1'), FIGURES);
    expect(sum).toMatchObject({ name: 'trailer.t', expected: '1', figure: 'sum(v)' });
    expect(count).not.toHaveProperty('figure');
    expect(count).not.toHaveProperty('pending');
  });

  it('of a day manifest that has not come is awaited', () => {
    const of = rule({ kind: 'count-all' }, 'dayManifest');
    const [awaited] = judgeTotals([of], {}, FIGURES);
    expect(awaited).toEqual({
      name: 'dayManifest.t',
      actual: '12',
      expected: null,
      balanced: false,
      pending: true,
    });
    expect(mismatches([of], [awaited!], {}, FIGURES)).toEqual([]);
    expect(judgeTotals([of], { dayManifest: { values: {} } }, FIGURES)[0]).not.toHaveProperty('pending');
    expect(judgeTotals([ALL], {}, FIGURES)[0]).not.toHaveProperty('pending');
  });
});

describe('a total that does not agree', () => {
  const said = (of: ControlTotalRule, place: ReturnType<typeof stated>, figures = FIGURES) =>
    mismatches([of], judgeTotals([of], place, figures), place, figures)[0]?.text;

  it('is told beside what the records are', () => {
    expect(said(ALL, number('99'))).toBe(
      'trailer.t says 99, but the file has 12 records (1 header, 10 details, 1 trailer)',
    );
    expect(said(rule({ kind: 'count-detail' }), number('99'))).toBe(
      'trailer.t says 99, but the file has 10 details',
    );
    expect(said(rule({ kind: 'count-type', recordType: 'a' }), number('9'))).toBe(
      'trailer.t says 9, but the file has 7 of a, 3 of b',
    );
    expect(said(SUM, number('9'))).toBe('trailer.t says 9, but the details add up to 123.45 of v');
    expect(said(SUM, number('9'), { ...FIGURES, of: 'group' })).toContain(
      'but its records add up to 123.45 of v',
    );
    expect(said(HASH, number('9'))).toBe('trailer.t says 9, but the digits of v add up to 567 modulo 1000');
  });

  it('is told as blank, or with the reason why it cannot be read', () => {
    expect(said(ALL, stated({ text: null }))).toContain('trailer.t is blank, and the file has 12 records');
    expect(said(ALL, stated({ text: null, invalid: 'invalid-number' }))).toContain(
      'trailer.t cannot be read (invalid-number), and',
    );
  });

  it('refuses the file, and blames its way only if no convention explains all', () => {
    const refusal = (...of: [ControlTotalRule, string][]) => {
      const rules = of.map(([one], index) => ({ ...one, field: `t${index}` }));
      const values = Object.fromEntries(of.map(([, text], index) => [`t${index}`, { text, scale: 0 }]));
      const place = { trailer: { values } };
      const results = judgeTotals(rules, place, FIGURES);
      return totalRefusal({ ...FILE, ...place }, rules, results, FIGURES)?.message;
    };
    expect(refusal([ALL, '12'])).toBeUndefined();
    expect(refusal([ALL, '99'])).toContain('The file is incomplete or was changed on its way.');
    expect(refusal([SUM, '12345'])).toMatch(
      /exactly 100 times.*If every file is like that, correct the layout/,
    );
    expect(refusal([SUM, '12345'], [HASH, '3'])).toContain('was changed on its way. ');
    expect(refusal([SUM, '12345'], [HASH, '3'])).toContain('; trailer.t says 3');
  });
});

describe('sums of ranges', () => {
  const part = { recordType: 'a', field: 'v', kind: 'sum' as const };

  it('add up by their key', () => {
    const added = addSums([
      { ...part, total: '12', undecodable: 1 },
      { ...part, total: '-2', undecodable: 2 },
      { ...part, kind: 'hash', total: '5', undecodable: 0 },
      { ...part, key: 'sum(a.v) where x', total: '9', undecodable: 0 },
    ]);
    expect([...added]).toEqual([
      ['sum(a.v)', { kind: 'sum', field: 'v', total: 10n, undecodable: 3 }],
      ['hash(a.v)', { kind: 'hash', field: 'v', total: 5n, undecodable: 0 }],
      ['sum(a.v) where x', { kind: 'sum', field: 'v', total: 9n, undecodable: 0 }],
    ]);
  });

  it('prove nothing if a value cannot be read', () => {
    const refusal = (undecodable: number, kind: 'sum' | 'hash' = 'sum') =>
      undecodableRefusal(FILE, FIGURES.records, addSums([{ ...part, kind, total: '1', undecodable }]))
        ?.message;
    expect(refusal(0)).toBeUndefined();
    expect(refusal(1)).toContain('1 of 10 details have a v that cannot be read');
    expect(refusal(1)).not.toContain('That is all of them');
    expect(refusal(10)).toContain('That is all of them');
    expect(refusal(1, 'hash')).toContain('that is not made of digits');
  });
});

describe('headers and trailers inside a file', () => {
  const said = (reasons: Record<string, number>, rejected: number, maxPercent = 10) =>
    joinedRefusal(
      FILE.sourceKey,
      { rejects: { maxPercent, maxInvalidPercent: undefined } },
      { ...FIGURES.records, rejected },
      reasons,
      'To see them: "…".',
    )?.message;

  it('refuse it if there are more rejects than the layout allows', () => {
    expect(said({}, 10)).toBeUndefined();
    expect(said({ 'header-in-the-middle': 1 }, 1)).toBeUndefined();
    expect(said({ 'header-in-the-middle': 1 }, 1, 9)).toContain(
      'it has 1 more record like the header between',
    );
    expect(said({ 'trailer-in-the-middle': 1 }, 2)).toContain(
      'it has 1 more record like the trailer between',
    );
    expect(said({ 'header-in-the-middle': 2, 'trailer-in-the-middle': 1 }, 3)).toContain(
      'it has 2 more records like the header and 1 more record like the trailer between its first and its last record, and 3 of 10 details are rejected',
    );
  });
});

describe('counts of records', () => {
  it('are of the kinds that a convention names', () => {
    expect(countOf([], FIGURES.records)).toBe(0);
    expect(countOf(['detail', 'trailer'], FIGURES.records)).toBe(11);
  });

  it('of rows are details without what was rejected and discarded', () => {
    expect(acceptedDetails({ ...FIGURES.records, rejected: 2 })).toBe(8);
    expect(acceptedDetails({ ...FIGURES.records, rejected: 2, discarded: { x: 3, y: 1 } })).toBe(4);
  });

  it('of short records are told in words', () => {
    expect(shortText(1)).toBe('1 record ends before the last field: what is not there is null');
    expect(shortText(1234)).toContain('1,234 records end before');
  });
});
