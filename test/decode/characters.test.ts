import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BatchDecoder } from '../../shared/decode/batch-decoder.ts';
import { RecordExtractor } from '../../shared/decode/record-extractor.ts';
import { recordShape } from '../../shared/decode/record-shape.ts';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { STATE_INVALID } from '../../shared/kernel/shapes.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { datasetsOf, type Layout } from '../../shared/layout/layout.ts';
import { comparable, vectorValue } from '../support/vector-values.ts';

/**
 * Files whose positions count characters, against an oracle that knows nothing of bytes: it splits the text of a line into its code
 * points and slices them.
 */
const kernel = new Kernel();
const LENGTH = 40;

/** Where the texts stand is different in each case: widths of a lot's city, an item's product and each of its tags. */
interface Widths {
  city: number;
  product: number;
  tag: number;
}

interface Places {
  city: [number, number];
  product: [number, number];
  amount: [number, number];
  count: [number, number];
  tags: [number, number][];
  flag: [number, number];
  note: [number, number];
}

/** 0-based and half-open, in characters. */
function placesOf({ city, product, tag }: Widths): Places {
  let at = 1;
  const next = (width: number): [number, number] => {
    at += width;
    return [at - width, at];
  };
  const places = { product: next(product), amount: next(5), count: next(1) };
  const tags = [next(tag), next(tag), next(tag)];
  return { ...places, city: [1, 1 + city], tags, flag: next(1), note: [at, LENGTH] };
}

function layoutOf(widths: Widths, short: string): Layout {
  const places = placesOf(widths);
  const place = ([start, end]: [number, number]) => ({ start: start + 1, end });
  const file = {
    name: 'items',
    encoding: 'utf-8',
    positions: 'characters',
    record: { format: 'lines', length: LENGTH, short },
    rejects: { maxPercent: 100 },
    header: {
      match: { start: 1, end: 1, equals: 'H' },
      fields: [
        { name: 'system', start: 2, end: 9, type: 'string' },
        { name: 'total', start: 10, end: 20, type: 'integer' },
      ],
    },
    recordTypes: [
      {
        name: 'lots',
        match: { start: 1, end: 1, equals: 'L' },
        fields: [{ name: 'city', ...place(places.city), type: 'string' }],
      },
      {
        name: 'items',
        match: { start: 1, end: 1, equals: 'I' },
        parent: 'lots',
        partitionBy: ['product'],
        fields: [
          { name: 'city', fromParent: 'city' },
          { name: 'system', fromHeader: 'system' },
          { name: 'product', ...place(places.product), type: 'string' },
          { name: 'amount', ...place(places.amount), type: 'decimal(5,2)', point: 'implied' },
          { name: 'tag_count', ...place(places.count), type: 'integer' },
          {
            name: 'tag',
            ...place(places.tags[0]!),
            type: 'string',
            trim: 'both',
            occurs: { count: 3, dependingOn: 'tag_count', as: 'rows', dataset: 'tags', keys: ['city'] },
          },
          {
            name: 'note',
            ...place(places.note),
            type: 'string',
            when: { ...place(places.flag), equals: 'X' },
          },
          { name: 'digits', ...place(places.note), type: 'string', keep: 'digits' },
        ],
      },
    ],
    controlTotals: [{ header: 'total', equals: 'sum(items.amount)' }],
  };
  return readLayout(JSON.stringify(file), 'layout.json');
}

interface Result {
  rows: string[];
  rejects: string[];
  sum: bigint;
  undecodable: number;
}

