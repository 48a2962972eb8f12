import { describe, expect, it } from 'vitest';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { dayStatus } from '../../../shared/pipeline/operate/day-status.ts';
import { rollBack } from '../../../shared/pipeline/operate/roll-back.ts';
import { publishDay } from '../../../shared/pipeline/publish/publish-day.ts';
import { dayEntries } from '../../../shared/pipeline/store/day-ledger.ts';
import { isLoaded } from '../../../shared/run/ledger-entry.ts';
import { Chances } from '../../../tools/chaos/fault-plan.ts';
import { VirtualTime } from '../../../tools/chaos/virtual-time.ts';
import { CrowdedDay } from '../../support/crowded-day.ts';
import { convertFile } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';

const DATES = ['2025-08-12', '2025-08-13'];
const FILES = [
  { key: 'a_20250812.txt', id: 'A' },
  { key: 'b_20250812.txt', id: 'B' },
  { key: 'c_20250813.txt', id: 'C' },
];

/** The layout with another type of its amount: two of the four fit into one table. */
function layoutOf(type: string): string {
  const fields = JSON.parse(smallLayout()).fields as { name: string }[];
  const amount = {
    name: 'amount',
    start: 7,
    end: 15,
    type,
    ...(type === 'string' ? {} : { point: 'implied' }),
  };
  return smallLayout({ fields: fields.map((field) => (field.name === 'amount' ? amount : field)) });
}
const TYPES = ['decimal(9,2)', 'decimal(12,2)', 'string', 'decimal(9,4)'];

/** Loads files of several layouts of one name at once, and answers with what is wrong afterwards. */
async function playAtOnce(seed: number): Promise<string[]> {
  const time = new VirtualTime(Date.parse('2025-08-13T05:00:00Z'));
  const chances = new Chances(seed, 'columns');
  const random = new Chances(seed, 'Math.random');
  const play = async () => {
    const day = new CrowdedDay(time, seed, undefined);
    const files = FILES.map((file) => ({ ...file, layout: layoutOf(chances.of(TYPES)) }));
    const broken: string[] = [];
    await Promise.all(
      files.map(async ({ key, id, layout }) => {
        day.raw.replace(key, smallFile(smallLine(id, 100)));
        await convertFile(day.ports, `run-${key}`, { layout, sourceKey: key }).catch((error: Error) => {
          if (!/Nothing was changed for readers/.test(error.message)) broken.push(`${key}: ${error.message}`);
        });
      }),
    );
    for (const date of DATES) broken.push(...(await settled(day, date)));
    return broken.map((problem) => `seed ${seed}: ${problem}`);
  };
  return time.run(play, () => random.below(2 ** 32) / 2 ** 32);
}

/** Publishes a day; if its files do not fit, takes out those that no reader sees, as the message says. */
async function settled({ ports, lake }: CrowdedDay, date: string): Promise<string[]> {
  const layout = readLayout(layoutOf(TYPES[0]!), 'small.json');
  const commits = lake.keys().filter((key) => key.includes(`day=${date.slice(-2)}/_day/`));
  const entries = (await dayEntries(lake, 'small', date)).filter(isLoaded);
  if (entries.length === 0) return [];
  const { pending, published } = await dayStatus(ports, 'small', date);
  if (pending) return [`commit ${pending.commit} of ${date} is written, and readers do not see it`];
  if (commits.length > 0 && !published) return [`a commit of ${date} is not shown`];
  const unseen = entries.slice(published?.files ?? 0);
  try {
    for (const { sourceKey, loaded } of unseen) {
      const shown = commits.some((key) => Buffer.from(lake.bytesOf(key)).includes(loaded.runId));
      const request = { dataset: 'small', businessDate: date, file: sourceKey, remove: true, reason: 'x' };
      if (!shown) await rollBack(ports, request);
    }
    const { published: stands, waitingFor } = await publishDay(ports, layout, date);
    return stands || waitingFor?.includes('a first file') ? [] : [`${date} waits for ${waitingFor}`];
  } catch (error) {
    // The type that this layout has may not be that of the table.
    const { message } = error as Error;
    return /Nothing was changed for readers/.test(message) ? [] : [`${date}: ${message}`];
  }
}

describe('two days, or two files of one, with other columns at once', () => {
  it('write no commit that no catalog shows, and what does not fit can be taken out', async () => {
    const found: string[] = [];
    for (let seed = 0; seed < 40; seed++) found.push(...(await playAtOnce(seed)));
    expect(found).toEqual([]);
  });
});
