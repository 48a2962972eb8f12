import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BatchDecoder } from '../../shared/decode/batch-decoder.ts';
import { decodeValue } from '../../shared/decode/decode-value.ts';
import { partitionText } from '../../shared/decode/partition-router.ts';
import { RecordExtractor } from '../../shared/decode/record-extractor.ts';
import { recordShape } from '../../shared/decode/record-shape.ts';
import type { Reject } from '../../shared/decode/record-type-decoder.ts';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { STATE_INVALID } from '../../shared/kernel/shapes.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import type { Field } from '../../shared/layout/field.ts';
import { firstDataset, type Layout } from '../../shared/layout/layout.ts';
import { comparable, vectorValue } from '../support/vector-values.ts';

const kernel = new Kernel();
const LENGTH_BYTES = 24;

type Settled = ReturnType<typeof decodeValue> | { state: 'invalid'; reason: string };

/** A value of a line that was filled up: only a text that need not be there may be cut by the end of the line. */
function settledValue(whole: Uint8Array, lineBytes: number, field: Field): Settled {
  const isOptionalText = field.type.kind === 'string' && !field.required;
  if (isOptionalText || lineBytes >= field.endByte) return decodeValue(whole, 0, field);
  const reason = lineBytes > field.startByte ? 'cut-by-record-end' : 'beyond-record-end';
  return { state: 'invalid', reason };
}

interface Expected {
  /** By partition, as JSON of its values. */
  rows: Record<string, unknown[][]>;
  rejects: string[];
  nulled: number[];
  sum: bigint;
  undecodable: number;
}

/** Decodes lines one record and one value at a time. */
function oneByOne(layout: Layout, lines: string[]): Expected {
  const result: Expected = {
    rows: {},
    rejects: [],
    nulled: firstDataset(layout).fields.map(() => 0),
    sum: 0n,
    undecodable: 0,
  };
  const amount = firstDataset(layout).fields.find(({ name }) => name === 'amount')!;
  for (const line of lines) {
    const bytes = new Uint8Array(Buffer.from(line, 'latin1'));
    if (bytes.length === 0) result.rejects.push('blank-record:null');
    else if (bytes.length > LENGTH_BYTES) result.rejects.push('record-too-long:null');
    else if (bytes.length < LENGTH_BYTES && layout.record.short === 'reject') {
      result.rejects.push('record-too-short:null');
      if (bytes.length < amount.endByte) result.undecodable++;
    }
    const whole = new Uint8Array(Math.max(LENGTH_BYTES, bytes.length)).fill(0x20);
    whole.set(bytes);
    const cut = bytes.length < LENGTH_BYTES && (bytes.length === 0 || layout.record.short === 'reject');
    if (!cut || bytes.length >= amount.endByte) {
      const summed = settledValue(whole, bytes.length, amount);
      if (summed.state === 'value') result.sum += summed.value as bigint;
      if (summed.state === 'invalid') result.undecodable++;
    }
    if (cut || bytes.length > LENGTH_BYTES) continue;
    const decoded = firstDataset(layout).fields.map((field) => settledValue(whole, bytes.length, field));
    const order = [...firstDataset(layout).partitionBy, ...firstDataset(layout).columns];
    const wrong = order.find((field) => {
      const value = decoded[firstDataset(layout).fields.indexOf(field)]!;
      const isCut = value.state === 'invalid' && value.reason.endsWith('-record-end');
      const rejects = isCut || field.onInvalid === 'reject';
      return (field.required && value.state !== 'value') || (value.state === 'invalid' && rejects);
    });
    if (wrong) {
      const value = decoded[firstDataset(layout).fields.indexOf(wrong)]!;
      result.rejects.push(`${value.state === 'invalid' ? value.reason : 'required-blank'}:${wrong.name}`);
      continue;
    }
    for (const [index, value] of decoded.entries()) if (value.state === 'invalid') result.nulled[index]!++;
    const partition = firstDataset(layout).partitionBy.map((field) => {
      const value = decoded[firstDataset(layout).fields.indexOf(field)]!;
      return value.state === 'value' ? partitionText(value.value, field) : null;
    });
    const row = firstDataset(layout).columns.map((field) => {
      const value = decoded[firstDataset(layout).fields.indexOf(field)]!;
      return value.state === 'value' ? comparable(value.value) : null;
    });
    const key = JSON.stringify(partition);
    result.rows[key] ??= [];
    result.rows[key].push(row);
  }
  return result;
}

