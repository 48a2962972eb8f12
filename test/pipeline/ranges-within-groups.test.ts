import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitFile } from '../../shared/pipeline/split/split-file.ts';
import { readJson } from '../../shared/pipeline/store/json-object.ts';
import { plannedRangesShape } from '../../shared/run/file-plan.ts';
import { expectSameRows } from '../support/first-difference.ts';
import { planned, TestLake } from '../support/run-pipeline.ts';
import { samples } from '../support/samples.ts';

/**
 * Agencies (A) with accounts (C) with movements (M) and notes on those (N); a second kind of group (B) with its own lines (L).
 *
 *     A0001   C0001   M00001   N   B0001   L00001
 */
const LENGTH = 8;
const text = { type: 'string', required: true };
const key = (name: string) => ({ name, start: 2, end: 5, ...text });
const type = (letter: string, name: string, parent: string | undefined, fields: object[]) => ({
  name,
  match: { start: 1, end: 1, equals: letter },
  ...(parent && { parent }),
  fields: [...fields, { name: 'number', start: 6, end: 8, type: 'integer' }],
});
const layoutOf = (format: string) =>
  JSON.stringify({
    name: 'nested',
    encoding: format === 'characters' ? 'utf-8' : 'us-ascii',
    ...(format === 'characters' && { positions: 'characters' }),
    record: {
      format: format === 'characters' ? 'lines' : format,
      length: LENGTH,
      ...(format !== 'fixed' && { short: 'pad' }),
    },
    recordTypes: [
      type('A', 'agency', undefined, [key('agency')]),
      type('C', 'account', 'agency', [{ name: 'agency', fromParent: 'agency' }, key('account')]),
      type('M', 'movement', 'account', [
        { name: 'agency', fromParent: 'agency' },
        { name: 'account', fromParent: 'account' },
        key('movement'),
      ]),
      type('N', 'note', 'movement', [
        { name: 'account', fromParent: 'account' },
        { name: 'movement', fromParent: 'movement' },
      ]),
      type('B', 'batch', undefined, [key('batch')]),
      type('L', 'line', 'batch', [{ name: 'batch', fromParent: 'batch' }]),
    ],
    rejects: { maxPercent: 100 },
  });

/** Mostly children, so that groups are long; some records are damaged, too long, too short, or of no type. */
const record = fc
  .tuple(
    fc.constantFrom(...'AACCCMMMMMNNNNNBLL'),
    fc.nat(9_999_999),
    fc.constantFrom('', '', '', '', '', 'letter', 'long', 'short', 'blank', 'type'),
  )
  .map(([letter, number, damage]) => {
    const whole = letter + String(number).padStart(LENGTH - 1, '0');
    switch (damage) {
      case 'letter':
        return `${whole.slice(0, 6)}x${whole.slice(7)}`;
      case 'long':
        return `${whole}0`;
      case 'short':
        return whole.slice(0, 3);
      case 'blank':
        return `${letter}${' '.repeat(LENGTH - 1)}`;
      case 'type':
        return `?${whole.slice(1)}`;
      default:
        return whole;
    }
  });

const word = (length: number) => Buffer.from([length >> 8, length & 0xff, 0, 0]);

/** With keys of two bytes a character. */
const inCharacters = (one: string) => one[0] + one.slice(1, 5).replace(/[5-9]/g, 'é') + one.slice(5);

function bytesOf(records: string[], format: string): Uint8Array {
  if (format === 'characters') return bytesOf(records.map(inCharacters), 'lines');
  if (format === 'lines') return Buffer.from(records.map((one) => `${one}\n`).join(''));
  if (format === 'fixed') {
    return Buffer.from(records.map((one) => one.padEnd(LENGTH).slice(0, LENGTH)).join(''));
  }
  const described = records.map((one) => Buffer.concat([word(one.length + 4), Buffer.from(one)]));
  if (format === 'rdw') return Buffer.concat(described);
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < described.length; at += 3) {
    const block = Buffer.concat(described.slice(at, at + 3));
    blocks.push(word(block.length + 4), block);
  }
  return Buffer.concat(blocks);
}

const SELECTS = {
  agency: 'agency, number',
  account: 'agency, account, number',
  movement: 'agency, account, movement, number',
  note: 'account, movement, number',
  batch: 'batch, number',
  line: 'batch, number',
  nested_rejects: 'byte_offset, reason, field',
};

async function load(bytes: Uint8Array, format: string, rangeSizeBytes: number) {
  await using lake = await TestLake.make();
  const sourceKey = 'nested_20250812.txt';
  await lake.putRaw(sourceKey, bytes);
  const { status } = await lake.convert({ layout: layoutOf(format), sourceKey, rangeSizeBytes });
  expect(status, lake.notifications.join()).toBe('loaded');
  const tables: Record<string, Record<string, unknown>[]> = {};
  for (const [dataset, select] of Object.entries(SELECTS)) {
    const rows = await lake.publishedRows(dataset, select);
    // Within a batch, rejects are written type by type.
    if (dataset === 'nested_rejects') rows.sort((a, b) => Number(a.byte_offset) - Number(b.byte_offset));
    tables[dataset] = rows;
  }
  return tables;
}

