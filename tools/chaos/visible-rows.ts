import { parquetReadObjects } from 'hyparquet';
import { ZSTD_PAGES } from '../zstd-pages.ts';
import { BUSINESS_DATES, DATASET } from './night-files.ts';
import type { NightCatalog, NightLake } from './night-lake.ts';
import type { SeenTable } from './row-model.ts';

/** Reads published objects with a reader that is not ours; each object once, since it never changes. */
export class PublishedReader {
  private readonly lake: NightLake;
  private readonly read = new Map<string, Promise<string[]>>();

  constructor(lake: NightLake) {
    this.lake = lake;
  }

  /** What a reader of the catalog sees of each day; nothing for a catalog that is neither of rows nor of rejects. */
  async seenOf(catalog: NightCatalog): Promise<SeenTable[]> {
    const table = catalog.dataset === DATASET ? 'rows' : 'rejects';
    if (table === 'rejects' && catalog.dataset !== `${DATASET}_rejects`) return [];
    return Promise.all(
      BUSINESS_DATES.map(async (date): Promise<SeenTable> => {
        const [year, month, day] = date.split('-');
        const partitions = catalog.partitions.filter(
          ({ values }) => values.year === year && values.month === month && values.day === day,
        );
        const rows = await Promise.all(
          partitions.flatMap(({ values, files }) =>
            files.map((file) => this.rowsOf(table, `processed/${file}`, values.product ?? null)),
          ),
        );
        return { table, commit: catalog.days[date] ?? 0, rows: rows.flat().sort() };
      }),
    );
  }

  private rowsOf(table: SeenTable['table'], key: string, product: string | null): Promise<string[]> {
    const known = this.read.get(key);
    if (known) return known;
    const rows = this.rowsOfObject(table, key, product);
    this.read.set(key, rows);
    return rows;
  }

  private async rowsOfObject(
    table: SeenTable['table'],
    key: string,
    product: string | null,
  ): Promise<string[]> {
    const bytes = this.lake.seen.get(key);
    if (!bytes) return [`${key} is not there`];
    const file = {
      byteLength: bytes.byteLength,
      slice: (start: number, end?: number) => bytes.slice(start, end).buffer as ArrayBuffer,
    };
    const rows = await parquetReadObjects({ file, compressors: ZSTD_PAGES });
    if (table === 'rejects') return rows.map((row) => `${row.source_key}@${row.byte_offset}`);
    return rows.map((row) => rowText(row, product));
  }
}

/** A published row in the form of the right answer. */
export function rowText(row: Record<string, unknown>, product: string | null): string {
  const { id, document, holder, amount, opened } = row;
  return JSON.stringify([
    ...[id, document, holder],
    String(Math.round((amount as number) * 100)),
    opened === null ? null : (opened as Date).toISOString().slice(0, 10),
    product,
  ]);
}
