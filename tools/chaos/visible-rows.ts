import { parquetReadObjects } from 'hyparquet';
import type { CatalogFile } from '../../shared/ports/catalog.ts';
import type { NightLake } from './night-lake.ts';

/** The rows of a table that a reader of one catalog sees, in the form of the right answer, by source. */
type VisibleRows = Map<string, string[]>;

/** Reads published objects with a reader that is not ours; each object once, since it never changes. */
export class PublishedReader {
  private readonly lake: NightLake;
  private readonly read = new Map<string, Promise<string[]>>();

  constructor(lake: NightLake) {
    this.lake = lake;
  }

  /** Fails if an object of the catalog is not there. */
  async rowsOf(catalog: CatalogFile): Promise<VisibleRows> {
    const visible: VisibleRows = new Map();
    for (const { values, files } of catalog.partitions) {
      for (const file of files) {
        const key = `processed/${file}`;
        let rows = this.read.get(key);
        if (!rows) {
          rows = this.rowsOfObject(key, values.product ?? null);
          this.read.set(key, rows);
        }
        const source = file.slice(file.lastIndexOf('/') + 1).replace(/-[0-9a-f]{8}-\d{5}\..*$/, '.txt');
        visible.set(source, [...(visible.get(source) ?? []), ...(await rows)]);
      }
    }
    for (const rows of visible.values()) rows.sort();
    return visible;
  }

  private async rowsOfObject(key: string, product: string | null): Promise<string[]> {
    const bytes = this.lake.bytesOf(key);
    const file = {
      byteLength: bytes.byteLength,
      slice: (start: number, end?: number) => bytes.slice(start, end).buffer as ArrayBuffer,
    };
    const rows = await parquetReadObjects({ file });
    return rows.map(({ id, document, holder, amount, opened }) =>
      JSON.stringify([
        id,
        document,
        holder,
        String(Math.round((amount as number) * 100)),
        opened === null ? null : (opened as Date).toISOString().slice(0, 10),
        product,
      ]),
    );
  }
}
