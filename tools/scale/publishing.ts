import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createFileCatalog } from '../../local/adapters/catalog-file.ts';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import { createMetadataCatalog, type TablePointer } from '../../shared/catalog/metadata-catalog.ts';
import { addDays } from '../../shared/keys/business-date.ts';
import type { Catalog, DayPublication } from '../../shared/ports/catalog.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { runWithFlags, textOr, wholeNumber } from '../../terminal/command-line.ts';
import { EXIT_LOADED } from '../../terminal/exit.ts';
import { convertFirstNight, FIRST_DAY, firstNight, linkedNight } from '../engines/many-nights.ts';

/** As far away as S3 and Glue are from a function. */
const REQUEST_MS = 25;
const PARALLEL_COPIES = 256;

/** A night that is published in one of the ways that are compared. */
interface Way {
  name: string;
  publish(date: string): Promise<void>;
}

/** A store, and a copy of the night in it that stands for what runs left. */
interface Place {
  lake: ObjectStore;
  prefix: string;
  first: DayPublication;
}

/**
 * Compares publications of one night of 40 files: its files placed, which is the floor, and the same with what lets readers see them. One way
 * follows the other, night by night, so that what else the machine does hits all of them. Prints medians, with little history and with much.
 */
async function comparePublishing(history: number, nights: number): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'positional-lake-publishing-'));
  try {
    for (const days of [0, history]) {
      await compare(`one machine, each write waited for, ${days} nights before`, nights, [
        await onDisk(dir, `floor ${days}`, 0, () => undefined),
        await onDisk(dir, `json ${days}`, days, (lake) => createFileCatalog(lake)),
        await onDisk(dir, `iceberg ${days}`, days, (lake, root) =>
          createFileCatalog(lake, {
            iceberg: { root, publishedPrefix: 'processed/', now: () => new Date() },
          }),
        ),
      ]);
      const files = join(dir, `floor ${days}`, 'lake');
      const first = await firstNight(createFileObjectStore({ rootDir: files }));
      await compare(`S3 and Glue, ${REQUEST_MS} ms a request, ${days} nights before`, nights, [
        await inMemory('files placed', files, first, 0),
        await inMemory('and Iceberg metadata', files, first, days, createPointedCatalog),
      ]);
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function compare(title: string, nights: number, ways: Way[]): Promise<void> {
  const taken = ways.map((): number[] => []);
  for (let night = 0; night < nights; night++) {
    const date = addDays('2031-01-01', night);
    for (const at of ways.keys()) {
      // Who was first last time is last this time.
      const way = ways[(at + night) % ways.length]!;
      const startedAt = performance.now();
      await way.publish(date);
      taken[ways.indexOf(way)]!.push(performance.now() - startedAt);
    }
  }
  console.log(title);
  console.table(
    ways.map(({ name }, at) => {
      const sorted = taken[at]!.sort((a, b) => a - b);
      const shown = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)]! * 10) / 10;
      return { way: name, 'median ms': shown(0.5), 'at most ms, of 9 in 10': shown(0.9) };
    }),
  );
}

/** A lake of its own, with `days` nights of history that are published without waiting for the disk. */
async function onDisk(
  dir: string,
  name: string,
  days: number,
  catalogOf: (lake: ObjectStore, root: string) => Catalog | undefined,
): Promise<Way> {
  const own = join(dir, name);
  const rootDir = join(own, 'lake');
  await mkdir(own, { recursive: true });
  await convertFirstNight(own, rootDir);
  const quick = createFileObjectStore({ rootDir, sync: false });
  const first = await firstNight(quick);
  const history = catalogOf(quick, `${rootDir}/processed/`);
  for (let night = 1; night <= days; night++)
    await history?.publishDay(await linkedNight(rootDir, first, addDays(FIRST_DAY, night)));
  const lake = createFileObjectStore({ rootDir });
  const catalog = catalogOf(lake, `${rootDir}/processed/`);
  const place = { lake, prefix: 'processed/', first };
  const label = { floor: 'files placed', json: 'and our own catalog', iceberg: 'and Iceberg metadata' };
  return {
    name: label[name.split(' ')[0] as keyof typeof label],
    publish: (date) => publish(place, date, catalog),
  };
}

