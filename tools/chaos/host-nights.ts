import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parquetReadObjects } from 'hyparquet';
import { ZSTD_PAGES } from '../zstd-pages.ts';
import { countsText } from './counts-text.ts';
import { Chances } from './fault-plan.ts';
import { Host, hostsAreAllowed } from './host.ts';
import type { HostDeed } from './host-order.ts';
import { BUSINESS_DATES, makeNightFiles, NIGHT_LAYOUT, type NightFile } from './night-files.ts';
import type { NightCatalog } from './night-lake.ts';
import { rowText } from './visible-rows.ts';

const COUNTS = [
  'killed',
  'stopped by SIGTERM',
  'not stopped',
  'rows lost',
  'rows doubled',
  'broken',
] as const;
type Counts = Record<(typeof COUNTS)[number], number>;

const MOST_WAIT_MS = 40;

/**
 * Plays `nights` in which hosts, each in a pid namespace of its own, convert the same files into one folder at once; one of them is killed
 * or stopped at a random moment. Then every host converts everything again: readers must see every row once. Answers whether they did.
 */
export async function playHosts(nights: number, hostCount: number, seed: number): Promise<boolean> {
  if (!hostsAreAllowed()) {
    console.log('skipped: this machine does not let us make pid namespaces (unshare -r --pid --fork)');
    return true;
  }
  const counts = Object.fromEntries(COUNTS.map((name) => [name, 0])) as Counts;
  const hosts = await Promise.all(Array.from({ length: hostCount }, () => Host.start()));
  try {
    for (let night = 0; night < nights; night++) {
      const broken = await playNight(hosts, new Chances(seed + night, 'hosts'), counts);
      showProgress(night + 1, nights, counts);
      if (broken.length === 0) continue;
      counts.broken++;
      console.error(`Seed ${seed + night}:\n  ${broken.join('\n  ')}`);
    }
  } finally {
    for (const host of hosts) await host.kill('SIGKILL');
  }
  console.log(
    countsText(
      `${nights} nights on ${hostCount} hosts`,
      COUNTS.map((name): [string, number] => [name, counts[name]]),
    ),
  );
  return counts.broken === 0;
}

