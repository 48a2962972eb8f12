import { beforeAll, beforeEach } from 'vitest';
import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import { createMetadataCatalog, type TablePointer } from '../../shared/catalog/metadata-catalog.ts';
import type { TablePlace } from '../../shared/catalog/table-place.ts';
import { ObjectDamaged, PreconditionFailed } from '../../shared/errors.ts';
import { boundSpec } from '../../shared/iceberg/bound-spec.ts';
import { type ManifestEntry, readManifest } from '../../shared/iceberg/manifest.ts';
import { type ManifestFile, readManifestList } from '../../shared/iceberg/manifest-list.ts';
import { type TableMetadata, tableMetadataShape } from '../../shared/iceberg/table-metadata.ts';
import { compareAndSwap } from '../../shared/pipeline/store/compare-and-swap.ts';
import { fromJsonBytes } from '../../shared/pipeline/store/json-object.ts';
import type { Catalog, DayPublication } from '../../shared/ports/catalog.ts';
import { dayOf, publishedFile } from './catalog-contract.ts';
import { HeldWrites } from './held-writes.ts';

/** Of published keys in the store, and of what readers name. */
const PREFIX = 'processed/';
const ROOT = 'memory://lake/';
/** The day that tests publish, and the one before it. */
export const DATE = '2026-03-09';
export const BEFORE = '2026-03-08';

/** What a pointer in memory is: its version, what it points to, and whether readers have rows of it that are not Iceberg's. */
interface Standing {
  version: number;
  uri?: string | undefined;
  hasForeignRows?: boolean;
}

/** Iceberg tables in memory, with one catalog or several on them, each of which reads and writes what it may. */
export class MemoryTables {
  readonly store = new MemoryObjectStore();
  readonly writes = new HeldWrites();
  readonly pointers = new Map<string, Standing>();
  now = new Date('2026-03-10T06:00:00Z');
  /** Called before a pointer is switched. */
  beforePoint: (() => Promise<unknown>) | undefined;
  private readonly file: Uint8Array;

  /** `file` is every published file. */
  constructor(file: Uint8Array) {
    this.file = file;
    this.store.beforeCall = this.writes.call;
  }

  /** Another program on the same tables, which has read nothing yet. A call fails if it leaves a write behind that it did not wait for. */
  catalog(): Catalog {
    const waited = Object.entries(this.unwaited()).map(([name, value]) => {
      if (typeof value !== 'function' || name === 'nameOf') return [name, value];
      const call = async (...args: unknown[]) => {
        const result = await value(...args);
        await this.writes.assertEnded();
        return result;
      };
      return [name, call];
    });
    return Object.fromEntries(waited);
  }

  get place(): TablePlace {
    return { store: this.store, root: ROOT, publishedPrefix: PREFIX, parallelReads: 2 };
  }

  unwaited(): Catalog {
    const { store, place } = this;
    return createMetadataCatalog<Standing>({
      castsNumbers: false,
      renames: true,
      place,
      list: (prefix) => store.list(prefix),
      pointerOf: (table) => this.pointerOf(table),
      untilSwapped: (where, attempt) => compareAndSwap(where, attempt),
      now: () => this.now,
    });
  }

  private pointerOf(table: string): TablePointer<Standing> {
    const where = `memory:${table}`;
    return {
      where,
      read: async () => {
        const standing = this.pointers.get(table);
        return standing && { standing, metadataUri: standing.uri };
      },
      requireEmpty: async (standing) => {
        if (await Promise.resolve(standing.hasForeignRows))
          throw new ObjectDamaged({ what: 'the table has rows', where, next: 'Adopt it.' });
      },
      point: async (standing, { metadataUri }) => {
        await this.beforePoint?.();
        if (this.pointers.get(table) !== standing)
          throw new PreconditionFailed({ what: 'too late', where, next: 'Read again.' });
        this.pointers.set(table, { version: (standing?.version ?? 0) + 1, uri: metadataUri });
      },
    };
  }

  /** Commit n of a day with a file for each product, and those files in the store. */
  day(products: (string | null)[], commit = 1, businessDate = DATE, table = 'contracts') {
    const put = (key: string, bytes: Uint8Array) => this.store.put(PREFIX + key, bytes);
    return dayOf({ put }, this.file, table, products, commit, businessDate);
  }

  /** The key of an object that readers name. */
  keyOf(uri: string): string {
    return PREFIX + uri.slice(ROOT.length);
  }

  /** Writes over an object that readers name. */
  damage(uri: string, bytes: Uint8Array = Buffer.from('x')): void {
    this.store.replace(this.keyOf(uri), bytes);
  }

  /** The metadata that readers are pointed to, and what its current snapshot has. */
  seen(table = 'contracts') {
    const uri = this.pointers.get(table)!.uri!;
    const bytesOf = (name: string) => this.store.bytesOf(this.keyOf(name));
    const metadata: TableMetadata = fromJsonBytes(bytesOf(uri), uri, tableMetadataShape);
    const snapshot = metadata.snapshots.find((one) => one['snapshot-id'] === metadata['current-snapshot-id']);
    const list = snapshot?.['manifest-list'];
    const manifests: ManifestFile[] = list ? readManifestList(bytesOf(list), list) : [];
    const entries: ManifestEntry[] = manifests.flatMap(({ manifest_path: path, partition_spec_id: spec }) =>
      readManifest(bytesOf(path), boundSpec(metadata, spec)!.keys, path),
    );
    const files = entries
      .filter(({ status }) => status !== 2)
      .map(({ file }) => file.path.slice(ROOT.length));
    return { uri, metadata, snapshot, manifests, entries, files: files.sort() };
  }

  /** Keys of a table's metadata in the store. */
  metadataKeys(table = 'contracts'): string[] {
    return this.store.keys().filter((key) => key.startsWith(`${PREFIX}${table}/metadata/`));
  }
}

/** The files of some days, in order. */
export function filesOf(...days: Pick<DayPublication, 'partitions'>[]): string[] {
  return days.flatMap(({ partitions }) => partitions.flatMap(({ files }) => files)).sort();
}

/** Hands each test of a file tables of its own. */
export function beforeEachOnNewTables(begin: (tables: MemoryTables) => void): void {
  let file: Uint8Array;
  beforeAll(async () => {
    file = await publishedFile();
  });
  beforeEach(() => begin(new MemoryTables(file)));
}
