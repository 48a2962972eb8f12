import { createHash } from 'node:crypto';
import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import type { ObjectInfo, ObjectStore, ObjectWriter } from '../../shared/ports/object-store.ts';

/** The lake of a night: remembers what readers could see at each moment, and records violations by objects that must never change. */
export class NightLake extends MemoryObjectStore {
  /** Every catalog that was written, in order. */
  readonly catalogs: string[] = [];
  readonly violations: string[] = [];
  /** Keys under `processed/` and `catalog/` written since it was emptied. */
  readonly visibleWrites: string[] = [];
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
    await super.delete(keys);
    for (const key of keys) {
      if (this.immutable.has(key)) this.violations.push(`${key} is published or a commit, and was removed`);
    }
  }

  async infos(prefix: string): Promise<ObjectInfo[]> {
    return Array.fromAsync(super.list(prefix));
  }

  private wrote<T>(key: string, tag: T): T {
    if (/^catalog\/|^processed\//.test(key)) this.visibleWrites.push(key);
    if (key.startsWith('catalog/')) this.catalogs.push(Buffer.from(this.bytesOf(key)).toString('utf8'));
    if (!key.startsWith('processed/') && !key.includes('/_day/')) return tag;
    const digest = createHash('sha256').update(this.bytesOf(key)).digest('hex');
    const before = this.immutable.get(key);
    if (before !== undefined && before !== digest) {
      this.violations.push(`${key} was written once, and then again with other bytes`);
    }
    this.immutable.set(key, digest);
    return tag;
  }
}
