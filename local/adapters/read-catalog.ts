import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { daysDataset } from '../../shared/keys/lake-keys.ts';
import { damagedDocument } from '../../shared/pipeline/store/damaged-document.ts';
import { isTooDeep } from '../../shared/pipeline/store/json-depth.ts';
import { sealOf } from '../../shared/pipeline/store/sealed-json.ts';
import type { CatalogFile } from '../../shared/ports/catalog.ts';
import { partitionsShape, type StoredCatalog, storedSegment, wholeCatalog } from './catalog-segments.ts';
import { isDaysTable } from './days-table.ts';
import { isCode, unreadable } from './file-error.ts';
import { misfitText } from './misfit-text.ts';

const column = z.looseObject({
  name: z.string().min(1),
  type: z.string(),
  hasNarrowerFiles: z.boolean().optional(),
  areNarrowerPromoted: z.boolean().optional(),
  formerly: z.array(z.string()).optional(),
  isPartlyInFolders: z.boolean().optional(),
});

/** Extra keys are let through: a newer writer may know more than this reader. */
const catalogFile = z.looseObject({
  dataset: z.string().min(1),
  seal: z.string().optional(),
  columns: z.array(column),
  partitionKeys: z.array(column),
  days: z.record(z.string(), z.number().int()).default({}),
  partitions: partitionsShape,
  earlier: z.array(z.string().regex(/^catalog\/[^/]+\/[^/]+\.json$/)).optional(),
});

/**
 * Every dataset of a lake as its catalog is now, in name order, but for tables of days; empty if there is no catalog folder. Each file is read in `step`, which gets
 * the name of its table and may pass over a file that cannot be read: `ObjectDamaged`.
 */
export async function readCatalog(lakeDir: string, step: ReadStep): Promise<CatalogFile[]> {
  const catalogDir = join(lakeDir, 'catalog');
  // A leading dot marks a file that a publisher is still writing.
  const all = (await namesIn(catalogDir)).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
  const names: string[] = [];
  for (const name of all) {
    const table = name.slice(0, -'.json'.length);
    if (!(await isDaysTable(table, (other) => all.includes(`${other}.json`)))) names.push(name);
  }
  const catalogs = await Promise.all(
    names.sort().map((name) => step(tablesOf(name), () => readCatalogFile(catalogDir, name))),
  );
  return catalogs.filter((catalog) => catalog !== undefined);
}

function tablesOf(name: string): string[] {
  const dataset = name.slice(0, -'.json'.length);
  return [dataset, daysDataset(dataset)];
}

/** Reads one document, which tables depend on. */
export type ReadStep = <T>(tables: string[], read: () => T | Promise<T>) => Promise<T | undefined>;

/** Undefined if it went after it was listed. */
async function readCatalogFile(catalogDir: string, name: string): Promise<CatalogFile | undefined> {
  const path = join(catalogDir, name);
  const bytes = await bytesAt(path);
  if (bytes === undefined) return undefined;
  const stored = storedCatalog(bytes, `catalog/${name}`, path);
  return wholeCatalog(stored, async (key) =>
    storedSegment(await bytesAt(join(dirname(catalogDir), key)), key),
  );
}

async function bytesAt(path: string): Promise<Uint8Array | undefined> {
  return readFile(path).catch((error) => {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw unreadable(error, path);
  });
}

/** The catalog file stored as `key`, with every bit as it was written. Errors: `ObjectDamaged` if it is not that. */
export function storedCatalog(bytes: Uint8Array, key: string, where = key): StoredCatalog {
  if (isTooDeep(bytes)) throw damagedDocument(key, 'it is nested deeper than any catalog', where);
  const catalog = parseCatalog(new TextDecoder().decode(bytes), where, key);
  if (sealOf(key, bytes) === 'broken')
    throw damagedDocument(key, 'its bytes are not those that were written', where);
  if (!key.endsWith(`/${catalog.dataset}.json`)) {
    throw damagedDocument(key, 'it is the catalog of another table', where);
  }
  return catalog;
}

/** The catalog that a text holds. Errors: `ObjectDamaged` if it holds none. */
export function parseCatalog(text: string, where: string, key = `catalog/${where}.json`): StoredCatalog {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own error would quote the text.
    throw damagedDocument(key, 'it is not JSON', where);
  }
  const parsed = catalogFile.safeParse(json);
  if (parsed.success) {
    const { seal: _seal, ...catalog } = parsed.data;
    return catalog;
  }
  throw damagedDocument(key, misfitText(parsed.error), where);
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw unreadable(error, directory);
  }
}
