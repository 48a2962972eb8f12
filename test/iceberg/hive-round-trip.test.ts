import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fieldNames } from '../../shared/iceberg/field-names.ts';
import { partitionTuple, partitionValues } from '../../shared/iceberg/partition-spec.ts';
import { hiveTypeOf, tableFields } from '../../shared/iceberg/table-schema.ts';

it('the types of a table come back from its schema as the catalog has them', () => {
  const types = [
    ...['string', 'bigint', 'date', 'timestamp', 'boolean', 'binary', 'double', 'decimal(38,10)'],
    ...['array<bigint>', 'array<struct<code:string,amount:decimal(9,2)>>'],
  ];
  const columns = types.map((type, index) => ({ name: `c${index}`, type }));
  const table = { columns, partitionKeys: [{ name: 'day', type: 'string' }] };
  const ids = Object.fromEntries(fieldNames(table).map((name, index) => [name, index + 1]));
  const back = tableFields(table, ids).map(({ name, type }) => ({ name, type: hiveTypeOf(type) }));
  expect(back).toEqual([...columns, ...table.partitionKeys]);
});

it('the values of a partition come back from its tuple as folders show them', () => {
  const keys = [
    { name: 'product', type: 'string' },
    { name: 'branch', type: 'bigint' },
    { name: 'rate', type: 'decimal(9,2)' },
    { name: 'due', type: 'date' },
    { name: 'open', type: 'boolean' },
  ];
  const rate = fc.bigInt({ min: -999_999_999n, max: 999_999_999n }).map((unscaled) => {
    const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(3, '0');
    return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
  });
  const due = fc
    .integer({ min: -30_000, max: 60_000 })
    .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));
  const values = fc.record({
    product: fc.option(fc.string({ minLength: 1 })),
    branch: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)),
    rate: fc.option(rate),
    due: fc.option(due),
    open: fc.option(fc.boolean().map(String)),
  });
  fc.assert(
    fc.property(values, (one) => {
      expect(partitionValues(keys, partitionTuple(keys, one))).toEqual(one);
    }),
  );
});
