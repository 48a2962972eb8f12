import { keyProblem } from '../../shared/keys/object-key.ts';
import type {
  DescribedObject,
  DescribedRows,
  ObjectInfo,
  ObjectStore,
  ObjectWriter,
  ReadOptions,
  StoredObject,
} from '../../shared/ports/object-store.ts';
import type { ByteRange } from '../../shared/ranges/byte-range.ts';
import { type DraftMemory, joined } from './draft-memory.ts';
import { preconditionFailed } from './file-error.ts';
import { inKeyOrder } from './listed-files.ts';

/** An object that was written and that nobody else sees yet. */
export interface Draft {
  bytes: Uint8Array;
  tag: string;
  /** What must stand in the store when it is written there: anything, nothing, or the object with this tag. */
  over: 'anything' | 'nothing' | { tag: string };
}

/** More than a small file makes. */
const MOST_PART_BYTES = 32 * 1024 * 1024;

interface DraftOptions {
  /** Told what is known of each Parquet file that is written. */
  describing?: (key: string, rows: () => DescribedRows) => void;
  /** Holds the bytes of files until it is reset. */
  memory?: DraftMemory;
}

/** A call that a draft has no answer to. Whoever gets it does the same work on the store itself. */
export class NotDrafted extends Error {
  override readonly name = 'NotDrafted';
}

/**
 * A store that keeps what is written in memory, over another store that is only read, until its drafts are settled there together. Its
 * writer sees its own drafts, and of the store below a document as it was when it was first read. Conditions of writes are checked at once
 * against that, and again when a draft is settled, against what stands there by then.
 */
export class DraftStore implements ObjectStore {
  private readonly below: ObjectStore;
  private readonly drafts = new Map<string, Draft>();
  private readonly seen = new Map<string, Promise<StoredObject | undefined>>();
  private readonly listings = new Map<string, Promise<string[]>>();
  /** What stood before the present file began, by the keys that it wrote. */
  private readonly before = new Map<string, Draft | undefined>();
  private count = 0;
  private readonly options: DraftOptions;

  constructor(below: ObjectStore, options: DraftOptions = {}) {
    this.below = below;
    this.options = options;
  }

  /** What was written since the last `keep` stays. */
  keep(): void {
    this.before.clear();
  }

  /** What was written since the last `keep` was never written. */
  drop(): void {
    for (const [key, draft] of this.before) {
      if (draft) this.drafts.set(key, draft);
      else this.drafts.delete(key);
    }
    this.before.clear();
  }

  /** The draft of an object that nobody needs any more. */
  forget(key: string): void {
    this.drafts.delete(key);
  }

  /** All drafts, which are then those of whoever settles them. What was read is read anew. */
  take(): Map<string, Draft> {
    const taken = new Map(this.drafts);
    for (const known of [this.drafts, this.seen, this.listings, this.before]) known.clear();
    return taken;
  }

  described(key: string): DescribedObject | undefined {
    return this.drafts.has(key) ? undefined : this.below.described?.(key);
  }

  isDraft(key: string): boolean {
    return this.drafts.has(key);
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const draft = this.drafts.get(key);
    if (!draft) return this.below.head(key);
    return { key, sizeBytes: draft.bytes.length, version: draft.tag, pin: draft.tag };
  }

  get(key: string): Promise<StoredObject | undefined> {
    const draft = this.drafts.get(key);
    if (draft) return Promise.resolve({ bytes: draft.bytes, tag: draft.tag });
    let seen = this.seen.get(key);
    if (!seen) {
      seen = this.below.get(key);
      this.seen.set(key, seen);
    }
    return seen;
  }

  async put(key: string, bytes: Uint8Array): Promise<string> {
    return this.write(key, bytes, this.drafts.get(key)?.over ?? 'anything');
  }

  async putOnce(key: string, bytes: Uint8Array): Promise<string> {
    if (await this.get(key)) throw preconditionFailed(key, 'It is there already.');
    return this.write(key, bytes, 'nothing');
  }

  async putIf(key: string, bytes: Uint8Array, tag: string): Promise<string> {
    if ((await this.get(key))?.tag !== tag) throw preconditionFailed(key, 'It is another one by now.');
    return this.write(key, bytes, this.drafts.get(key)?.over ?? { tag });
  }

  createWriter(key: string): ObjectWriter {
    const pieces: Uint8Array[] = [];
    let sizeBytes = 0;
    return {
      write: async (bytes) => {
        sizeBytes += bytes.length;
        if (sizeBytes > MOST_PART_BYTES) throw new NotDrafted(`${key} is too large for memory`);
        pieces.push(this.options.memory?.copied(bytes) ?? bytes.slice());
      },
      close: async () => {
        this.write(key, joined(pieces), 'anything');
      },
      describe: (rows) => this.options.describing?.(key, rows),
      abort: async () => void pieces.splice(0),
    };
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    const below = (await Array.fromAsync(this.below.list(prefix))).map(({ key }) => key);
    const drafted = [...this.drafts.keys()].filter((key) => key.startsWith(prefix));
    for (const key of inKeyOrder([...new Set([...below, ...drafted])])) {
      const info = await this.head(key);
      if (info) yield info;
    }
  }

  async *listFolder(folder: string): AsyncIterable<string> {
    let listing = this.listings.get(folder);
    if (!listing) {
      listing = Array.fromAsync(this.below.listFolder(folder));
      this.listings.set(folder, listing);
    }
    const keys = new Set(await listing);
    for (const key of this.drafts.keys()) {
      if (!key.startsWith(folder)) continue;
      const end = key.indexOf('/', folder.length);
      keys.add(end < 0 ? key : key.slice(0, end + 1));
    }
    yield* inKeyOrder([...keys]);
  }

  async readRange(key: string, range: ByteRange, options?: ReadOptions): Promise<Uint8Array> {
    const draft = this.drafts.get(key);
    if (!draft) return this.below.readRange(key, range, options);
    // A range past the end was computed for a different version of the object.
    if (range.endByte > draft.bytes.length) throw new NotDrafted('reads beyond the end');
    return draft.bytes.slice(range.startByte, range.endByte);
  }

  streamRange(): never {
    throw new NotDrafted('reads of parts');
  }

  compose(): never {
    throw new NotDrafted('merges');
  }

  copy(): never {
    throw new NotDrafted('publications');
  }

  hasChecksum(): never {
    throw new NotDrafted('publications');
  }

  delete(): never {
    throw new NotDrafted('removals');
  }

  private write(key: string, bytes: Uint8Array, over: Draft['over']): string {
    const problem = keyProblem(key);
    if (problem) throw new NotDrafted(`'${key}' cannot be a key: ${problem}`);
    if (!this.before.has(key)) this.before.set(key, this.drafts.get(key));
    const tag = `draft-${this.count++}`;
    this.drafts.set(key, { bytes, tag, over });
    return tag;
  }
}
