import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CatalogFile } from '../../shared/ports/catalog.ts';
import { isCode } from '../adapters/file-error.ts';
import { readCatalog } from '../adapters/read-catalog.ts';

/**
 * The catalog of a lake as it is now, read again only when one of its files is another one: publishers replace them by a rename, which gives
 * a file another inode.
 */
export class CatalogState {
  readonly #lakeDir: string;
  #known: { stamp: string; catalogs: CatalogFile[] } | undefined;
  #reading: { stamp: string; catalogs: Promise<CatalogFile[]> } | undefined;

  constructor(lakeDir: string) {
    this.#lakeDir = lakeDir;
  }

  /** What was published when this is called, or later. */
  async read(): Promise<CatalogFile[]> {
    for (;;) {
      const stamp = this.#stamp();
      if (this.#known?.stamp === stamp) return this.#known.catalogs;
      if (this.#reading?.stamp !== stamp) {
        const catalogs = readCatalog(this.#lakeDir, (_, read) => Promise.resolve(read()));
        this.#reading = { stamp, catalogs };
      }
      const { catalogs } = this.#reading;
      const read = await catalogs.finally(() => {
        if (this.#reading?.catalogs === catalogs) this.#reading = undefined;
      });
      // What was read belongs to the stamp only if that is still the same.
      if (this.#stamp() === stamp) {
        this.#known = { stamp, catalogs: read };
        return read;
      }
    }
  }

  /** Names, inodes, sizes and times of all catalog files. Synchronous: it takes some microseconds, and threads would take longer. */
  #stamp(): string {
    const folder = join(this.#lakeDir, 'catalog');
    try {
      const names = readdirSync(folder).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
      return names
        .map((name) => {
          const { ino, size, mtimeNs, ctimeNs } = statSync(join(folder, name), { bigint: true });
          return `${name}/${ino}/${size}/${mtimeNs}/${ctimeNs}`;
        })
        .join('\n');
    } catch (error) {
      if (isCode(error, 'ENOENT', 'ENOTDIR')) return '';
      throw error;
    }
  }
}
