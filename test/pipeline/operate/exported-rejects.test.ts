import { expect, it } from 'vitest';
import { framedRecord } from '../../../shared/decode/framed-record.ts';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { readRejects } from '../../../shared/pipeline/operate/read-rejects.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { DAY, KEY, smallDay } from '../../support/small-day.ts';

/** A record of the layout: `ABC` and a packed number, which is none if its last byte is EE. */
const record = (last: number, head: number[] = []) => [...head, 0xc1, 0xc2, 0xc3, 0x01, last];
const [GOOD, BAD, MENDED] = [0x2c, 0xee, 0x3c];

/** `file` writes records as a sender of this form does. */
const FORMS: [string, Record<string, unknown>, (records: number[][]) => number[]][] = [
  [
    'lines that end with the line feed of EBCDIC',
    { format: 'lines', lineEnd: 'lf' },
    (all) => all.flatMap((one) => [...one, 0x25]),
  ],
  [
    'lines that end as in EBCDIC',
    { format: 'lines', lineEnd: 'nel' },
    (all) => all.flatMap((one) => [...one, 0x15]),
  ],
  ['records without a terminator', { format: 'fixed', terminator: 'none' }, (all) => all.flat()],
  ['records of which nothing is said', { format: 'fixed' }, (all) => all.flat()],
  [
    'records with CR LF',
    { format: 'fixed', terminator: 'crlf' },
    (all) => all.flatMap((one) => [...one, 13, 10]),
  ],
  ['records with an RDW', { format: 'rdw' }, (all) => all.flatMap((one) => [0, 9, 0, 0, ...one])],
  [
    'records with a small-endian RDW that does not count itself',
    { format: 'rdw', byteOrder: 'little', lengthIncludesHeader: false },
    (all) => all.flatMap((one) => [5, 0, 0, 0, ...one]),
  ],
  [
    'blocks',
    { format: 'bdw' },
    (all) => [0, 4 + all.length * 9, 0, 0, ...all.flatMap((one) => [0, 9, 0, 0, ...one])],
  ],
];

it.each(
  FORMS,
)('%s that were rejected are written as such a file has them, and load again', async (_, form, file) => {
  await using lake = await TestLake.make();
  const { load, ids } = smallDay(lake);
  const text = JSON.stringify({
    name: 'small',
    encoding: 'cp037',
    record: { ...form, length: 5 },
    fields: [
      { name: 'id', start: 1, end: 3, type: 'string' },
      { name: 'amount', start: 4, end: 5, type: 'integer', usage: 'packed' },
    ],
    rejects: { maxPercent: 100 },
  });
  await load(KEY, Buffer.from(file([record(GOOD), record(BAD), record(BAD)])), {}, text);
  expect(await ids()).toEqual(['ABC']);
  const layout = readLayout(text, 'small.json').record;
  const exported: Uint8Array[] = [];
  for await (const { raw } of readRejects(lake.ports, DAY)) {
    exported.push(
      framedRecord(
        layout,
        raw.map((byte) => (byte === BAD ? MENDED : byte)),
      ),
    );
  }
  const fixed = await load('fix_20250812.txt', Buffer.concat(exported), { supplementOf: KEY }, text);
  expect(fixed.status).toBe('loaded');
  expect(await ids()).toEqual(['ABC', 'ABC', 'ABC']);
});
