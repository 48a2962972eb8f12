import fc from 'fast-check';
import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';
import { ByteWriter } from 'hyparquet-writer';
import { serializeTCompactProtocol } from 'hyparquet-writer/src/thrift.js';
import { expect, it } from 'vitest';
import type { ThriftFields, ThriftValue } from '../../shared/parquet/thrift-struct.ts';
import { ThriftWriter } from '../../shared/parquet/thrift-writer.ts';

const i32 = fc.oneof(fc.integer(), fc.constantFrom(0, 1, -1, 63, 64, -64, -65, 2 ** 31 - 1, -(2 ** 31)));
const i64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(0n, -1n, 2n ** 31n, 2n ** 51n, -(2n ** 51n), 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)),
);
const scalars = [
  fc.boolean(),
  i32,
  i64,
  fc.string(),
  fc.uint8Array({ maxLength: 300 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value)),
];
const { fields } = fc.letrec<{ fields: ThriftFields; value: ThriftValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    ...scalars,
    fc.oneof(...scalars.map((scalar) => fc.array<ThriftValue>(scalar, { maxLength: 20 }))),
    fc.array(tie('fields'), { maxLength: 3 }),
    tie('fields'),
  ),
  fields: fc
    .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 60 }), tie('value')), {
      selector: ([id]) => id,
      maxLength: 6,
    })
    .map((all) =>
      Object.fromEntries(all.sort(([a], [b]) => a - b).map(([id, value]) => [`field_${id}`, value])),
    ),
}));

it('writes what an independent writer of the protocol writes', () => {
  const writer = new ThriftWriter();
  fc.assert(
    fc.property(fields, (value) => {
      const other = new ByteWriter();
      serializeTCompactProtocol(other, value);
      expect(Buffer.from(writer.encode((out) => out.anyFields(value))).toString('hex')).toBe(
        Buffer.from(other.getBytes()).toString('hex'),
      );
    }),
  );
});

it('reads back as it was written, also beyond the first buffer', () => {
  const bytes = new Uint8Array(100_000).fill(7);
  const fields = { field_1: bytes, field_40: [1n, 2n ** 40n], field_41: 'ç' };
  const written = new ThriftWriter().encode((out) => out.anyFields(fields));
  const view = new DataView(written.buffer, written.byteOffset, written.byteLength);
  expect(deserializeTCompactProtocol({ view, offset: 0 })).toEqual({
    field_1: bytes,
    field_40: [1n, 2n ** 40n],
    field_41: Uint8Array.from(Buffer.from('ç')),
  });
});
