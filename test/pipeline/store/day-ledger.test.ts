import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { ledgerDays } from '../../../shared/pipeline/store/day-ledger.ts';

const DAY = 'ledger/small/year=2025/month=08/day=12/';

describe('the days of a ledger', () => {
  it('are found at the cost of their folders, whatever is in them', async () => {
    const store = new MemoryObjectStore();
    for (let file = 0; file < 200; file++) store.replace(`${DAY}f${file}.json`, new Uint8Array(1));
    store.replace('ledger/small/year=2025/month=09/day=01/_terms/1.json', new Uint8Array(1));
    store.replace('ledger/small/undated/g.json', new Uint8Array(1));
    store.replace('ledger/other/year=2024/month=12/day=31/h.json', new Uint8Array(1));
    store.replace('ledger/_tables/small.json', new Uint8Array(1));
    expect(await ledgerDays(store)).toEqual(
      new Map([
        ['other', new Set(['2024-12-31'])],
        ['small', new Set(['2025-08-12', '2025-09-01'])],
      ]),
    );
    // The ledger, three folders in it, two years, three months: no day was looked into.
    expect(store.calls).toEqual({ listFolder: 1 + 3 + 2 + 3 });
  });
});