/** A store that answers as slowly as one that is far away. */
async function inMemory(
  name: string,
  lakeDir: string,
  first: DayPublication,
  days: number,
  catalogOf?: (store: MemoryObjectStore, wait: () => Promise<void>) => Catalog,
): Promise<Way> {
  const lake = new MemoryObjectStore();
  const disk = createFileObjectStore({ rootDir: lakeDir });
  for (const key of first.partitions.flatMap(({ files }) => files))
    lake.replace(key, (await disk.get(`processed/${key}`))!.bytes);
  let waitMs = 0;
  const wait = async () => (waitMs > 0 ? setTimeout(waitMs) : undefined);
  lake.beforeCall = wait;
  const catalog = catalogOf?.(lake, wait);
  const place = { lake, prefix: '', first };
  for (let night = 1; catalog && night <= days; night++)
    await publish(place, addDays(FIRST_DAY, night), catalog);
  return {
    name,
    async publish(date) {
      waitMs = REQUEST_MS;
      await publish(place, date, catalog);
      waitMs = 0;
    },
  };
}

/** Tables whose metadata is their catalog, as on AWS, with a pointer that takes a request to read and one to switch. */
function createPointedCatalog(store: MemoryObjectStore, wait: () => Promise<void>): Catalog {
  let pointed: string | undefined;
  const pointer: TablePointer<true> = {
    where: 'a pointer in memory',
    async read() {
      await wait();
      return pointed === undefined ? undefined : { standing: true, metadataUri: pointed };
    },
    requireEmpty: async () => undefined,
    async point(_standing, { metadataUri }) {
      await wait();
      pointed = metadataUri;
    },
  };
  return createMetadataCatalog<true>({
    castsNumbers: false,
    renames: true,
    place: { store, root: 's3://lake/', publishedPrefix: '', parallelReads: PARALLEL_COPIES },
    list: (prefix) => store.list(prefix),
    pointerOf: () => pointer,
    untilSwapped: (_where, attempt) => attempt(),
    now: () => new Date(),
  });
}

/** Copies the files of the first night to another day, all at once as a publication does, and lets a catalog show them. */
async function publish(
  { lake, prefix, first }: Place,
  date: string,
  catalog: Catalog | undefined,
): Promise<void> {
  const moved = (text: string) => {
    const [year, month, day] = date.split('-');
    return text.replace(/year=\d+\/month=\d+\/day=\d+/, `year=${year}/month=${month}/day=${day}`);
  };
  await Promise.all(
    first.partitions.flatMap(({ files }) =>
      files.map((key) => lake.copy(`${prefix}${key}`, `${prefix}${moved(key)}`)),
    ),
  );
  const [year = '', month = '', day = ''] = date.split('-');
  const names = [...first.columns, ...first.partitionKeys].map(
    ({ name }, index) => [name, index + 1] as const,
  );
  await catalog?.publishDay({
    ...first,
    fieldIds: Object.fromEntries(names),
    businessDate: date,
    commit: 1,
    partitions: first.partitions.map(({ values, location, files }) => ({
      values: { ...values, year, month, day },
      location: moved(location),
      files: files.map(moved),
    })),
  });
}

const COMMAND = {
  does: 'Times a commit with each kind of catalog, in turn.',
  usage: 'npm run bench:publish -- [flags]',
  flags: {
    history: textOr('300', 'N', 'nights that are published before'),
    nights: textOr('40', 'N', 'nights that are timed'),
  },
  notes: '',
} as const;

await runWithFlags(COMMAND, async ({ history, nights }) => {
  await comparePublishing(wholeNumber('--history', history), wholeNumber('--nights', nights));
  return EXIT_LOADED;
});
