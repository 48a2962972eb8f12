import { expect, test } from 'vitest';
import { FieldVector } from '../../shared/decode/field-vector.ts';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { PageCompressor } from '../../shared/parquet/page-compressor.ts';
import { RowGroupBuffer } from '../../shared/parquet/row-group-buffer.ts';

const BATCH_ROWS = 4096;
const SCHEMA = [...'abcdefgh'].map((name) => ({ name, type: { kind: 'integer' as const } }));

/** A buffer, and a function that appends a batch of numbers to it. The numbers neither repeat nor compress. */
function filled() {
  const kernel = new Kernel();
  const buffer = new RowGroupBuffer(kernel, [SCHEMA], 'snappy', new PageCompressor(kernel));
  const vectors = SCHEMA.map(() => new FieldVector(kernel, 'int64', BATCH_ROWS));
  const members = kernel.place(
    new Uint8Array(Uint16Array.from({ length: BATCH_ROWS }, (_, row) => row).buffer),
  );
  let next = 1n;
  const append = (partition: number, count = BATCH_ROWS) => {
    for (const { states, values } of vectors) {
      for (let row = 0; row < count; row++) {
        next = BigInt.asUintN(64, next * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n);
        kernel.bytes[states + row] = 1;
        kernel.view.setBigUint64(values + row * 8, next, true);
      }
    }
    buffer.append({ dataset: 0, partition }, vectors, members, count);
  };
  return { buffer, append };
}

test('the largest partition is the next to be written, even if partitions before it have no rows', () => {
  const { buffer, append } = filled();
  append(1, 10);
  let batches = 0;
  while (buffer.nextFull() === undefined) {
    append(4);
    append(3, 100);
    batches++;
  }
  expect(buffer.nextFull()).toEqual({ dataset: 0, partition: 4 });
  expect(batches * BATCH_ROWS).toBeLessThan(1_000_000);
  buffer.rowsOf({ dataset: 0, partition: 4 })?.clear();
  expect(buffer.nextFull()).toBeUndefined();
  const rows = [0, 1, 2, 3, 4].map((partition) => buffer.rowsOf({ dataset: 0, partition })?.rowCount);
  expect(rows).toEqual([undefined, 10, undefined, batches * 100, undefined]);
});
