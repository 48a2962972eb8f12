import { parquetReadObjects } from 'hyparquet';
import { storedSegment, wholeCatalog } from '../../local/adapters/catalog-segments.ts';
import type { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import { storedCatalog } from '../../local/adapters/read-catalog.ts';
import { ZSTD_PAGES } from '../zstd-pages.ts';

/** The rows of a table as readers get them: the files of its catalog, read with a library that is not ours. Fails where a reader fails. */
export async function readRows(lake: MemoryObjectStore, table: string): Promise<string[]> {
  const key = `catalog/${table}.json`;
  const stored = storedCatalog(lake.bytesOf(key), key);
  const catalog = await wholeCatalog(stored, (segment) => storedSegment(lake.bytesOf(segment), segment));
  const rows: string[] = [];
  for (const { values, files } of catalog.partitions) {
    for (const name of files) {
      const bytes = lake.bytesOf(`processed/${name}`);
      const file = {
        byteLength: bytes.byteLength,
        slice: (start: number, end?: number) => bytes.slice(start, end).buffer as ArrayBuffer,
      };
      for (const { id, amount } of await parquetReadObjects({ file, compressors: ZSTD_PAGES })) {
        rows.push(`${id} ${Math.round(Number(amount) * 100)} ${values.product}`);
      }
    }
  }
  return rows.sort();
}
