import { execFile } from 'node:child_process';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createFileCatalog } from '../../local/adapters/catalog-file.ts';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import { addDays, dayPartition, dayPath } from '../../shared/keys/business-date.ts';
import { publicationOf } from '../../shared/pipeline/publish/free-commit.ts';
import { lastCommit } from '../../shared/pipeline/store/day-ledger.ts';
import type { CatalogPartition, DayPublication } from '../../shared/ports/catalog.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { PROJECT } from '../bundle/bundle-functions.ts';

const run = promisify(execFile);

export const TABLE = 'nights';
export const FIRST_DAY = '2021-01-04';
export const PRODUCTS = ['CAPITAL', 'CONTA', 'CREDITO', 'SEGURO'];
export const FILES = 10;
/** Each file has amounts of its own range, so that bounds tell them apart. */
export const AMOUNTS_A_FILE = 1000;

const LAYOUT = {
  name: TABLE,
  encoding: 'us-ascii',
  record: { format: 'lines', length: 32 },
  partitionBy: ['tipo_produto'],
  day: { expectedFiles: FILES },
  fields: [
    { name: 'id', start: 1, end: 10, type: 'string', required: true },
    { name: 'valor_contrato', start: 11, end: 22, type: 'decimal(12,2)', point: 'implied' },
    { name: 'tipo_produto', start: 23, end: 32, type: 'string' },
  ],
};

/** What a commit of a night took. */
export interface NightCost {
  ms: number;
  /** Bytes that were written, by what they are. */
  bytes: Record<'manifest' | 'list' | 'metadata' | 'catalog', number>;
}

/**
 * Converts a first night of real files, then publishes as many nights after it as are asked for, whose files are links to those of the first:
 * each commit reads footers and writes what it would for a night of its own. Goes on where an earlier call stopped.
 */
export async function* publishNights(dir: string, nights: number): AsyncGenerator<NightCost> {
  const lakeDir = join(dir, 'lake');
  const known = await publishedNights(lakeDir);
  if (known === 0) await convertFirstNight(dir, lakeDir);
  const written: NightCost['bytes'] = { manifest: 0, list: 0, metadata: 0, catalog: 0 };
  const lake = counting(createFileObjectStore({ rootDir: lakeDir, sync: false }), written);
  const iceberg = { root: `${lakeDir}/processed/`, publishedPrefix: 'processed/', now: () => new Date() };
  const catalog = createFileCatalog(lake, { iceberg });
  const first = await firstNight(lake);
  for (let night = Math.max(known, 1); night < nights; night++) {
    const day = await linkedNight(lakeDir, first, addDays(FIRST_DAY, night));
    const before = { ...written };
    const startedAt = performance.now();
    await catalog.publishDay(day);
    const ms = performance.now() - startedAt;
    const since = (kind: keyof typeof written) => written[kind] - before[kind];
    yield {
      ms,
      bytes: {
        manifest: since('manifest'),
        list: since('list'),
        metadata: since('metadata'),
        catalog: since('catalog'),
      },
    };
  }
}

/** How many nights a lake has. */
export async function publishedNights(lakeDir: string): Promise<number> {
  const text = await readFile(join(lakeDir, 'catalog', `${TABLE}.json`), 'utf8').catch(() => '{}');
  const { days = {} }: { days?: object } = JSON.parse(text);
  return Object.keys(days).length;
}

/** What was published of the first night, whose files all others have. */
export async function firstNight(lake: ObjectStore): Promise<DayPublication> {
  const commit = await lastCommit(lake, TABLE, FIRST_DAY);
  return publicationOf(commit!, commit!.tables.find(({ dataset }) => dataset === TABLE)!);
}

export async function convertFirstNight(dir: string, lakeDir: string): Promise<void> {
  const layout = join(dir, 'nights.json');
  await writeFile(layout, JSON.stringify(LAYOUT));
  const inputs: string[] = [];
  for (let file = 0; file < FILES; file++) {
    const lines = Array.from({ length: 200 }, (_, row) => {
      const cents = file * AMOUNTS_A_FILE * 100 + row * 499;
      return `${`F${file}R${row}`.padEnd(10)}${String(cents).padStart(12, '0')}${PRODUCTS[row % 4]!.padEnd(10)}\n`;
    });
    inputs.push(join(dir, `f${file}_${FIRST_DAY.replaceAll('-', '')}.txt`));
    await writeFile(inputs.at(-1)!, lines.join(''));
  }
  const program = join(PROJECT, 'bin', 'positional-lake.mjs');
  const flags = ['--layout', layout, ...inputs.flatMap((input) => ['--input', input]), '--out', lakeDir];
  await run(process.execPath, [program, 'convert', ...flags]);
}

/** Another day with the same files, under names of its own. */
export async function linkedNight(
  lakeDir: string,
  first: DayPublication,
  businessDate: string,
): Promise<DayPublication> {
  const from = dayPath(first.businessDate);
  const to = dayPath(businessDate);
  const partitions: CatalogPartition[] = [];
  for (const { values, location, files } of first.partitions) {
    const own = files.map((file) => file.replace(from, to));
    for (const [index, file] of files.entries()) {
      const path = join(lakeDir, 'processed', own[index]!);
      await mkdir(dirname(path), { recursive: true });
      // There already if a call was stopped before it published them.
      await rm(path, { force: true });
      await link(join(lakeDir, 'processed', file), path);
    }
    partitions.push({
      values: { ...values, ...dayPartition(businessDate) },
      location: location.replace(from, to),
      files: own,
    });
  }
  return { ...first, businessDate, commit: 1, partitions };
}

/** The store, with a count of the bytes that are written. */
function counting(store: ObjectStore, written: NightCost['bytes']): ObjectStore {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      if (name !== 'put' && name !== 'putOnce' && name !== 'putIf') return member.bind(target);
      return (key: string, bytes: Uint8Array, ...others: unknown[]) => {
        const kind = kindOf(key);
        if (kind) written[kind] += bytes.length;
        return member.call(target, key, bytes, ...others);
      };
    },
  });
}

function kindOf(key: string): keyof NightCost['bytes'] | undefined {
  if (key.startsWith('catalog/')) return 'catalog';
  if (key.endsWith('.metadata.json')) return 'metadata';
  return /\/snap-[^/]*$/.test(key) ? 'list' : /\/day-[^/]*$/.test(key) ? 'manifest' : undefined;
}