/** The movements that are not rejected, worked out from the lines alone. */
function movementsOf(records: string[], format: string): string[] {
  let agency: string | undefined;
  let account: string | undefined;
  const found: string[] = [];
  for (const line of format === 'characters' ? records.map(inCharacters) : records) {
    const one = format === 'fixed' ? line.padEnd(LENGTH).slice(0, LENGTH) : line;
    const id = one.slice(1, 5).trim();
    const tooLong = one.length > LENGTH;
    switch (one[0]) {
      case 'A':
        agency = tooLong ? undefined : id;
        account = undefined;
        break;
      case 'B':
        agency = undefined;
        account = undefined;
        break;
      case 'C':
        account = tooLong || agency === undefined ? undefined : id;
        break;
      case 'M': {
        const isNumber = /^\d{3}$/.test(one.slice(5)) && !tooLong;
        if (isNumber && account && agency) found.push(`${agency} ${account} ${id}`);
      }
    }
  }
  return found;
}

/** Splits a file into ranges of 50,000 bytes, and counts the bytes that are read in pieces. */
async function splitCounting({ ports }: TestLake, layout: string, sourceKey: string) {
  const { raw } = ports;
  let bytesRead = 0;
  const counting: typeof raw = {
    ...raw,
    head: raw.head.bind(raw),
    streamRange: raw.streamRange.bind(raw),
    readRange: (key, range, options) => {
      bytesRead += range.endByte - range.startByte;
      return raw.readRange(key, range, options);
    },
  };
  const request = { layout, sourceKey, rangeSizeBytes: 50_000, force: true };
  const execution = `split-${layout.length}`;
  const split = planned(await splitFile({ ...ports, raw: counting }, execution, request));
  return { split, bytesRead };
}

describe('a range that begins within a group', () => {
  test('makes the rows and rejects that one range makes, whatever is damaged', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 10, maxLength: 40 }),
        fc.constantFrom('lines', 'characters', 'fixed', 'rdw', 'bdw'),
        fc.constantFrom(1, 9, 20, 33, 60),
        async (records, format, rangeSizeBytes) => {
          const bytes = bytesOf(['A0000001', ...records], format);
          const one = await load(bytes, format, 1_000_000);
          const many = await load(bytes, format, rangeSizeBytes);
          for (const dataset of Object.keys(SELECTS)) {
            expectSameRows(many[dataset]!, one[dataset]!, dataset);
          }
          const movements = one.movement!.map(
            ({ agency, account, movement }) => `${agency} ${account} ${movement}`,
          );
          const wanted = movementsOf(['A0000001', ...records], format);
          // A short number may be read or rejected: what a layout says of short records is not the question here.
          const isWhole = (of: string) => of.split(' ').every((part) => part.length === 4);
          expect(movements.filter(isWhole)).toEqual(wanted.filter(isWhole));
        },
      ),
      { numRuns: samples(12) },
    );
  });

  for (const format of ['lines', 'characters', 'fixed', 'rdw', 'bdw']) {
    test(`${format}: one long group is cut where its bytes are, and read once at most to cut it`, async () => {
      await using lake = await TestLake.make();
      const records = ['A0000001', 'C0000002', ...Array(40_000).fill('M0000003')];
      const bytes = bytesOf(records, format);
      const sourceKey = 'long_20250812.txt';
      await lake.putRaw(sourceKey, bytes);
      const { split, bytesRead } = await splitCounting(lake, layoutOf(format), sourceKey);
      const ranges = await readJson(lake.ports.lake, split.rangesKey, plannedRangesShape);
      expect(ranges.length).toBe(Math.ceil(bytes.length / 50_000));
      const parents = ranges.map(({ parents: own = [] }) => own.map(({ recordType }) => recordType));
      expect(parents[0]).toEqual([]);
      for (const own of parents.slice(1)) expect(own).toEqual(['agency', 'account', 'movement']);
      expect(ranges.at(-1)!.parents![0]).toMatchObject({ startByte: ranges[1]!.parents![0]!.startByte });
      const alone = JSON.parse(layoutOf(format));
      for (const one of alone.recordTypes) {
        delete one.parent;
        one.fields = one.fields.filter((field: object) => !('fromParent' in field));
      }
      const without = await splitCounting(lake, JSON.stringify(alone), sourceKey);
      expect(bytesRead - without.bytesRead).toBeLessThan(bytes.length * 1.05);
    });
  }
});