/** The text of the lines, split into code points. */
function byCodePoints(lines: Uint8Array[], header: string, widths: Widths, short: string): Result {
  const places = placesOf(widths);
  const result: Result = { rows: [], rejects: [], sum: 0n, undecodable: 0 };
  let lot: string | null | undefined;
  for (const line of lines) {
    const text = Buffer.from(line).toString('utf8');
    const isWhole = Buffer.from(text).equals(line);
    // What is left of an ill-formed line is what stands before the first bad byte.
    const characters = [...(isWhole ? text : wellFormedPrefix(line))];
    const valueAt = ([start, end]: [number, number]) =>
      characters.slice(start, end).join('').replace(/ +$/, '');
    let reason = '';
    if (!isWhole) reason = 'invalid-utf-8';
    else if (characters.length > LENGTH) reason = 'record-too-long';
    else if (characters.length === 0) reason = 'blank-record';
    else if (characters.length < LENGTH && short === 'reject') reason = 'record-too-short';
    const kind = characters[0];
    if (kind === 'L') {
      lot = reason === '' ? valueAt(places.city) || null : undefined;
      if (reason === '') result.rows.push(`lots ${JSON.stringify([lot])}`);
    } else if (kind === 'I') {
      if (reason === '' && lot === undefined) reason = 'parent-missing';
      const held = reason === 'record-too-short' || reason === 'invalid-utf-8' ? characters.length : LENGTH;
      const amount = valueAt(places.amount);
      if (held < places.amount[1]) result.undecodable++;
      else if (/^[0-9]{5}$/.test(amount)) result.sum += BigInt(amount);
      else result.undecodable++;
      if (reason === '' && !/^[0-9]{5}$/.test(amount)) reason = 'invalid-number';
      if (reason === '') {
        const note = valueAt(places.note);
        const row = [
          ...[lot, header, amount, valueAt(places.count)],
          valueAt(places.flag) === 'X' ? note || null : null,
          note.replace(/[^0-9]/g, '') || null,
        ];
        result.rows.push(`items ${JSON.stringify([valueAt(places.product) || null])} ${JSON.stringify(row)}`);
        for (const tag of places.tags.slice(0, Number(valueAt(places.count)))) {
          result.rows.push(`tags ${JSON.stringify([lot, valueAt(tag).trim() || null])}`);
        }
      }
    } else if (reason === '') reason = 'unknown-record-type';
    if (reason !== '') result.rejects.push(`${Buffer.from(line).toString('hex')} ${reason}`);
  }
  return { ...result, rows: result.rows.sort(), rejects: result.rejects.sort() };
}

/** By the replacement character, which the generated texts do not hold. */
function wellFormedPrefix(line: Uint8Array): string {
  return Buffer.from(line)
    .toString('utf8')
    .replace(/\ufffd.*$/su, '');
}

/** The same lines through the kernel, in batches of a few records. */
function byBatches(layout: Layout, lines: Uint8Array[], header: string, mostRecords: number): Result {
  kernel.reset();
  const rejects: string[] = [];
  const extractor = new RecordExtractor(kernel, recordShape(layout.record, 1), 0, mostRecords);
  const decoder = new BatchDecoder(
    kernel,
    layout,
    extractor.capacityRecords,
    ({ raw, reason }) => rejects.push(`${Buffer.from(raw).toString('hex')} ${reason}`),
    Buffer.from(`H${header}`),
  );
  const rows: string[] = [];
  const datasets = datasetsOf(layout);
  const file = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
  for (let at = 0; at < file.length; ) {
    at += extractor.push(file, at);
    while (extractor.extract(at === file.length) > 0) {
      for (const { dataset, partition, vectors, members, count } of decoder.decode(extractor)) {
        for (let index = 0; index < count; index++) {
          const member = kernel.view.getUint16(members + index * 2, true);
          const values = vectors.map((vector) => textOf(vectorValue(kernel, vector, member)));
          const { name, partitionBy, columns } = datasets[dataset]!;
          expect(vectors.every((vector) => kernel.bytes[vector.states + member] !== STATE_INVALID)).toBe(
            true,
          );
          const shown = values.filter((_, column) => columns[column]!.origin.kind !== 'occurrence-number');
          if (name === 'items') shown[2] = String(shown[2]).padStart(5, '0');
          const folder =
            partitionBy.length > 0 ? `${JSON.stringify(decoder.partitionsOf(dataset)[partition])} ` : '';
          rows.push(`${name} ${folder}${JSON.stringify(shown)}`);
        }
      }
    }
  }
  const { total, undecodable } = decoder.sums[0] ?? { total: 0n, undecodable: 0 };
  return { rows: rows.sort(), rejects: rejects.sort(), sum: total, undecodable };
}

function textOf(value: unknown): string | null {
  if (value === null) return null;
  return typeof value === 'string' ? Buffer.from(value, 'hex').toString('utf8') : String(value);
}

const between = (from: number, to: number) =>
  fc.integer({ min: from, max: to }).map((code) => String.fromCodePoint(code));
