import { expect, test } from 'vitest';
import { binary, ebcdicText, national, packed, zonedEbcdic } from '../support/form-encoders.ts';
import { TestLake } from '../support/run-pipeline.ts';

test('numbers may contain the bytes of line ends, wherever a range is cut', async () => {
  await using lake = await TestLake.make();
  const bytes = Buffer.concat(Array.from({ length: 100 }, () => binary(0x010a0d0an, 4, 'big')));
  await lake.putRaw('ends_20250812.dat', bytes);
  const field = { name: 'x', start: 1, end: 4, type: 'integer', usage: 'binary', signed: false };
  await lake.convert({
    layout: JSON.stringify({
      name: 'ends',
      encoding: 'us-ascii',
      // Half of the places where CR LF could stand hold it, so that the layout must say that there is none.
      record: { format: 'fixed', length: 4, terminator: 'none' },
      fields: [field],
    }),
    sourceKey: 'ends_20250812.dat',
    rangeSizeBytes: 30,
  });
  expect(await lake.publishedRows('ends', 'count(*)::INT AS n, min(x)::INT AS x')).toEqual([
    { n: 100, x: 0x010a0d0a },
  ]);
});

test('blanks in text and packed numbers reject the record if the layout says so', async () => {
  await using lake = await TestLake.make();
  const records = [
    [zonedEbcdic(12n, 4, 'none'), packed(34n, 2, 'signed')],
    [ebcdicText('', 4), packed(34n, 2, 'signed')],
    [zonedEbcdic(12n, 4, 'none'), ebcdicText('', 2)],
  ];
  await lake.putRaw('blanks_20250812.dat', Buffer.concat(records.flat()));
  const more = { type: 'integer', blank: 'reject' };
  await lake.convert({
    layout: JSON.stringify({
      name: 'blanks',
      encoding: 'cp037',
      record: { format: 'fixed', length: 6 },
      fields: [
        { name: 'zoned', start: 1, end: 4, ...more },
        { name: 'packed', start: 5, end: 6, usage: 'packed', ...more },
      ],
      rejects: { maxPercent: 70 },
    }),
    sourceKey: 'blanks_20250812.dat',
  });
  expect(await lake.publishedRows('blanks', 'zoned::INT AS zoned, packed::INT AS packed')).toEqual([
    { zoned: 12, packed: 34 },
  ]);
  const rejects = await lake.publishedRows('blanks_rejects', 'field, reason');
  expect(rejects).toEqual([
    { field: 'zoned', reason: 'invalid-number' },
    { field: 'packed', reason: 'invalid-number' },
  ]);
});

test('blanks that fill up a short record are not read as national text, as numbers, or as text of another family', async () => {
  await using lake = await TestLake.make();
  const header = Buffer.from('H1');
  const full = Buffer.concat([
    Buffer.from('D'),
    national('ÃB', 8),
    ebcdicText('xy', 4),
    binary(7n, 2, 'big'),
  ]);
  const records = [header, full, full.subarray(0, 9), full.subarray(0, 5), full.subarray(0, 1)];
  await lake.putRaw(
    'short_20250812.txt',
    Buffer.concat(records.flatMap((record) => [Buffer.from([0, record.length + 4, 0, 0]), record])),
  );
  const at = (name: string, start: number, end: number, more: object) => ({ name, start, end, ...more });
  const layout = (more: object) =>
    JSON.stringify({
      name: 'short',
      encoding: 'us-ascii',
      record: { format: 'rdw', length: 15 },
      header: {
        match: { start: 1, end: 1, equals: 'H' },
        fields: [at('bin', 4, 5, { type: 'integer', usage: 'binary', signed: false, mayBeAbsent: true })],
      },
      detail: { match: { start: 1, end: 1, equals: 'D' } },
      fields: [
        at('nat', 2, 9, { type: 'string', encoding: 'utf-16be' }),
        at('ebcdic', 10, 13, { type: 'string', encoding: 'cp500' }),
        at('bin', 14, 15, { type: 'integer', usage: 'binary', signed: false, mayBeAbsent: true }),
      ],
      rejects: { maxPercent: 100 },
      ...more,
    });
  const sourceKey = 'short_20250812.txt';
  const controlTotals = [{ header: 'bin', equals: 'count(detail)' }];
  await lake.convert({ layout: layout({ controlTotals }), sourceKey });
  expect(lake.notifications.pop()).toContain('header.bin is blank');
  await lake.convert({ layout: layout({}), sourceKey });
  const rows = await lake.publishedRows('short', 'nat, ebcdic, bin::INT AS bin');
  expect(rows).toEqual([
    { nat: 'ÃB', ebcdic: 'xy', bin: 7 },
    { nat: 'ÃB', ebcdic: null, bin: null },
    { nat: null, ebcdic: null, bin: null },
  ]);
  // Cut in the middle: the rest of the text is not loaded.
  expect(await lake.publishedRows('short_rejects', 'reason, field')).toEqual([
    { reason: 'cut-by-record-end', field: 'nat' },
  ]);
});
