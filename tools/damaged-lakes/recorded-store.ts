import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';

/** A lake in memory that remembers every version of every object, so that an old one can be put back. */
export class RecordedStore extends MemoryObjectStore {
  private readonly versions = new Map<string, Uint8Array[]>();

  /** Another lake with the same objects and the same past. */
  clone(): RecordedStore {
    const copy = new RecordedStore();
    // A version names the same bytes in both.
    copy.versionCount = this.versionCount;
    for (const key of this.keys()) copy.replace(key, this.bytesOf(key));
    for (const [key, versions] of this.versions) copy.versions.set(key, [...versions]);
    return copy;
  }

  /** What the object was before, the latest first; without what it is now. */
  earlier(key: string): Uint8Array[] {
    const now = Buffer.from(this.bytesOf(key));
    return (this.versions.get(key) ?? []).toReversed().filter((bytes) => !now.equals(bytes));
  }

  override async put(key: string, bytes: Uint8Array): Promise<string> {
    this.note(key, bytes);
    return super.put(key, bytes);
  }

  override async putOnce(key: string, bytes: Uint8Array): Promise<string> {
    const tag = await super.putOnce(key, bytes);
    this.note(key, bytes);
    return tag;
  }

  override async putIf(key: string, bytes: Uint8Array, tag: string): Promise<string> {
    const next = await super.putIf(key, bytes, tag);
    this.note(key, bytes);
    return next;
  }

  private note(key: string, bytes: Uint8Array): void {
    const known = this.versions.get(key);
    if (known) known.push(bytes.slice());
    else this.versions.set(key, [bytes.slice()]);
  }
}
