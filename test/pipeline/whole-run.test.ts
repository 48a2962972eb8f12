import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitFile } from '../../shared/pipeline/split/split-file.ts';
import { readJson } from '../../shared/pipeline/store/json-object.ts';
import { ledgerEntryShape } from '../../shared/run/ledger-entry.ts';
import { COUNTED_LINES } from '../../tools/counted-lines.ts';
import { expectSameRows } from '../support/first-difference.ts';
import { planned, TestLake } from '../support/run-pipeline.ts';
import { samples } from '../support/samples.ts';

/** Type 2, id 6, name 8, amount 9 (implied, scale 2), date 8, product 7: 40 bytes. */
const LENGTH = 40;
function layout(changes: Record<string, unknown> = {}, record: Record<string, unknown> = {}): string {
  return JSON.stringify({
    name: 'small',
    encoding: 'iso-8859-1',
    record: { format: 'lines', length: LENGTH, short: 'pad', ...record },
    partitionBy: ['product'],
    fields: [
      { name: 'id', start: 3, end: 8, type: 'string', required: true },
      { name: 'name', start: 9, end: 16, type: 'string' },
      { name: 'amount', start: 17, end: 25, type: 'decimal(9,2)', point: 'implied' },
      { name: 'day_of_birth', start: 26, end: 33, type: 'date', format: 'yyyyMMdd', mayBeAbsent: true },
      { name: 'product', start: 34, end: 40, type: 'string' },
    ],
    rejects: { maxPercent: 100 },
    ...changes,
  });
}
/** The day is that of the file's name. */
const { businessDate: _, ...CONTROL } = COUNTED_LINES;

interface Sample {
  id: string;
  name: string;
  cents: number | string;
  date: string;
  product: string;
}

const text = (record: Sample) =>
  `01${record.id.padEnd(6)}${record.name.padEnd(8)}${String(record.cents).padStart(9, '0')}${record.date.padEnd(8)}${record.product.padEnd(7)}`;

const sample: fc.Arbitrary<Sample> = fc.record({
  id: fc.stringMatching(/^[A-Z0-9]{1,6}$/),
  name: fc.constantFrom('João', 'ÉRICA', '', 'Ana B', 'ÿ'),
  cents: fc.integer({ min: 0, max: 999_999_999 }),
  date: fc.constantFrom('20240229', '20250812', '99991231', '        ', '20230229'),
  product: fc.constantFrom('A', 'CRED PE', 'CAP/GIR', 'CÂMBIO', ''),
});

/** The rows that DuckDB should show, worked out from the sample itself rather than from bytes. */
function expectedRow(record: Sample) {
  const date = record.date;
  const real = date.trim() !== '' && date !== '20230229';
  return {
    id: record.id,
    name: record.name === '' ? null : record.name,
    amount: (Number(record.cents) / 100).toFixed(2),
    day_of_birth: real ? `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}` : null,
    product: record.product === '' ? null : record.product,
  };
}
const SELECT = 'id, name, amount::VARCHAR AS amount, day_of_birth::VARCHAR AS day_of_birth';
const sorted = (rows: unknown[]) => rows.map((row) => JSON.stringify(row)).sort();

