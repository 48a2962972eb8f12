import { SourceChanged, StoreUnavailable } from '../../shared/errors.ts';
import type { SeenFile, TransferSource } from '../../shared/ports/transfer-source.ts';
import type { Chances } from '../chaos/fault-plan.ts';
import { type SimulatedTime, turn } from './simulated-time.ts';

interface SimulatedFile {
  inode: number;
  bytes: Buffer;
  modifiedMs: number;
  /** Changes with every write: the time of the last change, finely. */
  change: number;
}

/** How rough the file server is: chances of a call. */
interface FolderFaults {
  /** ESTALE, EIO, a server that is away. */
  failure: number;
  /** A listing shows what was there some seconds ago. */
  stale: number;
  /** The mainframe does its next deed while a file is read. */
  race: number;
}

const CHUNK_BYTES = 3_000;
/** How long a client of NFS may believe what it remembers. */
const STALE_MS = 3_000;
const LONGEST_RACE_MS = 20_000;

/** The mainframe's folder, in memory: what writers do to it becomes visible to readers at once or, in listings, late. */
export class SimulatedFolder {
  private readonly time: SimulatedTime;
  private readonly files = new Map<string, SimulatedFile>();
  private inodes = 0;
  private changes = 0;
  private remembered: { atMs: number; files: SeenFile[] } | undefined;

  constructor(time: SimulatedTime) {
    this.time = time;
  }

  write(path: string, bytes: Buffer): void {
    const inode = this.files.get(path)?.inode ?? ++this.inodes;
    this.files.set(path, { inode, bytes, modifiedMs: this.time.nowMs, change: ++this.changes });
  }

  append(path: string, bytes: Buffer): void {
    this.write(path, Buffer.concat([this.files.get(path)?.bytes ?? Buffer.alloc(0), bytes]));
  }

  /** Another file takes the place of what was there. */
  replace(path: string, bytes: Buffer): void {
    this.files.delete(path);
    this.write(path, bytes);
  }

  /** Sets the time of a file, as `touch` does. */
  touch(path: string): void {
    const file = this.files.get(path);
    if (file) this.files.set(path, { ...file, modifiedMs: this.time.nowMs, change: ++this.changes });
  }

  rename(from: string, to: string): void {
    const file = this.files.get(from);
    if (!file) return;
    this.files.delete(from);
    this.files.set(to, { ...file, change: ++this.changes });
  }

  remove(path: string): void {
    this.files.delete(path);
  }

  bytesOf(path: string): Buffer | undefined {
    return this.files.get(path)?.bytes;
  }

  /** The folder as one host sees it. */
  source(
    chances: Chances,
    faults: () => FolderFaults,
    hasStrictPins: boolean,
    count: (fault: 'source failed' | 'stale listing' | 'changed while it was read') => void,
  ): TransferSource {
    const fails = () => this.passOrFail(chances, faults(), count);
    const seen = (path: string) => this.seen(path, hasStrictPins);
    const requirePin = (path: string, pin: string) => {
      if (seen(path)?.pin !== pin)
        throw new SourceChanged({ what: 'the file changed while it was read', where: path });
    };
    const listed = () => {
      const isStale = chances.happens(faults().stale);
      if (isStale) count('stale listing');
      return this.listed(isStale, hasStrictPins);
    };
    const bytesOf = (path: string) => this.bytesOf(path);
    return {
      name: '/mnt/night',
      hasStrictPins,
      remembersMs: 0,
      async *list() {
        await fails();
        yield* listed();
      },
      async look(path) {
        await fails();
        return seen(path);
      },
      async readInto(path, { startByte, endByte }, pin, buffer) {
        await fails();
        requirePin(path, pin);
        // The file is open: what happens to its name does not change what is read, and what is written to it does.
        for (let at = startByte; at < endByte; at += CHUNK_BYTES) {
          await fails();
          const piece = bytesOf(path)?.subarray(at, Math.min(endByte, at + CHUNK_BYTES));
          if (!piece || piece.length === 0)
            throw new SourceChanged({ what: 'the file is shorter now', where: path });
          buffer.set(piece, at - startByte);
        }
        requirePin(path, pin);
      },
      remove: async (path, pin) => {
        await fails();
        if (seen(path)?.pin !== pin) return false;
        this.remove(path);
        return true;
      },
      close: async () => undefined,
    };
  }

  /** Time passes with each call, in which the mainframe may do its next deed; and some calls fail. */
  private async passOrFail(
    chances: Chances,
    faults: FolderFaults,
    count: (fault: 'source failed' | 'changed while it was read') => void,
  ): Promise<void> {
    await turn();
    this.time.pass(chances.below(chances.of([5, 50, 600])));
    if (chances.happens(faults.race) && this.time.hurry(LONGEST_RACE_MS)) count('changed while it was read');
    if (!chances.happens(faults.failure)) return;
    count('source failed');
    const why = chances.of(['ESTALE', 'EIO', 'ETIMEDOUT']);
    throw new StoreUnavailable({ what: 'the source cannot be read now', why });
  }

  private seen(path: string, hasStrictPins: boolean): SeenFile | undefined {
    const file = this.files.get(path);
    if (!file) return undefined;
    const { inode, bytes, modifiedMs, change } = file;
    const seconds = Math.floor(modifiedMs / 1000);
    const version = hasStrictPins
      ? `${bytes.length}-${modifiedMs}-${change}-${inode}`
      : `${bytes.length}-${seconds}`;
    return { path, sizeBytes: bytes.length, version, pin: version, modifiedMs };
  }

  private listed(isStale: boolean, hasStrictPins: boolean): SeenFile[] {
    const remembered = this.remembered;
    if (isStale && remembered && this.time.nowMs - remembered.atMs < STALE_MS) return remembered.files;
    const files = [...this.files.keys()].sort().map((path) => this.seen(path, hasStrictPins)!);
    this.remembered = { atMs: this.time.nowMs, files };
    return files;
  }
}