/** The same lines through the kernel, in batches. */
function byBatches(layout: Layout, lines: string[]): Expected {
  kernel.reset();
  const rejects: Reject[] = [];
  const extractor = new RecordExtractor(kernel, recordShape(layout.record, 1), 0);
  const decoder = new BatchDecoder(kernel, layout, extractor.capacityRecords, (reject) =>
    rejects.push(reject),
  );
  const rows: Expected['rows'] = {};
  extractor.push(new Uint8Array(Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1')), 0);
  while (extractor.extract(true) > 0) {
    for (const { partition, vectors, members, count } of decoder.decode(extractor)) {
      const key = JSON.stringify(decoder.partitionsOf(0)[partition]);
      rows[key] ??= [];
      for (let index = 0; index < count; index++) {
        const member = kernel.view.getUint16(members + index * 2, true);
        rows[key].push(
          vectors.map((vector) =>
            kernel.bytes[vector.states + member] === STATE_INVALID
              ? null
              : vectorValue(kernel, vector, member),
          ),
        );
      }
    }
  }
  expect(decoder.rejectedCount).toBe(rejects.length);
  expect(decoder.detailCount).toBe(lines.length);
  return {
    rows,
    rejects: rejects.map(({ reason, field }) => `${reason}:${field}`),
    nulled: firstDataset(layout).fields.map(({ name }) => decoder.settledValues[name]?.nulled ?? 0),
    sum: decoder.sums[0]!.total,
    undecodable: decoder.sums[0]!.undecodable,
  };
}

const settling = fc.record(
  { required: fc.boolean(), onInvalid: fc.constantFrom('null', 'reject') },
  { requiredKeys: [] },
);
const fieldText = (width: number, likely: string[]) =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...likely).map((text) => text.padEnd(width).slice(0, width)) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary-ascii', minLength: width, maxLength: width }) },
  );

test('rows, rejects, nulls, sums and partitions are the same as when one value is decoded at a time', () => {
  const cases = fc.record({
    settlings: fc.array(settling, { minLength: 4, maxLength: 4 }),
    partitionBy: fc.constantFrom([], ['kind'], ['kind', 'opened'], ['amount']),
    short: fc.constantFrom('pad', 'reject'),
    lines: fc.array(
      fc
        .tuple(
          fieldText(4, ['A', 'B', 'AÇ', '']),
          fieldText(8, ['20240229', '20230229', '']),
          fieldText(6, ['000123', '999999', '  12', '']),
          fieldText(6, ['João', 'x', '', 'Zé Ana']),
          fc.constantFrom(0, 0, 0, 0, 0, 0, -30, -3, -10, 5),
        )
        .map(([kind, day, amount, name, by]) =>
          `${kind}${day}${amount}${name}!!!!!`
            .replace(/[\r\n]/g, '?')
            .slice(0, Math.max(0, LENGTH_BYTES + by)),
        ),
      { minLength: 1, maxLength: 40 },
    ),
  });
  fc.assert(
    fc.property(cases, ({ settlings, partitionBy, short, lines }) => {
      const fields = [
        { name: 'kind', start: 1, end: 4, type: 'string' },
        { name: 'opened', start: 5, end: 12, type: 'date', format: 'yyyyMMdd' },
        { name: 'amount', start: 13, end: 18, type: 'decimal(6,2)', point: 'implied' },
        { name: 'name', start: 19, end: 24, type: 'string' },
      ].map((field, index) => ({ ...field, ...settlings[index] }));
      const layout = readLayout(
        JSON.stringify({
          name: 'sample',
          encoding: 'iso-8859-1',
          record: { format: 'lines', length: LENGTH_BYTES, short },
          fields,
          partitionBy,
          trailer: {
            match: { start: 1, end: 1, equals: 'T' },
            fields: [{ name: 'total', start: 2, end: 10, type: 'decimal(9,2)', point: 'implied' }],
          },
          controlTotals: [{ trailer: 'total', equals: 'sum(amount)' }],
        }),
        'sample.json',
      );
      expect(byBatches(layout, lines)).toEqual(oneByOne(layout, lines));
    }),
    { numRuns: 600 },
  );
});
