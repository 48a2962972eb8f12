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

test('faults of single rows are told once each, also after the most spellings that are remembered', () => {
  const layout = readLayout(
    JSON.stringify({
      name: 'full',
      encoding: 'us-ascii',
      record: { format: 'fixed', length: 8 },
      partitionBy: ['p'],
      fields: [
        { name: 'p', start: 1, end: 8, type: 'integer' },
        { name: 'q', start: 1, end: 8, type: 'string' },
      ],
    }),
    'full.json',
  );
  const remembered = 65_536;
  // One before the tables are emptied, one after, and one on both sides.
  const wrong = new Set([3, 40_000, remembered + 7, remembered + 600]);
  const spellings = Array.from({ length: remembered + 500 }, (_, index) =>
    wrong.has(index) ? `X${String(index).padStart(7, '0')}` : String(index).padStart(8, '0'),
  );
  const names = [...spellings, ...spellings.slice(39_900, 40_100)];
  const expected = names.flatMap((name, row) => (name.startsWith('X') ? [row] : []));
  expect(expected).toEqual([3, 40_000, remembered + 7, remembered + 600]);
  const kernel = new Kernel();
  const router = new PartitionRouter(kernel, firstDataset(layout).partitionBy, names.length);
  const records = kernel.place(Buffer.from(names.join('')));
  const addresses = kernel.place(
    new Uint8Array(Uint32Array.from(names, (_, index) => records + index * 8).buffer),
  );
  const outcomes = kernel.place(new Uint8Array(names.length));
  const batch = { count: names.length, addresses, outcomes, ends: 0, spaceByte: 0x20 };
  router.route({ ...batch, count: remembered }, () => undefined);
  const { usedBytes } = kernel;
  const faults: number[] = [];
  router.route(batch, (row) => faults.push(row));
  expect(faults.sort((a, b) => a - b)).toEqual(expected);
  const found = names.map((_, row) => kernel.view.getInt32(router.partitionIndexes + row * 4, true));
  expect(found.map((partition) => router.partitions[partition]?.[0] ?? null)).toEqual(
    names.map((name) => (name.startsWith('X') ? null : String(Number(name)))),
  );
  // What is forgotten takes no room: the tables stay as large as they are.
  expect(kernel.usedBytes).toBe(usedBytes);
});
