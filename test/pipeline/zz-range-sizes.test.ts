import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { ZSTD_PAGES } from '../../tools/zstd-pages.ts';
import { hostileFiles } from '../support/hostile-forms.ts';
import { MemoryLake } from '../support/memory-lake.ts';
import { samples } from '../support/samples.ts';

const KEY = 'f_20250812.txt';
const RUNS = samples(320);
const SIZES = [1, 7, 13, 64];

/** What people see of a conversion: rows and rejects in their order, the refusal, and the account of the file. */
async function outcomeOf(layout: object, bytes: Uint8Array, rangeSizeBytes: number) {
  const lake = new MemoryLake();
  const request = { layout: JSON.stringify(layout), rangeSizeBytes };
  const result = await lake.load(KEY, bytes, request);
  const { refusal, records, warnings, runId } = await lake.entry(result);
  const accountKey = `runs/${runId}/reconciliation.json`;
  const hasAccount = lake.keys(accountKey).length > 0;
  const account = hasAccount ? JSON.parse(Buffer.from(lake.lake.bytesOf(accountKey)).toString()) : {};
  const tables: Record<string, unknown[]> = {};
  for (const key of lake.keys('processed/')) {
    if (!key.endsWith('.parquet')) continue;
    const file = new Uint8Array(lake.lake.bytesOf(key)).buffer;
    const rows = await parquetReadObjects({ file, utf8: false, compressors: ZSTD_PAGES });
    const name = key.replace(/\/gen=.*/, '');
    // Rejects of a batch are written in the order in which they are found.
    const inOrder = name.includes('_rejects/')
      ? rows.toSorted((a, b) => Number(a.byte_offset) - Number(b.byte_offset))
      : rows;
    tables[name] = inOrder.map(inspected);
  }
  return { refusal, records, warnings, account: { ...account, seal: undefined }, tables };
}

const inspected = (row: object) =>
  JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value));

test('rows, rejects, refusals and totals of a file are the same for every range size', async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(hostileFiles, async ({ layout, bytes }) => {
      const whole = await outcomeOf(layout, bytes, 1_000_000);
      const name = whole.refusal?.code ?? 'loaded';
      seen.set(name, (seen.get(name) ?? 0) + 1);
      for (const size of SIZES) expect([size, await outcomeOf(layout, bytes, size)]).toEqual([size, whole]);
    }),
    { numRuns: Number(process.env.RUNS ?? 5) },
  );
  expect(seen.get('loaded')).toBeGreaterThan(RUNS / 4);
  expect(seen.size).toBeGreaterThan(3);
});
