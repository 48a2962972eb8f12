import fc from 'fast-check';
import { expect, it } from 'vitest';
import { avroFileBytes, readAvroFile } from '../../shared/iceberg/avro-file.ts';
import { AvroReader } from '../../shared/iceberg/avro-reader.ts';
import {
  type AvroRecord,
  type AvroType,
  optionalField,
  requiredField,
} from '../../shared/iceberg/avro-type.ts';
import { AvroWriter } from '../../shared/iceberg/avro-writer.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

function bytesOf(type: AvroType, value: Parameters<AvroWriter['value']>[1]): Buffer {
  const writer = new AvroWriter();
  writer.value(type, value);
  return Buffer.from(writer.bytes());
}

it('reads a text that begins with U+FEFF whole', () => {
  expect(new AvroReader(bytesOf('string', '\ufeffa')).text()).toBe('\ufeffa');
});

it('writes the bytes that the specification of Avro gives', () => {
  // Apache Avro 1.12, "Binary Encoding".
  for (const [value, bytes] of [
    [0, '00'],
    [-1, '01'],
    [1, '02'],
    [-2, '03'],
    [-64, '7f'],
    [64, '80 01'],
    [2 ** 30, '80 80 80 80 08'],
    [-(2n ** 63n), 'ff ff ff ff ff ff ff ff ff 01'],
  ] as const) {
    expect(bytesOf('long', value)).toEqual(hex(bytes));
  }
  expect(bytesOf('string', 'foo')).toEqual(hex('06 66 6f 6f'));
  expect(bytesOf(['null', 'string'], null)).toEqual(hex('00'));
  expect(bytesOf(['null', 'string'], 'a')).toEqual(hex('02 02 61'));
  expect(bytesOf({ type: 'array', items: 'long' }, [3, 27])).toEqual(hex('04 06 36 00'));
});

it('reads every number that it writes', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      expect(BigInt(new AvroReader(bytesOf('long', value)).long())).toBe(value);
    }),
  );
});

const ROW: AvroRecord = {
  type: 'record',
  name: 'row',
  fields: [
    requiredField(1, 'name', 'string'),
    optionalField(2, 'count', 'long'),
    requiredField(3, 'parts', { type: 'array', items: 'bytes' }),
  ],
};
const anyRow = () => undefined;
const rows = [
  { name: 'CÂMBIO', count: null, parts: [] },
  { name: '', count: 2 ** 40, parts: [Uint8Array.of(1, 2), Uint8Array.of()] },
];

it('reads the rows of a file, and takes no altered byte for a value of another', () => {
  const bytes = avroFileBytes(ROW, { metadata: { content: 'data' }, rows });
  expect(readAvroFile(ROW, anyRow, bytes, 'a.avro')).toEqual(rows);
  expect(avroFileBytes(ROW, { metadata: { content: 'data' }, rows })).toEqual(bytes);
  for (let at = 0; at < bytes.length; at++) {
    const altered = bytes.slice();
    altered[at]! ^= 0x10;
    const read = () => readAvroFile(ROW, anyRow, altered, 'a.avro');
    try {
      expect(read()).toEqual(rows);
    } catch {
      expect(read).toThrow(expect.objectContaining({ name: 'ObjectDamaged', where: 'a.avro' }));
    }
  }
});
