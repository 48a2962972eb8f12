import { expect, test } from 'vitest';
import { PartitionRouter } from '../../shared/decode/partition-router.ts';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { firstDataset } from '../../shared/layout/layout.ts';

test('the tables and the memory grow in the middle of a batch if there are more partitions than they hold', () => {
  const layout = readLayout(
    JSON.stringify({
      name: 'full',
      encoding: 'us-ascii',
      record: { format: 'fixed', length: 8 },
      partitionBy: ['p'],
      fields: [
        { name: 'p', start: 1, end: 8, type: 'string' },
        { name: 'q', start: 1, end: 8, type: 'string' },
      ],
    }),
    'full.json',
  );
  const kernel = new Kernel();
  const count = 4000;
  const router = new PartitionRouter(kernel, firstDataset(layout).partitionBy, count);
  const names = Array.from({ length: count }, (_, index) => `P${String(index % 3000).padStart(7, '0')}`);
  const records = kernel.place(Buffer.from(names.join('')));
  const addresses = kernel.place(
    new Uint8Array(Uint32Array.from(names, (_, index) => records + index * 8).buffer),
  );
  const outcomes = kernel.place(new Uint8Array(count));
  const before = kernel.bytes.length;
  const heapAddress = Math.ceil(kernel.call.heapStart() / 64) * 64;
  while (heapAddress + kernel.usedBytes + 64 <= before) kernel.allocate(64);
  router.route({ count, addresses, outcomes, ends: 0, spaceByte: 0x20 }, () => expect.unreachable());
  expect(kernel.bytes.length).toBeGreaterThan(before);
  const found = names.map((_, row) => kernel.view.getInt32(router.partitionIndexes + row * 4, true));
  expect(found.map((partition) => router.partitions[partition]![0])).toEqual(names);
});
