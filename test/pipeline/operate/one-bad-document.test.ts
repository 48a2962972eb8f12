import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openLake } from '../../../local/lake/lake-sql.ts';
import { RunInconsistent } from '../../../shared/errors.ts';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { cleanLake } from '../../../shared/pipeline/operate/clean-lake.ts';
import { dayStatus } from '../../../shared/pipeline/operate/day-status.ts';
import { publishDay } from '../../../shared/pipeline/publish/publish-day.ts';
import { watchSla } from '../../../shared/pipeline/watch/watch-sla.ts';
import { NOBODY_KNOWS } from '../../../shared/ports/executions.ts';
import { Chances } from '../../../tools/chaos/fault-plan.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';

const DATASETS = ['small', 'other'];
const DATES = ['2025-08-11', '2025-08-12'];
const layoutOf = (name: string) => smallLayout({ name, day: { maxChangePercent: 50 } });
const days = DATASETS.flatMap((dataset) => DATES.map((date) => ({ dataset, date })));
const watched = {
  calendar: {
    timeZone: 'America/Sao_Paulo',
    deadline: '09:00',
    businessDate: 'day-before' as const,
    holidays: [],
    weekends: 'silent' as const,
  },
  layouts: DATASETS.map(layoutOf),
};
/** The check of the night of the later day. */
const MORNING = new Date('2025-08-13T11:30:00Z');

async function twoTablesOfTwoDays(): Promise<TestLake> {
  const lake = await TestLake.make('on disk');
  let amount = 1;
  for (const { dataset, date } of days) {
    for (const letter of ['a', 'b']) {
      const key = `${dataset}_${letter}_${date.replaceAll('-', '')}.txt`;
      // Each converted twice, so that there are generations to clean.
      for (const second of ['X', 2]) {
        await lake.putRaw(key, smallFile(smallLine(letter, amount++), smallLine(`${letter}2`, second)));
        await lake.convert({ layout: layoutOf(dataset), sourceKey: key });
      }
    }
  }
  return lake;
}

/** The dataset, and the day, that a document belongs to. */
function victimOf(key: string): { dataset: string; date: string | undefined } {
  const dataset = DATASETS.find((name) => new RegExp(`[/]${name}(_rejects|_days)?([/]|\\.json$)`).test(key))!;
  const [, year, month, day] = /year=(\d+)\/month=(\d+)\/day=(\d+)/.exec(key) ?? [];
  return { dataset, date: year && `${year}-${month}-${day}` };
}

/** Every command, with what it says of the days that the damaged document does not belong to. */
async function answers(lake: TestLake, isOther: (dataset: string, date: string) => boolean) {
  const { ports } = lake;
  const found: Record<string, unknown> = {};
  for (const { dataset, date } of days.filter((day) => isOther(day.dataset, day.date))) {
    const layout = readLayout(layoutOf(dataset), 'small.json');
    found[`status ${dataset} ${date}`] = await dayStatus(ports, dataset, date);
    found[`publish ${dataset} ${date}`] = await publishDay(ports, layout, date);
  }
  const all = { runsOlderThanMs: 0, generationsOlderThanMs: 0, dryRun: true };
  const { removed } = await cleanLake(ports, all);
  const about = (key: string) =>
    days.find(({ dataset, date }) => key.includes(`/${dataset}/year=2025/month=08/day=${date.slice(-2)}/`));
  const others = removed.filter(({ what, key }) => {
    const day = about(key);
    return what === 'generation' && day !== undefined && isOther(day.dataset, day.date);
  });
  found.clean = others.map(({ key }) => key).sort();
  const opened = await openLake({ lakeDir: join(lake.dir, 'lake') });
  for (const dataset of DATASETS.filter((name) => DATES.every((date) => isOther(name, date)))) {
    const { rows } = await opened.query(`SELECT id, amount::VARCHAR FROM ${dataset} ORDER BY ALL`);
    found[`query ${dataset}`] = rows;
  }
  opened.close();
  const damaged: unknown = await watchSla(
    ports,
    { sla: watched, executions: NOBODY_KNOWS },
    'alarm',
    MORNING,
  ).catch((error) => error);
  if (damaged instanceof Error) expect(damaged).toBeInstanceOf(RunInconsistent);
  for (const dataset of DATASETS.filter((name) => DATES.every((date) => isOther(name, date)))) {
    const key = `ledger/${dataset}/year=2025/month=08/day=12/_sla/alarm.json`;
    found[`watchdog ${dataset}`] = (await ports.lake.head(key)) !== undefined;
    await ports.lake.delete([key]);
  }
  return found;
}

it('one damaged document stops no command for the other days and tables', async () => {
  await using lake = await twoTablesOfTwoDays();
  const store = lake.ports.lake;
  const whole = await answers(lake, () => true);
  expect(whole['watchdog small']).toBe(true);
  const keys: string[] = [];
  for (const prefix of ['ledger/', 'catalog/']) {
    for await (const { key } of store.list(prefix)) if (!/\/_(history|holds)\//.test(key)) keys.push(key);
  }
  const chances = new Chances(7, 'damage');
  const ofEach = ['_day/', '_terms/', '_tables/', '_content/', 'catalog/small.', '/other_b', '_rejects.json'];
  const chosen = ofEach.map((part) => chances.of(keys.filter((key) => key.includes(part))));
  for (const key of [...chosen, ...Array.from({ length: 8 }, () => chances.of(keys))]) {
    const { bytes } = (await store.get(key))!;
    await store.put(key, bytes.subarray(0, chances.below(bytes.length - 2)));
    const victim = victimOf(key);
    const isOther = (dataset: string, date: string) =>
      dataset !== victim.dataset || (victim.date !== undefined && victim.date !== date);
    const found = await answers(lake, isOther).catch((error: Error) => ({ [key]: error.message }));
    const wanted = Object.fromEntries(Object.keys(found).map((name) => [name, whole[name]]));
    const { clean: _found, ...rest } = found as Record<string, unknown>;
    const { clean: _whole, ...restWanted } = wanted;
    expect(rest, key).toEqual(restWanted);
    const ofOthers = (whole.clean as string[]).filter((folder) => {
      const day = days.find(({ dataset, date }) =>
        folder.includes(`/${dataset}/year=2025/month=08/day=${date.slice(-2)}/`),
      );
      return day && isOther(day.dataset, day.date);
    });
    expect((found as { clean: string[] }).clean, key).toEqual(ofOthers);
    await store.put(key, bytes);
  }
});
