import { expect, test } from 'vitest';
import { batchCapacity } from '../../shared/decode/batch-capacity.ts';
import { BatchDecoder } from '../../shared/decode/batch-decoder.ts';
import { RecordExtractor } from '../../shared/decode/record-extractor.ts';
import { recordShape } from '../../shared/decode/record-shape.ts';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';

const MIB = 1024 * 1024;

/** Records of `typeCount` types, known by three digits, each with `fieldCount` texts of a byte, each type a child of the one before. */
function layoutOf(typeCount: number, fieldCount: number) {
  const recordTypes = Array.from({ length: typeCount }, (_, type) => ({
    name: `t${type}`,
    match: { start: 1, end: 3, equals: String(type).padStart(3, '0') },
    ...(type > 0 && type < 31 && { parent: `t${type - 1}` }),
    fields: Array.from({ length: fieldCount }, (_, field) => ({
      name: `f${field}`,
      start: 4 + field,
      end: 4 + field,
      type: 'string',
    })),
  }));
  const record = { format: 'lines', length: 3 + fieldCount };
  return readLayout(JSON.stringify({ name: 'mixed', encoding: 'cp037', record, recordTypes }), 'mixed.json');
}

test('batches of a usual layout have the largest possible size', () => {
  expect(batchCapacity(layoutOf(5, 40))).toBe(16_000);
});

test('a file with records of each of 200 types of 60 fields fits into the kernel', () => {
  const layout = layoutOf(200, 60);
  const kernel = new Kernel();
  const extractor = new RecordExtractor(kernel, recordShape(layout.record, 1), 0, batchCapacity(layout));
  const decoder = new BatchDecoder(kernel, layout, extractor.capacityRecords, () => undefined);
  const ebcdicDigits = (type: number) => [...String(type).padStart(3, '0')].map((digit) => 0xf0 + +digit);
  const lines = Array.from({ length: 400 }, (_, index) => [
    ...ebcdicDigits(index % 200),
    ...new Array(60).fill(0xc1),
    0x15,
  ]);
  extractor.push(Uint8Array.from(lines.flat()), 0);
  let rows = 0;
  while (extractor.extract(true) > 0) for (const { count } of decoder.decode(extractor)) rows += count;
  expect(rows).toBe(400);
  expect(kernel.usedBytes).toBeLessThan(512 * MIB);
});