describe('rows equal an independent decode', () => {
  const shape = fc.record({
    records: fc.array(sample, { minLength: 1, maxLength: 40 }),
    terminator: fc.constantFrom('\n', '\r\n', ''),
    lastTerminator: fc.boolean(),
    trimmed: fc.boolean(),
    control: fc.boolean(),
    rangeSizeBytes: fc.constantFrom(1, 39, 40, 41, 42, 100, 137, 500, 100_000),
  });

  it('for every range size, terminator, short last line, header and trailer', async () => {
    await fc.assert(
      fc.asyncProperty(
        shape,
        async ({ records, terminator, lastTerminator, trimmed, control, rangeSizeBytes }) => {
          await using lake = await TestLake.make();
          const fixed = terminator === '';
          const lines = records.map((record) => (trimmed && !fixed ? text(record).trimEnd() : text(record)));
          if (control) {
            const total = records.reduce((sum, record) => sum + BigInt(record.cents), 0n);
            lines.unshift('0020250812'.padEnd(LENGTH));
            lines.push(
              `99${String(records.length + 2).padStart(8, '0')}${String(total).padStart(15, '0')}`.padEnd(
                LENGTH,
              ),
            );
          }
          const body = lines.join(terminator) + (lastTerminator ? terminator : '');
          const sourceKey = 'year=2025/month=08/day=12/f.txt';
          await lake.putRaw(sourceKey, Buffer.from(body, 'latin1'));
          const form = fixed ? { format: 'fixed' } : { format: 'lines', cutShort: 'accept' };
          const json = layout(control ? CONTROL : {}, form);
          const result = await lake.convert({ layout: json, sourceKey, rangeSizeBytes });
          expect(result.status).toBe('loaded');
          const rows = await lake.publishedRows('small', SELECT);
          expectSameRows(sorted(rows), sorted(records.map(expectedRow)));
        },
      ),
      { numRuns: samples(60) },
    );
  });

  it('with multi-byte characters on both sides of a cut', async () => {
    await using lake = await TestLake.make();
    const json = layout({ encoding: 'utf-8' });
    const records = Array.from({ length: 20 }, (_, index) => {
      const bytes = Buffer.alloc(LENGTH, 0x20);
      bytes.write(`01${String(index).padStart(6, '0')}`);
      bytes.write('çãéñ', 8, 'utf8');
      bytes.write('00000010020250812', 16);
      bytes.write('ÂÂ', 33, 'utf8');
      return bytes;
    });
    const body = Buffer.concat(records.flatMap((record) => [record, Buffer.from('\n')]));
    for (const rangeSizeBytes of [1, 33, 41, 50, 82, 1000]) {
      const sourceKey = `f_20250812_${rangeSizeBytes}.txt`;
      await lake.putRaw(sourceKey, body);
      await lake.convert({
        layout: JSON.stringify({ ...JSON.parse(json), name: `u_${rangeSizeBytes}` }),
        sourceKey,
        rangeSizeBytes,
      });
      const rows = await lake.publishedRows(`u_${rangeSizeBytes}`, 'id, name');
      expect(rows).toHaveLength(20);
      expect(new Set(rows.map((row) => `${row.name}|${row.product}`))).toEqual(new Set(['çãéñ|ÂÂ']));
    }
  });
});

describe('rejects', () => {
  it('are kept with key, offset, reason, field and raw bytes, and the counts balance', async () => {
    await using lake = await TestLake.make();
    const good: Sample = { id: 'A1', name: 'Ana', cents: 100, date: '20250812', product: 'A' };
    const lines = [
      text(good),
      text({ ...good, cents: '00000X100' }),
      text({ ...good, id: '' }),
      `${text(good)}EXTRA`,
      '',
      text(good),
    ];
    await lake.putRaw('f_20250812.txt', Buffer.from(`${lines.join('\n')}\n`, 'latin1'));
    const result = await lake.convert({ layout: layout(), sourceKey: 'f_20250812.txt', rangeSizeBytes: 60 });
    const rejects = await lake.publishedRows(
      'small_rejects',
      'source_key, byte_offset::INT AS byte_offset, record_length_bytes::INT AS length, reason, field, decode(raw) AS raw',
    );
    rejects.sort((a, b) => Number(a.byte_offset) - Number(b.byte_offset));
    const at = (index: number) => lines.slice(0, index).reduce((sum, line) => sum + line.length + 1, 0);
    const row = (index: number, reason: string, field: string | null) => ({
      source_key: 'f_20250812.txt',
      byte_offset: at(index),
      length: lines[index]!.length,
      reason,
      field,
      raw: lines[index],
    });
    expect(rejects).toEqual([
      row(1, 'invalid-number', 'amount'),
      row(2, 'required-blank', 'id'),
      row(3, 'record-too-long', null),
      row(4, 'blank-record', null),
    ]);
    const entry = await readJson(lake.ports.lake, result.ledgerKey, ledgerEntryShape);
    expect(entry.records).toEqual({ read: 6, header: 0, detail: 6, trailer: 0, rejected: 4 });
    expect(entry.rows).toBe(2);
  });

  it('over the limit refuse the file, and nothing is published', async () => {
    await using lake = await TestLake.make();
    const bad = text({ id: '', name: '', cents: 1, date: '20250812', product: 'A' });
    await lake.putRaw('f_20250812.txt', Buffer.from(`${bad}\n`, 'latin1'));
    const result = await lake.convert({
      layout: layout({ rejects: { maxPercent: 50 } }),
      sourceKey: 'f_20250812.txt',
    });
    expect(result.status).toBe('refused');
    expect(await lake.catalog('small')).toBeUndefined();
    expect(lake.notifications.join()).toContain('1 of 1 details');
  });
});

