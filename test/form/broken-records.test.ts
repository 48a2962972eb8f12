import { describe, expect, test } from 'vitest';
import { brokenRecords } from '../../shared/form/broken-records.ts';
import { type FormSample, windowRanges } from '../../shared/form/form-sample.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';

const LENGTH = 20;
const record = 'x'.repeat(LENGTH);

function found(text: string, end: string, changes: object = {}, fileHeaderBytes = 0) {
  const bytes = Buffer.from(text, 'latin1');
  const sample: FormSample = {
    sizeBytes: bytes.length,
    windows: windowRanges(bytes.length).map(({ startByte, endByte }) => ({
      startByte,
      bytes: bytes.subarray(startByte, endByte),
    })),
  };
  const layout = readLayout(
    JSON.stringify({
      name: 'fixed',
      encoding: 'us-ascii',
      record: { format: 'fixed', length: LENGTH },
      fields: [{ name: 'f', start: 1, end: LENGTH, type: 'string' }],
      ...changes,
    }),
    'fixed.json',
  );
  const span = { startByte: fileHeaderBytes, endByte: bytes.length };
  return brokenRecords(sample, layout, span, end.length);
}

describe.each([
  ['LF', '\n'],
  ['CR LF', '\r\n'],
])('records that end with %s', (_, end) => {
  const stride = LENGTH + end.length;

  test('are whole, also if some are damaged', () => {
    expect(found((record + end).repeat(40), end)).toBeUndefined();
    const damaged = record + 'y'.repeat(end.length);
    expect(found((record + end).repeat(6) + damaged.repeat(5) + (record + end), end)).toBeUndefined();
    expect(found(damaged.repeat(2), end)).toBeUndefined();
  });

  test('are broken from the first of many on that do not end where they should', () => {
    const shifted = `${(record + end).repeat(2)}y${(record + end).repeat(7)}`;
    expect(found(shifted, end)?.what).toBe(`record 3 does not end where it should, at byte ${3 * stride}`);
    // Bytes before the records are none of them.
    expect(found(`abc${shifted}`, end, {}, 3)?.what).toBe(
      `record 3 does not end where it should, at byte ${3 * stride + 3}`,
    );
  });

  test('are broken if three do not end where they should, and these are more than half', () => {
    const [whole, broken] = [record + end, record + 'y'.repeat(end.length)];
    const foundIn = (...counts: [number, number]) =>
      found(whole.repeat(counts[0]) + broken.repeat(counts[1]), end)?.why ?? 'whole';
    expect(foundIn(2, 3)).toMatch(/3 of the 5 records around it do not\.$/);
    expect([foundIn(3, 3), foundIn(1, 2)]).toEqual(['whole', 'whole']);
  });

  test('are broken if they may hold any byte, too', () => {
    const fields = [{ name: 'f', start: 1, end: LENGTH, type: 'binary' }];
    expect(found(`y${(record + end).repeat(7)}`, end, { fields })).toBeDefined();
  });

  test('are looked at everywhere in a large file, also after much that is no record', () => {
    const header = 200_000;
    const late = `${(record + end).repeat(60_000)}y${(record + end).repeat(60_000)}`;
    expect(found('h'.repeat(header) + late, end, {}, header)?.what).toMatch(/^record [67]\d{4} does not end/);
    const whole = (record + end).repeat(60_000);
    expect(found(whole, end)).toBeUndefined();
    const at = 40_000 * stride;
    const shifted = `${whole.slice(0, at)}y${whole.slice(at, -1)}`;
    expect(found(shifted, end)?.what).toMatch(/^record 4\d{4} does not end where it should/);
  });
});

test('LF alone is no CR LF', () => {
  expect(found(`${record}y\n`.repeat(5), '\r\n')).toBeDefined();
});

describe('records without terminators', () => {
  const withLine = `${record.slice(0, 8)}\n${record.slice(9)}`;

  test('may have a line end in some', () => {
    expect(found(record.repeat(10), '')).toBeUndefined();
    expect(found(record.repeat(9) + withLine, '')).toBeUndefined();
    expect(found(withLine.repeat(2), '')).toBeUndefined();
  });

  test('are broken if most have a line end in them', () => {
    expect(found(withLine.repeat(5), '')?.what).toBe('record 1 does not end where it should, at byte 20');
  });

  test.each([
    ['a number in binary', { type: 'integer', usage: 'binary', signed: true }],
    ['a number in packed digits', { type: 'integer', usage: 'packed' }],
    ['bytes', { type: 'binary' }],
    ['text of EBCDIC', { type: 'string', encoding: 'cp037' }],
  ])('may hold any byte with %s', (_, field) => {
    const fields = [
      { name: 'id', start: 1, end: 6, type: 'string' },
      { name: 'f', start: 7, end: 10, ...field },
      { name: 'rest', start: 11, end: 20, type: 'string' },
    ];
    expect(found(withLine.repeat(5), '', { fields })).toBeUndefined();
  });

  test('of EBCDIC may hold any byte', () => {
    expect(found(withLine.repeat(5), '', { encoding: 'cp037' })).toBeUndefined();
  });
});
