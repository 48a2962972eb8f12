import { describe, expect, it } from 'vitest';
import { type Decimal, parseDecimal } from '../../shared/decimal.ts';
import type { ControlTotalRule } from '../../shared/layout/layout.ts';
import { doSumsAgree, type KnownTotals, likelyCause } from '../../shared/totals/mismatch-cause.ts';

const records = { read: 12, header: 1, detail: 10, trailer: 1, rejected: 0 };
const KNOWN: KnownTotals = { records, wholeHash: 0n, sumsAgree: true };
const decimal = (text: string): Decimal => parseDecimal(text)!;
const rule = (equals: ControlTotalRule['equals'], record: ControlTotalRule['record'] = 'trailer') => ({
  ...{ name: 'trailer.t', field: 't', record, equals },
});
const SUM = rule({ kind: 'sum', field: 'v', recordType: 'd', scale: 2 });
const HASH = rule({ kind: 'hash', field: 'v', recordType: 'd', modulus: 100n });
const COUNT = rule({ kind: 'count-detail' });
const cause = (of: ControlTotalRule, stated: string, actual: string, known: Partial<KnownTotals> = {}) =>
  likelyCause(of, decimal(stated), decimal(actual), { ...KNOWN, ...known });

describe('the cause of a sum that does not agree', () => {
  it.each([
    ['12345.00', '123.45', 'exactly 100 times: the trailer has its decimal point in another place'],
    ['123.45', '12345.00', 'exactly a 100th of it'],
    ['0.01', '10000.00', 'exactly a 1000000th of it'],
    ['10000.00', '0.01', 'exactly 1000000 times'],
    ['10.0', '1', 'exactly 10 times'],
    ['-5.00', '5.00', 'the same amount with the other sign'],
    ['5.00', '0.00', 'every v is zero or blank'],
  ])('%s beside %s is %s', (stated, actual, text) => {
    expect(cause(SUM, stated, actual)).toContain(text);
  });

  it.each([
    ['100000.00', '0.01'],
    ['0.00', '5.00'],
    ['0.00', '0.00'],
    ['5.01', '5.00'],
    ['-50.00', '5.00'],
  ])('%s beside %s has no likely cause', (stated, actual) => {
    expect(cause(SUM, stated, actual)).toBeUndefined();
  });
});

describe('the cause of a count that does not agree', () => {
  it('is the way of counting, if sums agree', () => {
    expect(cause(COUNT, '12', '10')).toBe(
      '12 = 10 details + 1 header + 1 trailer: the trailer counts all records; say count(all)',
    );
    expect(cause(rule({ kind: 'count-all' }, 'controlFile'), '10', '12')).toBe(
      '10 = 10 details: the control file counts details only; say count(detail)',
    );
    const bare = { records: { ...records, header: 0, read: 11 } };
    expect(cause(COUNT, '11', '10', bare)).toContain('11 = 10 details + 1 trailer: ');
  });

  it('may be a loss or a double, if no sum tells', () => {
    const unknown = { sumsAgree: undefined };
    expect(cause(COUNT, '12', '10', unknown)).toContain('; or 2 records are missing, and no sum');
    expect(cause(COUNT, '11', '10', unknown)).toContain('; or 1 record is missing, and no sum');
    expect(cause(rule({ kind: 'count-all' }), '10', '12', unknown)).toContain(
      '; or 2 records are there twice',
    );
    expect(cause(COUNT, '12', '10')).not.toContain('; or');
  });

  it('is no convention if sums disagree, nothing fits, or one type is counted', () => {
    expect(cause(COUNT, '12', '10', { sumsAgree: false })).toBeUndefined();
    expect(cause(COUNT, '13', '10')).toBeUndefined();
    expect(cause(COUNT, '12.0', '10')).toBeUndefined();
    expect(cause(COUNT, '1.2', '10')).toBeUndefined();
    expect(cause(COUNT, '10', '9', { records: { ...records, detail: 10 } })).toBeUndefined();
    expect(cause(rule({ kind: 'count-type', recordType: 'd' }), '12', '10')).toBeUndefined();
  });
});

describe('the cause of a hash that does not agree', () => {
  it.each([
    ['123456', 'the whole sum: the trailer keeps all its digits; say a larger modulus, such as 10^6'],
    ['3456', 'the last 4 digits of the sum: the trailer keeps that many; say modulo 10^4'],
    ['23456', 'the last 5 digits of the sum'],
  ])('%s of 123456', (stated, text) => {
    expect(cause(HASH, stated, '56', { wholeHash: 123_456n })).toContain(text);
  });

  it('is not guessed from three digits, and counts zeros in front', () => {
    expect(cause(HASH, '456', '56', { wholeHash: 123_456n })).toBeUndefined();
    expect(cause(HASH, '456', '56', { wholeHash: 120_456n })).toContain('the last 4 digits');
    expect(cause(HASH, '3456', '56', { wholeHash: 12_003_456n })).toContain('the last 4 digits');
    expect(cause(HASH, '12', '12', { wholeHash: 10_012n })).toContain('the last 4 digits');
    expect(cause(HASH, '7', '7', { wholeHash: 10_007n })).toBeUndefined();
    expect(cause(HASH, '23457', '57', { wholeHash: 123_456n })).toBeUndefined();
    expect(cause(HASH, '3456.0', '56', { wholeHash: 123_456n })).toBeUndefined();
    expect(cause(HASH, '345.6', '56', { wholeHash: 123_456n })).toBeUndefined();
  });
});

describe('sums of the same records', () => {
  const result = (expected: string | null, actual: string) => ({
    expected,
    actual,
    balanced: expected === actual,
  });
  it('agree if all do, but for a convention; nothing is known without any', () => {
    expect(doSumsAgree([COUNT], [result('1', '1')])).toBeUndefined();
    expect(doSumsAgree([SUM], [result(null, '1')])).toBeUndefined();
    expect(doSumsAgree([SUM], [])).toBeUndefined();
    expect(doSumsAgree([SUM], [result('1', '1')])).toBe(true);
    expect(doSumsAgree([SUM], [result('100', '1')])).toBe(true);
    expect(doSumsAgree([SUM], [result('3', '1')])).toBe(false);
    expect(doSumsAgree([HASH], [result('1', '1')])).toBe(true);
    expect(doSumsAgree([HASH], [result('100', '1')])).toBe(false);
    expect(doSumsAgree([SUM, HASH], [result('3', '1'), result('1', '1')])).toBe(false);
    expect(doSumsAgree([SUM, COUNT, HASH], [result('1', '1'), result('1', '2'), result('2', '1')])).toBe(
      false,
    );
  });
});