/** Characters of one to four bytes; more of them than the kernel has codes for. */
const character = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...'ABCXYZ 019') },
  { weight: 3, arbitrary: fc.constantFrom(...'ÉéãçÑß') },
  between(0xc0, 0x24f),
  between(0x300, 0x36f),
  between(0x4e00, 0x4f20),
  between(0x1f600, 0x1f64f),
);
const textOfWidth = (width: number) =>
  fc
    .array(character, { maxLength: width })
    .map((characters) =>
      [...characters, ...Array.from({ length: width - characters.length }, () => ' ')].join(''),
    );

const lineOf = (widths: Widths) => {
  const { city, product, tag } = widths;
  const lot = textOfWidth(city).map((text) => `L${text}`);
  const item = fc
    .tuple(
      textOfWidth(product),
      fc.oneof(
        { weight: 12, arbitrary: fc.integer({ min: 0, max: 99_999 }).map((n) => String(n).padStart(5, '0')) },
        { weight: 1, arbitrary: fc.constant('12é45') },
      ),
      fc.integer({ min: 0, max: 3 }).map(String),
      ...[0, 1, 2].map(() => textOfWidth(tag)),
      fc.constantFrom('X', ' ', 'É'),
      textOfWidth(6),
    )
    .map((parts) => `I${parts.join('')}`);
  const whole = fc.oneof({ weight: 1, arbitrary: lot }, { weight: 4, arbitrary: item });
  const padded = whole.map((text) => text + ' '.repeat(Math.max(0, LENGTH - [...text].length)));
  const damage = fc.oneof(
    { weight: 10, arbitrary: fc.constant(undefined) },
    // The blanks at the end, cut off or doubled.
    fc.record({ by: fc.constantFrom(-2, -1, 1, 3) }),
    fc.record({ at: fc.nat(200), byte: fc.integer({ min: 0x80, max: 0xff }) }),
  );
  return fc.tuple(padded, damage).map(([text, hit]): Uint8Array => {
    const line = new Uint8Array(Buffer.from(text));
    if (hit === undefined) return line;
    if ('by' in hit) {
      const blanks = /^.*?( *)$/su.exec(text)![1]!.length;
      if (hit.by > 0) return new Uint8Array(Buffer.from(text + ' '.repeat(hit.by)));
      return line.subarray(0, line.length - Math.min(-hit.by, blanks));
    }
    line[hit.at % line.length] = hit.byte;
    return line;
  });
};

const cases = fc
  .record({
    city: fc.integer({ min: 1, max: 12 }),
    product: fc.integer({ min: 1, max: 5 }),
    tag: fc.integer({ min: 1, max: 4 }),
  })
  .chain((widths) =>
    fc.record({
      widths: fc.constant(widths),
      short: fc.constantFrom('pad', 'reject'),
      header: textOfWidth(8)
        .map((text) => text.trimEnd())
        .filter((text) => text !== ''),
      mostRecords: fc.constantFrom(1, 3, 16_000),
      lines: fc.array(lineOf(widths), { minLength: 1, maxLength: 60 }),
    }),
  );

test('rows, rejects, sums, parents, partitions and tables are those of the code points', () => {
  fc.assert(
    fc.property(cases, ({ widths, short, header, mostRecords, lines }) => {
      const expected = byCodePoints(lines, header, widths, short);
      expect(byBatches(layoutOf(widths, short), lines, header, mostRecords)).toEqual(expected);
    }),
    { numRuns: 300 },
  );
}, 60_000);

test('more characters than codes, partitioned by them, over many batches', () => {
  const widths = { city: 6, product: 2, tag: 2 };
  const lines = Array.from({ length: 3000 }, (_, index) => {
    const ideograph = (by: number) => String.fromCodePoint(0x4e00 + ((index * by) % 700));
    const text =
      index % 9 === 0
        ? `L${ideograph(7)}${ideograph(3)}ão`
        : `I${ideograph(1)} 001232${ideograph(5)} É X ${ideograph(11)}7`;
    return new Uint8Array(Buffer.from(text + ' '.repeat(LENGTH - [...text].length)));
  });
  const expected = byCodePoints(lines, '名前', widths, 'reject');
  expect(expected.rejects).toEqual([]);
  const found = byBatches(layoutOf(widths, 'reject'), lines, '名前', 100);
  expect(found).toEqual(expected);
  expect(comparable('名')).toBe('e5908d');
});
