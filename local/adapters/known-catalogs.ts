import { sealedBytes } from '../../shared/pipeline/store/sealed-json.ts';
import type { CatalogFile } from '../../shared/ports/catalog.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { type CatalogSegment, type StoredCatalog, storedSegment, wholeCatalog } from './catalog-segments.ts';
import { storedCatalog } from './read-catalog.ts';

/** A catalog as it was read, with the tag of its bytes. */
interface ReadCatalog {
  tag: string;
  catalog: StoredCatalog;
}

/** The catalogs that this process has read or written: it grows with the nights, and to check and parse it takes longer than to read it. */
export class KnownCatalogs {
  private readonly store: ObjectStore;
  private readonly keyOf: (dataset: string) => string;
  private readonly segments = new Map<string, CatalogSegment>();
  private readonly known = new Map<string, ReadCatalog & { pin?: string }>();

  constructor(store: ObjectStore, keyOf: (dataset: string) => string) {
    this.store = store;
    this.keyOf = keyOf;
  }

  /** One that has not changed since the last time is not read again. */
  async read(dataset: string): Promise<StoredCatalog | undefined> {
    const info = await this.store.head(this.keyOf(dataset));
    if (!info) return undefined;
    const before = this.known.get(dataset);
    if (before?.pin === info.pin) return before.catalog;
    const latest = await this.latest(dataset);
    // What was read is what the pin says, or something later: then the next look reads again.
    if (latest) this.known.set(dataset, { ...latest, pin: info.pin });
    return latest?.catalog;
  }

  /** Reads the bytes, and checks and parses them if they are not known. */
  async latest(dataset: string): Promise<ReadCatalog | undefined> {
    const key = this.keyOf(dataset);
    const stored = await this.store.get(key);
    if (!stored) return undefined;
    const { tag } = stored;
    const before = this.known.get(dataset);
    if (before?.tag === tag) return before;
    const read = { tag, catalog: storedCatalog(stored.bytes, key) };
    this.known.set(dataset, read);
    return read;
  }

  /** Writes the catalog that follows from one. Fails with `PreconditionFailed` if that is another one by now. */
  async replace(dataset: string, catalog: StoredCatalog, before: ReadCatalog | undefined): Promise<void> {
    const key = this.keyOf(dataset);
    const bytes = sealedBytes(key, catalog, 1);
    const tag = await (before ? this.store.putIf(key, bytes, before.tag) : this.store.putOnce(key, bytes));
    this.known.set(dataset, { tag, catalog });
  }

  /** A catalog with the files of all days. */
  whole(catalog: StoredCatalog): Promise<CatalogFile> {
    return wholeCatalog(catalog, async (key) => {
      const known = this.segments.get(key);
      if (known) return known;
      const segment = storedSegment((await this.store.get(key))?.bytes, key);
      this.segments.set(key, segment);
      return segment;
    });
  }
}
