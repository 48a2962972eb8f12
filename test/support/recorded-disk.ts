import type * as SyncFs from 'node:fs';
import type * as Fs from 'node:fs/promises';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';

/** A file on a disk: its bytes now, and at its last sync. Names are in folders, which are synced on their own. */
interface Inode {
  bytes: Buffer;
  synced: Buffer;
}

/** A folder's names now and at its last sync. */
interface Folder {
  names: Map<string, Inode | Folder>;
  synced: Map<string, Inode | Folder>;
}

const folder = (): Folder => ({ names: new Map(), synced: new Map() });
const isFolder = (node: Inode | Folder | undefined): node is Folder => node !== undefined && 'names' in node;

/** What is left of the tree below a root after a loss of power: path → bytes. */
export type Left = Map<string, Buffer>;

/**
 * Watches the calls that change files below a root, and knows after each of them what the strictest disk keeps if power is lost there:
 * of a file the bytes that were synced, of a folder the names that were. Everything else is dropped.
 */
export class RecordedDisk {
  /** After every change that was not there after the change before: what would be left. */
  readonly cuts: Left[] = [];
  /** What this disk never syncs, though it says so: for the test that the loss is seen. */
  ignores: 'files' | 'folders' | undefined;
  private root: Folder = folder();
  private rootPath = '';
  /** Files open to be written, by the numbers of their handles. */
  private readonly written = new Map<number, Inode>();

  start(rootPath: string): void {
    this.rootPath = resolve(rootPath);
    this.root = folder();
    this.cuts.length = 0;
  }

  stop(): void {
    this.rootPath = '';
  }

  /** What is left at each cut, with what `factsOf` says of it; of those alike that follow each other the first. */
  differentCuts<T extends object>(factsOf: (cut: number) => T): ({ left: Left } & T)[] {
    const all = this.cuts.map((left, cut) => ({ left, ...factsOf(cut) }));
    const print = ({ left, ...facts }: (typeof all)[number]) =>
      `${JSON.stringify(facts)} ${[...left].map(([path, bytes]) => `${path}:${bytes.toString('latin1')}`)}`;
    return all.filter((cut, at) => at === 0 || print(cut) !== print(all[at - 1]!));
  }

