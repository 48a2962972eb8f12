import { crc64nvme, crc64ToBase64 } from '../../shared/ranges/crc64nvme.ts';

/** A layout of 20-byte lines: id, amount (implied, scale 2), product. */
export function smallLayout(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    name: 'small',
    encoding: 'us-ascii',
    record: { format: 'lines', length: 20, short: 'pad' },
    partitionBy: ['product'],
    fields: [
      { name: 'id', start: 1, end: 6, type: 'string', required: true },
      { name: 'amount', start: 7, end: 15, type: 'decimal(9,2)', point: 'implied' },
      { name: 'product', start: 16, end: 20, type: 'string' },
    ],
    rejects: { maxPercent: 100 },
    ...changes,
  });
}

export function smallLine(id: string, cents: number | string, product = 'A'): string {
  return `${id.padEnd(6)}${String(cents).padStart(9, '0')}${product.padEnd(5)}`;
}

export function smallFile(...lines: string[]): Buffer {
  return Buffer.from(`${lines.join('\n')}\n`, 'latin1');
}

export function checksumOf(bytes: Uint8Array): string {
  return crc64ToBase64(crc64nvme(bytes));
}

export function dayManifest(files: Record<string, unknown>[], changes: Record<string, unknown> = {}): Buffer {
  return Buffer.from(JSON.stringify({ format: 'positional-lake-day/1', files, ...changes }));
}