describe('running again', () => {
  const good: Sample = { id: 'A1', name: 'Ana', cents: 100, date: '20250812', product: 'A' };
  const key = 'f_20250812.txt';
  const put = (lake: TestLake, ...records: Sample[]) =>
    lake.putRaw(key, Buffer.from(records.map((r) => `${text(r)}\n`).join(''), 'latin1'));

  it('finds the same version already loaded, and the same bytes under a new version too', async () => {
    await using lake = await TestLake.make();
    await put(lake, good);
    expect((await lake.convert({ layout: layout(), sourceKey: key })).status).toBe('loaded');
    expect((await lake.convert({ layout: layout(), sourceKey: key })).status).toBe('already-loaded');
    await put(lake, good);
    expect((await lake.convert({ layout: layout(), sourceKey: key })).status).toBe('already-loaded');
    expect((await lake.catalog('small'))!.days).toEqual({ '2025-08-12': 1 });
  });

  it('converts the same bytes again if it is forced, under the same version and under a new one', async () => {
    await using lake = await TestLake.make();
    await put(lake, good);
    await lake.convert({ layout: layout(), sourceKey: key });
    const forced = { layout: layout(), sourceKey: key, force: true };
    expect((await lake.convert(forced)).status).toBe('loaded');
    await put(lake, good);
    expect((await lake.convert(forced)).status).toBe('loaded');
    expect((await lake.catalog('small'))!.days).toEqual({ '2025-08-12': 3 });
  });

  it('replaces the rows of a corrected file in a new generation, and removes those that it no longer has', async () => {
    await using lake = await TestLake.make();
    await put(lake, good, { ...good, id: 'B', product: 'B' });
    await lake.convert({ layout: layout(), sourceKey: key });
    await put(lake, { ...good, cents: 250 });
    await lake.convert({ layout: layout(), sourceKey: key });
    const catalog = (await lake.catalog('small'))!;
    expect(catalog.days).toEqual({ '2025-08-12': 2 });
    expect(catalog.partitions.map(({ location }) => location)).toEqual([
      'small/year=2025/month=08/day=12/product=A/gen=00002/',
    ]);
    expect(await lake.publishedRows('small', SELECT)).toMatchObject([{ id: 'A1', amount: '2.50' }]);
  });

  it('with force makes the same bytes again', async () => {
    await using lake = await TestLake.make();
    await put(lake, good);
    await lake.convert({ layout: layout(), sourceKey: key });
    await lake.convert({ layout: layout(), sourceKey: key, force: true });
    const bytes = [];
    for (const generation of ['00001', '00002']) {
      for await (const { key: object } of lake.ports.lake.list(
        `processed/small/year=2025/month=08/day=12/product=A/gen=${generation}`,
      )) {
        bytes.push(Buffer.from((await lake.ports.lake.get(object))!.bytes).toString('hex'));
      }
    }
    expect(bytes).toHaveLength(2);
    expect(bytes[0]).toBe(bytes[1]);
  });

  it('keeps what is published when the corrected file is refused', async () => {
    await using lake = await TestLake.make();
    await put(lake, good);
    await lake.convert({ layout: layout(), sourceKey: key });
    await lake.putRaw(key, new Uint8Array());
    expect((await lake.convert({ layout: layout(), sourceKey: key })).status).toBe('refused');
    expect(await lake.publishedRows('small', SELECT)).toHaveLength(1);
  });

  it('publishes a day only when its expected files are loaded', async () => {
    await using lake = await TestLake.make();
    lake.ports.settings.expectedFiles = 2;
    await put(lake, good);
    const first = await lake.convert({ layout: layout(), sourceKey: key });
    expect(first.day).toMatchObject({ published: false, waitingFor: '1 of 2 files' });
    expect(await lake.catalog('small')).toBeUndefined();
    await lake.putRaw('g_20250812.txt', Buffer.from(`${text({ ...good, id: 'G' })}\n`, 'latin1'));
    await lake.convert({ layout: layout(), sourceKey: 'g_20250812.txt' });
    expect((await lake.publishedRows('small', SELECT)).map(({ id }) => id).sort()).toEqual(['A1', 'G']);
  });
});