  watch(fs: typeof Fs): typeof Fs {
    const after = async <T>(done: Promise<T>, change: () => void): Promise<T> => {
      const result = await done;
      if (this.rootPath === '') return result;
      change();
      this.cuts.push(this.left());
      return result;
    };
    const open = async (path: string, flags = 'r', mode?: number) => {
      const handle = await fs.open(path, flags, mode);
      if (!this.has(path)) return handle;
      if (flags.startsWith('w')) this.set(path, { bytes: Buffer.alloc(0), synced: Buffer.alloc(0) });
      const node = this.get(path);
      if (!node) return handle;
      if (flags.startsWith('w') && !isFolder(node)) this.written.set(handle.fd, node);
      const sync = () => {
        if (this.ignores === (isFolder(node) ? 'folders' : 'files')) return;
        if (isFolder(node)) node.synced = new Map(node.names);
        else node.synced = node.bytes;
      };
      const append = (bytes: Uint8Array) => {
        if (!isFolder(node)) node.bytes = Buffer.concat([node.bytes, bytes]);
      };
      return new Proxy(handle, {
        get: (target, name) => {
          if (name === 'sync' || name === 'datasync') return () => after(target[name](), sync);
          if (name === 'writeFile')
            return (bytes: Uint8Array) => after(target.writeFile(bytes), () => append(bytes));
          if (name === 'write')
            return async (bytes: Uint8Array, at: number, length: number) => {
              const written = await target.write(bytes, at, length);
              append(bytes.slice(at, at + written.bytesWritten));
              return written;
            };
          const value = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    };
    const move = (from: string, to: string, keep: boolean) => {
      const node = this.get(from);
      if (!node) {
        if (this.has(to)) throw new Error(`the recorded disk does not know ${from}`);
        return;
      }
      this.set(to, node);
      if (!keep) this.unset(from);
    };
    const changes = {
      open,
      mkdir: (path: string, options?: { recursive?: boolean; mode?: number }) =>
        after(fs.mkdir(path, options), () => this.makeFolders(path)),
      rename: (from: string, to: string) => after(fs.rename(from, to), () => move(from, to, false)),
      link: (from: string, to: string) => after(fs.link(from, to), () => move(from, to, true)),
      rmdir: (path: string) => after(fs.rmdir(path), () => this.unset(path)),
      rm: (path: string, options?: { recursive?: boolean; force?: boolean }) =>
        after(fs.rm(path, options), () => this.unset(path)),
    };
    return Object.assign({}, fs, changes) as typeof Fs;
  }

  /** Also the removals that do not wait for another thread. */
  watchSync(fs: typeof SyncFs): typeof SyncFs {
    const removed = (path: string) => {
      if (this.rootPath === '') return;
      this.unset(path);
      this.cuts.push(this.left());
    };
    const unlinkSync = (path: string) => {
      fs.unlinkSync(path);
      removed(path);
    };
    const rmSync = (path: string, options?: SyncFs.RmOptions) => {
      fs.rmSync(path, options);
      this.emptyByName(path);
      removed(path);
    };
    return Object.assign({}, fs, { unlinkSync, rmSync, ...this.writesOf(fs) }) as typeof SyncFs;
  }

  /** And the writes that do not. */
  private writesOf(fs: typeof SyncFs): Partial<typeof SyncFs> {
    const open = this.written;
    const changed = () => {
      if (this.rootPath !== '') this.cuts.push(this.left());
    };
    const openSync = (path: string, flags = 'r', mode?: number) => {
      const handle = fs.openSync(path, flags, mode);
      if (!flags.startsWith('w') || !this.has(path)) return handle;
      const node = { bytes: Buffer.alloc(0), synced: Buffer.alloc(0) };
      this.set(path, node);
      open.set(handle, node);
      changed();
      return handle;
    };
    const writeSync = (handle: number, bytes: Uint8Array, at: number, length?: number) => {
      const count = fs.writeSync(handle, bytes, at, length);
      const node = open.get(handle);
      if (node) node.bytes = Buffer.concat([node.bytes, bytes.subarray(at, at + count)]);
      return count;
    };
    const fsync = (handle: number, done: (error: Error | null) => void) =>
      fs.fsync(handle, (error) => {
        const node = open.get(handle);
        if (node && this.ignores !== 'files') node.synced = node.bytes;
        changed();
        done(error);
      });
    const closeSync = (handle: number) => {
      open.delete(handle);
      fs.closeSync(handle);
    };
    const named = (from: string, to: string, keep: boolean) => {
      const node = this.get(from);
      if (node) this.set(to, node);
      if (node && !keep) this.unset(from);
      changed();
    };
    const renameSync = (from: string, to: string) => {
      fs.renameSync(from, to);
      named(from, to, false);
    };
    const linkSync = (from: string, to: string) => {
      fs.linkSync(from, to);
      named(from, to, true);
    };
    const mkdirSync = (path: string, options?: { recursive?: boolean; mode?: number }) => {
      fs.mkdirSync(path, options);
      this.makeFolders(path);
    };
    const calls = { openSync, writeSync, fsync, closeSync, renameSync, linkSync, mkdirSync };
    return calls as Partial<typeof SyncFs>;
  }

  /** The strictest disk loses what is in a folder name by name, at once, and may still have the folder's own name where that was synced. */
  private emptyByName(path: string): void {
    const walk = (at: Folder) => {
      for (const [name, below] of [...at.names]) {
        if (isFolder(below)) walk(below);
        at.names.delete(name);
        at.synced.delete(name);
        this.cuts.push(this.left());
      }
    };
    const node = this.get(path);
    if (isFolder(node)) walk(node);
  }

  private left(): Left {
    const left: Left = new Map();
    const walk = ({ synced }: Folder, path: string) => {
      for (const [name, node] of synced) {
        if (isFolder(node)) walk(node, `${path}${name}/`);
        else left.set(`${path}${name}`, node.synced);
      }
    };
    walk(this.root, '');
    return left;
  }

  private has(path: string): boolean {
    return this.rootPath !== '' && `${resolve(path)}${sep}`.startsWith(`${this.rootPath}${sep}`);
  }

  private parts(path: string): string[] {
    return resolve(path).slice(this.rootPath.length).split(sep).filter(Boolean);
  }

  private get(path: string): Inode | Folder | undefined {
    if (!this.has(path)) return undefined;
    let node: Inode | Folder | undefined = this.root;
    for (const name of this.parts(path)) node = isFolder(node) ? node.names.get(name) : undefined;
    return node;
  }

  private set(path: string, node: Inode | Folder): void {
    if (!this.has(path)) return;
    const above = this.get(dirname(path));
    if (isFolder(above)) above.names.set(this.parts(path).at(-1)!, node);
  }

  private unset(path: string): void {
    if (!this.has(path)) return;
    const above = this.get(dirname(path));
    if (isFolder(above)) above.names.delete(this.parts(path).at(-1)!);
  }

  private makeFolders(path: string): void {
    if (!this.has(path)) return;
    let at = this.root;
    for (const name of this.parts(path)) {
      const next = at.names.get(name) ?? folder();
      if (!isFolder(next)) return;
      at.names.set(name, next);
      at = next;
    }
  }
}

/** Writes what is left into an empty folder. */
export async function restore(left: Left, to: string): Promise<void> {
  for (const [path, bytes] of left) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await writeFile(join(to, path), bytes);
  }
}
