import { type DayCommit, dayCommitShape } from '../../shared/day/day-commit.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { rollBack } from '../../shared/pipeline/operate/roll-back.ts';
import { publishDay } from '../../shared/pipeline/publish/publish-day.ts';
import { readJson } from '../../shared/pipeline/store/json-object.ts';
import { ledgerEntryShape } from '../../shared/run/ledger-entry.ts';
import type { TestLake } from './run-pipeline.ts';
import { smallLayout } from './small-contracts.ts';

/** The business date of the files that tests load, and the file that most of them load. */
export const DATE = '2025-08-12';
export const KEY = 'f_20250812.txt';
export const DAY = { dataset: 'small', businessDate: DATE };

/** Loads files of the layout `small`, and asks what the lake then holds of their day. */
export function smallDay(lake: TestLake) {
  const entryOf = (result: { ledgerKey: string }) =>
    readJson(lake.ports.lake, result.ledgerKey, ledgerEntryShape);
  return {
    async load(key: string, bytes: Buffer, request: Record<string, unknown> = {}, layout = smallLayout()) {
      await lake.putRaw(key, bytes);
      return lake.convert({ layout, sourceKey: key, ...request });
    },
    entryOf,
    refusalOf: async (result: { ledgerKey: string }) => (await entryOf(result)).refusal?.code,
    /** Ids of the published rows, sorted. */
    ids: async () => (await lake.publishedRows('small', 'id')).map(({ id }) => id).sort(),
    async commits() {
      const found: DayCommit[] = [];
      const { lake: store } = lake.ports;
      for await (const { key } of store.list('ledger/small/year=2025/month=08/day=12/_day/')) {
        found.push(await readJson(store, key, dayCommitShape));
      }
      return found.sort((a, b) => a.commit - b.commit);
    },
    async keysBelow(prefix: string) {
      const keys: string[] = [];
      for await (const { key } of lake.ports.lake.list(prefix)) keys.push(key);
      return keys;
    },
  };
}

/** A step of a random sequence: `publish` in part, `roll back` of the file `KEY`, or, by any other name, of the day. */
export async function publishOrRollBack({ ports }: TestLake, step: string): Promise<void> {
  if (step === 'publish') {
    const layout = readLayout(smallLayout(), 'small.json');
    await publishDay(ports, layout, DATE, { partial: { reason: 'on purpose' } });
    return;
  }
  const what = step === 'roll back' ? { file: KEY } : {};
  // There may be nothing to go back to.
  await rollBack(ports, { ...DAY, ...what, reason: 'x' }).catch((error: Error) => {
    if (error.name !== 'UsageError') throw error;
  });
}
