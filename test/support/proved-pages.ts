import { expect } from 'vitest';
import { provePages } from '../../shared/pipeline/verify/readable-pages.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';

/** Every Parquet file of a lake holds what its footer and page indexes say. */
export async function expectPagesProved(lake: ObjectStore): Promise<void> {
  let count = 0;
  for await (const { key } of lake.list('')) {
    if (!key.endsWith('.parquet')) continue;
    const stored = await lake.get(key);
    expect([key, (await provePages(stored!.bytes)).problem]).toEqual([key, undefined]);
    count++;
  }
  expect(count).toBeGreaterThan(0);
}