/** A thousand nights take an hour: who ends them early keeps what was played. */
function showProgress(played: number, nights: number, counts: Counts): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[Knight ${played} of ${nights}`);
  else if (played % 50 === 0 && played < nights)
    console.log(`${played} of ${nights} nights, ${counts.broken} broken`);
}

async function playNight(hosts: Host[], chances: Chances, counts: Counts): Promise<string[]> {
  const dir = await mkdtemp(join(tmpdir(), 'chaos-hosts-'));
  try {
    const files = makeNightFiles(chances).filter(({ versions }) => versions[0]?.rows);
    const places = { lakeDir: join(dir, 'lake'), rawDir: join(dir, 'raw'), layout: join(dir, 'chaos.json') };
    await mkdir(places.rawDir);
    await writeFile(places.layout, NIGHT_LAYOUT);
    for (const { sourceKey, versions } of files) {
      await writeFile(join(places.rawDir, sourceKey), versions[0]!.bytes);
    }
    const broken = await withKill(hosts, chances, { ...places, files }, counts);
    broken.push(...(await again(hosts, { ...places, files })));
    const seen = await rowsOf(places.lakeDir);
    const right = files.flatMap(({ versions }) => versions[0]!.rows ?? []);
    const lost = right.filter((row) => !seen.includes(row)).length;
    const doubled = seen.length - new Set(seen).size;
    counts['rows lost'] += lost;
    counts['rows doubled'] += doubled;
    if (lost > 0 || seen.length !== right.length) {
      broken.push(`readers see ${seen.length} rows of ${right.length}: ${lost} lost, ${doubled} doubled`);
    }
    return broken;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

interface Places {
  lakeDir: string;
  rawDir: string;
  layout: string;
  files: NightFile[];
}

/** All hosts convert all files at once, in an order of their own, until one is killed; the others go on. */
async function withKill(
  hosts: Host[],
  chances: Chances,
  { files, ...places }: Places,
  counts: Counts,
): Promise<string[]> {
  const own = files.filter(({ corrects }) => !corrects);
  const orders = hosts.map((_, index): HostDeed[] => {
    const order = index % 2 === 0 ? own : own.toReversed();
    const force = chances.happens(0.2);
    const deeds = order.map(({ sourceKey }) => convert(places.layout, sourceKey, force));
    return chances.happens(0.2) ? [...deeds, { do: 'clean' }] : deeds;
  });
  const victim = chances.below(hosts.length);
  const signal = chances.happens(0.3) ? 'SIGTERM' : 'SIGKILL';
  const work = hosts.map((host, index) => host.perform({ name: 'night', ...places, deeds: orders[index]! }));
  await sleep(chances.below(MOST_WAIT_MS * own.length * 2));
  const isStopped = await hosts[victim]!.kill(signal);
  counts[isStopped ? (signal === 'SIGKILL' ? 'killed' : 'stopped by SIGTERM') : 'not stopped']++;
  const broken: string[] = [];
  const during = await rowsOf(places.lakeDir);
  broken.push(...unwhole(during, own));
  const ends = await Promise.all(work);
  for (const [index, list] of ends.entries()) {
    // A conversion fails if another is forced, or if clean takes its run away: without harm.
    const mayFail = index === victim || orders.flat().some((deed) => deed.do === 'clean' || deed.force);
    if (!mayFail)
      broken.push(...list.filter((end) => end !== 'loaded').map((end) => `beside a kill: ${end}`));
  }
  hosts[victim] = await Host.start();
  broken.push(...unwhole(await rowsOf(places.lakeDir), own));
  return broken;
}

/** All hosts convert everything once more, with the corrected records last. */
async function again(hosts: Host[], { files, ...places }: Places): Promise<string[]> {
  const deeds = files.map(({ sourceKey, corrects, day }): HostDeed => {
    const of = corrects && files.find((_, index) => index === corrects.file)?.sourceKey;
    const plain = convert(places.layout, sourceKey, false);
    return of === undefined ? plain : { ...plain, supplementOf: of, businessDate: BUSINESS_DATES[day]! };
  });
  const ends = await Promise.all(hosts.map((host) => host.perform({ name: 'again', ...places, deeds })));
  return ends
    .flat()
    .filter((end) => end !== 'loaded')
    .map((end) => `again: ${end}`);
}

function convert(layout: string, sourceKey: string, force: boolean): HostDeed & { do: 'convert' } {
  return { do: 'convert', layout, sourceKey, ...(force && { force }) };
}

/** Files of which a reader sees some rows and not all, or rows twice. */
function unwhole(seen: string[], files: NightFile[]): string[] {
  return files.flatMap(({ sourceKey, versions }) => {
    const rows = versions[0]!.rows ?? [];
    const found = seen.filter((row) => rows.includes(row)).length;
    return found === 0 || found === rows.length
      ? []
      : [`a reader saw ${found} of ${rows.length} rows of ${sourceKey}`];
  });
}

/** All rows that the catalog shows. */
async function rowsOf(lakeDir: string): Promise<string[]> {
  const text = await readFile(join(lakeDir, 'catalog', 'chaos.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return [];
  const { partitions } = JSON.parse(text) as NightCatalog;
  const rows: string[] = [];
  for (const { values, files } of partitions) {
    for (const key of files) {
      const bytes = await readFile(join(lakeDir, 'processed', key));
      const file = {
        byteLength: bytes.byteLength,
        slice: (start: number, end?: number) => new Uint8Array(bytes.subarray(start, end)).buffer,
      };
      const found = await parquetReadObjects({ file, compressors: ZSTD_PAGES });
      rows.push(...found.map((row) => rowText(row, values.product ?? null)));
    }
  }
  return rows.sort();
}
