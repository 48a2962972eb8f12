import { createHash } from 'node:crypto';
import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import type { ObjectStore, ObjectWriter } from '../../shared/ports/object-store.ts';

const PUBLISHED = 'processed/';
const CATALOG = 'catalog/';
const CATALOG_FILE = /^catalog\/[^/]+\.json$/;
const NOTHING: NightCatalog = { dataset: '', days: {}, partitions: [] };

/** A catalog at one moment: dataset, commits of days, and objects by the values of their partition. */
export interface NightCatalog {
  dataset: string;
  days: Record<string, number>;
  partitions: { values: Record<string, string | null>; files: string[] }[];
}

/** The lake of a night: remembers what readers could see at each moment, and records violations by objects that must never change. */
export class NightLake extends MemoryObjectStore {
  /** Every text of a catalog that was ever written, by key. */
  readonly catalogTexts = new Map<string, string[]>();
  /** Catalogs that were written since they were taken, in order. */
  private catalogs: NightCatalog[] = [];
  readonly violations: string[] = [];
  /** Objects of catalogs that were put back in the step that is played. */
  private readonly takenBackNow = new Set<string>();
  /** Keys under `processed/` and `catalog/` written since it was emptied. */
  readonly visibleWrites: string[] = [];
  /** Bytes of every object that a catalog ever named. */
  readonly seen = new Map<string, Uint8Array>();
  private readonly immutable = new Map<string, string>();

  override async put(key: string, bytes: Uint8Array) {
    return this.wrote(key, await super.put(key, bytes));
  }

  override async putOnce(key: string, bytes: Uint8Array) {
    return this.wrote(key, await super.putOnce(key, bytes));
  }

  override async putIf(key: string, bytes: Uint8Array, tag: string) {
    return this.wrote(key, await super.putIf(key, bytes, tag));
  }

  override createWriter(key: string): ObjectWriter {
    const writer = super.createWriter(key);
    return {
      ...writer,
      close: async () => {
        await writer.close();
        this.wrote(key, undefined);
      },
    };
  }

  override async compose(...[key, pieces, crc64nvme]: Parameters<ObjectStore['compose']>) {
    this.wrote(key, await super.compose(key, pieces, crc64nvme));
  }

  override async copy(...[fromKey, toKey, crc64nvme]: Parameters<ObjectStore['copy']>) {
    this.wrote(toKey, await super.copy(fromKey, toKey, crc64nvme));
  }

  override async delete(keys: string[]) {
    const shown = new Set(this.catalogsNow().flatMap(objectKeys));
    await super.delete(keys);
    for (const key of keys) {
      // A backup that is restored beside a command cannot be known to it.
      if (shown.has(key) && !this.takenBackNow.has(key))
        this.violations.push(`${key} is what readers see, and was removed`);
      if (key.includes('/_day/')) this.violations.push(`${key} is a commit, and was removed`);
    }
  }

  catalogsNow(): NightCatalog[] {
    return this.keys()
      .filter((key) => CATALOG_FILE.test(key))
      .map((key) => this.wholeCatalog(this.textOf(key)));
  }

  /** The catalog of a text with the files of its segments; one that is gone or damaged has none. */
  wholeCatalog(text: string): NightCatalog & { partitionKeys: { name: string; type: string }[] } {
    const { earlier = [], ...catalog } = JSON.parse(text);
    const there = new Set(this.keys());
    const known = new Set(catalog.partitions.map(dayOf));
    for (const key of earlier.toReversed()) {
      const segment: NightCatalog = there.has(key) ? jsonOf(this.textOf(key)) : NOTHING;
      const days = Object.keys(segment.days).filter(
        (date) => segment.days[date] === catalog.days[date] && !known.has(date),
      );
      catalog.partitions.push(...segment.partitions.filter((one) => days.includes(dayOf(one))));
      for (const date of days) known.add(date);
    }
    return catalog;
  }

  /** The catalogs that were written since this was called last. */
  takeCatalogs(): NightCatalog[] {
    const taken = this.catalogs;
    this.catalogs = [];
    return taken;
  }

  textOf(key: string): string {
    return Buffer.from(this.bytesOf(key)).toString('utf8');
  }

  /** Commands that begin from now on see the catalogs as they stand. */
  beginStep(): void {
    this.takenBackNow.clear();
  }

  /** Puts an older catalog in the place of one, as a restored backup does; answers whether all its objects are still there. */
  takeBackCatalog(key: string, back: number): boolean {
    const texts = this.catalogTexts.get(key) ?? [];
    const text = texts.at(-1 - back);
    const there = new Set(this.keys());
    const objects = text === undefined ? [] : objectKeys(this.wholeCatalog(text));
    if (text === undefined || !objects.every((object) => there.has(object))) return false;
    for (const object of objects) this.takenBackNow.add(object);
    this.replace(key, Buffer.from(text));
    return true;
  }

  /** Changes or removes an object, as a broken disk does. */
  harm(key: string, bytes: Uint8Array | undefined): void {
    if (bytes) this.replace(key, bytes);
    else this.lose(key);
  }

  private wrote<T>(key: string, tag: T): T {
    if (key.startsWith(CATALOG) || key.startsWith(PUBLISHED)) this.visibleWrites.push(key);
    if (CATALOG_FILE.test(key)) this.note(key, this.textOf(key));
    // The one object of a table that changes: it says which metadata counts.
    if (key.endsWith('/metadata/version-hint.text')) return tag;
    if (!key.startsWith(PUBLISHED) && !key.includes('/_day/')) return tag;
    const digest = createHash('sha256').update(this.bytesOf(key)).digest('hex');
    const before = this.immutable.get(key);
    if (before !== undefined && before !== digest) {
      this.violations.push(`${key} was written once, and then again with other bytes`);
    }
    this.immutable.set(key, digest);
    return tag;
  }

  private note(key: string, text: string): void {
    const texts = this.catalogTexts.get(key) ?? [];
    this.catalogTexts.set(key, [...texts, text]);
    const catalog = this.wholeCatalog(text);
    this.catalogs.push(catalog);
    const there = new Set(this.keys());
    for (const object of objectKeys(catalog)) {
      if (!there.has(object)) this.violations.push(`${key} was pointed to ${object}, which is not there`);
      else if (!this.seen.has(object)) this.seen.set(object, this.bytesOf(object));
    }
  }
}

function dayOf({ values }: NightCatalog['partitions'][number]): string {
  return `${values.year}-${values.month}-${values.day}`;
}

function jsonOf(text: string): NightCatalog {
  try {
    return JSON.parse(text);
  } catch {
    return NOTHING;
  }
}

function objectKeys({ partitions }: NightCatalog): string[] {
  return partitions.flatMap(({ files }) => files.map((file) => `${PUBLISHED}${file}`));
}