describe('refusals and errors', () => {
  const refusalCode = async (body: string, changes = {}, record = {}) => {
    await using lake = await TestLake.make();
    await lake.putRaw('f_20250812.txt', Buffer.from(body, 'latin1'));
    const result = await lake.convert({
      layout: layout(changes, record),
      sourceKey: 'f_20250812.txt',
      rangeSizeBytes: 100,
    });
    const entry = await readJson(lake.ports.lake, result.ledgerKey, ledgerEntryShape);
    expect(await lake.catalog('small')).toBeUndefined();
    return entry.refusal?.code;
  };
  const line = text({ id: 'A', name: '', cents: 1, date: '20250812', product: 'A' });

  it.each([
    ['an empty file', '', {}, {}, 'empty-file'],
    ['only line ends', '\r\n\r\n', {}, {}, 'empty-file'],
    ['no whole number of records', `${line}${line}abc`, {}, { format: 'fixed' }, 'not-whole-records'],
    [
      'more partition values than allowed',
      [1, 2, 3].map((n) => `${line.slice(0, 33)}P${n}     \n`).join(''),
      { maxPartitions: 2 },
      {},
      'too-many-partitions',
    ],
    ['a missing trailer', `0020250812\n${line}\n`, CONTROL, {}, 'trailer-missing'],
    ['a missing header', `${line}\n99\n`, CONTROL, {}, 'header-missing'],
    ['a wrong count', `00\n${line}\n9900000004000000000000001\n`, CONTROL, {}, 'control-total-mismatch'],
    ['a wrong sum', `00\n${line}\n9900000003000000000000002\n`, CONTROL, {}, 'control-total-mismatch'],
    [
      'an amount in a sum that does not decode',
      `00\n${line.replace('000000001', '00000X001')}\n9900000003000000000000001\n`,
      CONTROL,
      {},
      'sum-undecodable',
    ],
    [
      'records of a fixed file that begin one byte late',
      `${line}\n${line}\nX${`${line}\n`.repeat(3)}${line}`,
      {},
      { format: 'fixed' },
      'terminator-missing',
    ],
    [
      'a last record of a fixed file that nothing says the place of',
      `${line}\n${line}\n${line}X${line}`,
      {},
      { format: 'fixed' },
      'terminator-missing',
    ],
  ])('%s', async (_, body, changes, record, code) => {
    expect(await refusalCode(body, changes, record)).toBe(code);
  });

  it('balances when everything agrees', async () => {
    await using lake = await TestLake.make();
    await lake.putRaw('f_20250812.txt', Buffer.from(`00\n${line}\n9900000003000000000000001\n`));
    const result = await lake.convert({ layout: layout(CONTROL), sourceKey: 'f_20250812.txt' });
    expect(result.status).toBe('loaded');
  });

  it('a file that is replaced while it is read fails, and nothing is published', async () => {
    await using lake = await TestLake.make();
    await lake.putRaw('f_20250812.txt', Buffer.from(`${line}\n`.repeat(100)));
    const { raw } = lake.ports;
    lake.ports.raw = Object.assign(Object.create(raw), {
      streamRange: async function* (...args: Parameters<typeof raw.streamRange>) {
        await lake.putRaw('f_20250812.txt', Buffer.from(`${line}\n`.repeat(100)));
        yield* raw.streamRange(...args);
      },
    });
    await expect(lake.convert({ layout: layout(), sourceKey: 'f_20250812.txt' })).rejects.toMatchObject({
      name: 'SourceChanged',
    });
    expect(await lake.catalog('small')).toBeUndefined();
  });

  it('a file without a business date is an error that says how to give one', async () => {
    await using lake = await TestLake.make();
    await lake.putRaw('nodate.txt', Buffer.from(`${line}\n`));
    await expect(lake.convert({ layout: layout(), sourceKey: 'nodate.txt' })).rejects.toThrow(
      /--business-date/,
    );
  });
});

describe('the splitter', () => {
  it('reads head, tail, a sample and a few bytes at each cut, never the whole object', async () => {
    await using lake = await TestLake.make();
    const line = text({ id: 'A', name: '', cents: 1, date: '20250812', product: 'A' });
    await lake.putRaw('f_20250812.txt', Buffer.from(`${line}\n`.repeat(50_000)));
    const { raw } = lake.ports;
    let bytesRead = 0;
    lake.ports.raw = Object.assign(Object.create(raw), {
      readRange: (...args: Parameters<typeof raw.readRange>) => {
        bytesRead += args[1].endByte - args[1].startByte;
        return raw.readRange(...args);
      },
      streamRange: () => {
        throw new Error('the splitter must not stream');
      },
    });
    const request = { layout: layout(), sourceKey: 'f_20250812.txt', rangeSizeBytes: 20_000 };
    const split = await splitFile(lake.ports, 'x', request);
    expect(planned(split).rangeCount).toBe(103);
    const sampleBytes = 7 * 64 * 1024;
    expect(bytesRead).toBeLessThan(sampleBytes + 1000);
  });
});
