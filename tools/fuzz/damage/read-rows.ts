import { parquetReadObjects } from 'hyparquet';
import type { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { parseCatalog } from '../../../local/adapters/read-catalog.ts';
import { ZSTD_PAGES } from '../../zstd-pages.ts';

type ReadRow = Record<string, unknown>;

/** The rows of a published dataset, read by somebody else's reader. */
export async function publishedRows(lake: MemoryObjectStore, dataset: string): Promise<ReadRow[]> {
  const key = `catalog/${dataset}.json`;
  if (!lake.keys().includes(key)) return [];
  const catalog = parseCatalog(Buffer.from(lake.bytesOf(key)).toString('utf8'), key);
  const rows: ReadRow[] = [];
  for (const name of catalog.partitions.flatMap(({ files }) => files)) {
    const object = lake.bytesOf(`processed/${name}`);
    const file = {
      byteLength: object.byteLength,
      slice: (start: number, end?: number) => Uint8Array.from(object.subarray(start, end)).buffer,
    };
    for (const row of await parquetReadObjects({ file, utf8: false, compressors: ZSTD_PAGES }))
      rows.push(row);
  }
  return rows;
}

/** Is a value that was read the one that is meant? `meant` as in a sheet's cell; numbers have at most 15 digits, so that doubles hold them. */
export function isMeant(read: unknown, meant: string | null): boolean {
  if (read === null || read === undefined || meant === null) return (read ?? null) === meant;
  if (read instanceof Date) {
    return (
      read.getTime() === (meant.includes('-') && meant.length === 10 ? Date.parse(meant) : Number(meant))
    );
  }
  if (typeof read === 'string' || typeof read === 'boolean') return String(read) === meant;
  // The reader multiplies by a power of ten, which is not exact.
  return Number(Number(read).toPrecision(15)) === Number(meant);
}
