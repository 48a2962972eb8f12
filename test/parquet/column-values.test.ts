import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { ByteSink } from '../../shared/parquet/byte-sink.ts';
import { ColumnFeed, type FeedValue } from '../../shared/parquet/column-feed.ts';
import { PageCompressor } from '../../shared/parquet/page-compressor.ts';
import { ParquetFileWriter } from '../../shared/parquet/parquet-file-writer.ts';
import { RowGroupBuilder } from '../../shared/parquet/row-group-builder.ts';
import type { ColumnSchema } from '../../shared/parquet/schema.ts';
import { expectSameRows } from '../support/first-difference.ts';

const kernel = new Kernel();

/** Writes one column as a file of one row group; its values are appended in pieces of these sizes, in turn. */
async function writeColumn(
  type: ColumnSchema['type'],
  values: FeedValue[],
  pieces: number[],
): Promise<ArrayBuffer> {
  kernel.reset();
  const schema = [{ name: 'value', type }];
  const rows = new RowGroupBuilder(kernel, schema, 'snappy', new PageCompressor(kernel));
  const feed = new ColumnFeed(kernel, schema);
  for (let at = 0; at < values.length; ) {
    for (const count of pieces) {
      feed.append([values.slice(at, at + count)], rows);
      at += count;
    }
  }
  const file: Uint8Array[] = [];
  const writer = new ParquetFileWriter(schema, new ByteSink(), async (bytes) => {
    file.push(bytes.slice());
  });
  await writer.writeRowGroup(rows.finish());
  await writer.finish();
  return new Uint8Array(Buffer.concat(file)).buffer;
}

const RAW_PARSERS = { dateFromDays: Number, stringFromBytes: (bytes: Uint8Array) => bytes };

async function readColumn(file: ArrayBuffer) {
  const [group] = parquetMetadata(file, { parsers: RAW_PARSERS }).row_groups;
  const chunk = group?.columns[0]?.meta_data;
  if (!chunk?.statistics) throw new Error('the column chunk has no statistics');
  const rows = await parquetReadObjects({ file, parsers: RAW_PARSERS, utf8: false });
  const { min_value, max_value } = chunk.statistics;
  return {
    values: rows.map(({ value }) => value),
    encodings: chunk.encodings,
    range: [min_value, max_value],
  };
}

const pieces = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 4 });

describe('dates', () => {
  const FIRST_DAY = -719_162;
  const LAST_DAY = 2_932_896;
  /** Days around one day, and now and then a far one that means never or always. */
  const cluster = fc
    .record({
      middle: fc.integer({ min: FIRST_DAY, max: LAST_DAY }),
      spread: fc.constantFrom(1, 40, 3000, 50_000, 1_000_000),
      farShare: fc.constantFrom(0, 0.01, 0.5),
      count: fc.integer({ min: 1, max: 6000 }),
      seed: fc.nat(2 ** 31),
    })
    .map(({ middle, spread, farShare, count, seed }) => {
      let state = seed;
      const random = () => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
        return state / 0x80000000;
      };
      return Array.from({ length: count }, () => {
        if (random() < farShare) return random() < 0.5 ? LAST_DAY : FIRST_DAY;
        const day = middle + Math.floor((random() - 0.5) * spread);
        return Math.min(Math.max(day, FIRST_DAY), LAST_DAY);
      });
    });

  test('are read as they were written, close together or far apart, and statistics hold the least and the greatest', async () => {
    await fc.assert(
      fc.asyncProperty(cluster, pieces, async (days, sizes) => {
        const { values, range } = await readColumn(await writeColumn({ kind: 'date' }, days, sizes));
        expectSameRows(values, days);
        expect(range.map(Number)).toEqual([
          days.reduce((least, day) => Math.min(least, day)),
          days.reduce((greatest, day) => Math.max(greatest, day)),
        ]);
      }),
      { numRuns: 60 },
    );
  });

  test('have a dictionary if they are a few thousand days and one far day that means never', async () => {
    const days = Array.from({ length: 30_000 }, (_, row) =>
      row % 7 === 0 ? LAST_DAY : 19_000 + ((row * 7919) % 4000),
    );
    const { values, encodings } = await readColumn(await writeColumn({ kind: 'date' }, days, [800]));
    expectSameRows(values, days);
    expect(encodings).toContain('RLE_DICTIONARY');
  });
});

test('one far date among a few near ones needs little memory: a large table would end row groups early', () => {
  kernel.reset();
  const schema = [{ name: 'value', type: { kind: 'date' } as const }];
  const rows = new RowGroupBuilder(kernel, schema, 'snappy', new PageCompressor(kernel));
  const days = Array.from({ length: 200 }, (_, row) => (row % 50 === 0 ? 2_932_896 : 19_000 + row));
  new ColumnFeed(kernel, schema).append([days], rows);
  expect(rows.bufferedBytes).toBeLessThan(32 * 1024);
});

describe('texts', () => {
  const beginning = fc.constantFrom('', 'CTR10000', 'CTR10000\0', 'CTR1000000000000', 'x'.repeat(40));
  const end = fc.oneof(
    fc.constantFrom('', '\0', '\xff', 'a'),
    fc.string({ unit: fc.constantFrom('a', 'b', '\0', '\xff'), maxLength: 60 }),
  );
  const text = fc
    .tuple(beginning, end)
    .map(([first, last]) => new Uint8Array(Buffer.from(first + last, 'latin1')));
  /** Rising identifiers share fewer and fewer bytes. */
  const rising = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 2000 }), fc.constantFrom('', '', '', '0', ' X')), {
      minLength: 1,
      maxLength: 400,
    })
    .map((steps) => {
      let number = 0;
      return steps.map(([step, more]) => {
        number += step;
        return new Uint8Array(Buffer.from(String(number).padStart(12, '0') + more, 'latin1'));
      });
    });
  const column = fc.oneof(fc.array(text, { minLength: 1, maxLength: 300 }), rising);

  test('are read as they were written, however many bytes they share, and statistics hold the least and the greatest', async () => {
    await fc.assert(
      fc.asyncProperty(column, pieces, async (texts, sizes) => {
        const { values, range } = await readColumn(await writeColumn({ kind: 'binary' }, texts, sizes));
        const hex = (bytes: unknown) => Buffer.from(bytes as Uint8Array).toString('hex');
        expectSameRows(values.map(hex), texts.map(hex));
        const sorted = [...texts].sort(Buffer.compare);
        expect(range.map(hex)).toEqual([hex(sorted[0]), hex(sorted.at(-1))]);
      }),
      { numRuns: 200 },
    );
  });
});
