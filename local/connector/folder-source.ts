import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PipelineError, StoreUnavailable } from '../../shared/errors.ts';
import type { SeenFile, TransferSource } from '../../shared/ports/transfer-source.ts';
import type { ByteRange } from '../../shared/ranges/byte-range.ts';
import { isCode, NOT_THERE, unreadable } from '../adapters/file-error.ts';
import { readFileInto } from '../adapters/file-reader.ts';
import { type FileIdentity, sourceIdentity } from '../adapters/file-version.ts';

const IDENTITY: FileIdentity = sourceIdentity(true);
/** A file that is being removed has a name of this form for a moment. */
const REMOVING = '.connector-removing-';
const REMOVING_BYTES = Buffer.from(REMOVING);
const SLASH = Buffer.from('/');

/** A folder of this machine, or one that it mounts. */
export function createFolderSource(rootDir: string, remembersMs = 0): TransferSource {
  return new FolderSource(rootDir, remembersMs);
}

class FolderSource implements TransferSource {
  readonly name: string;
  readonly hasStrictPins = true;
  readonly remembersMs: number;

  constructor(rootDir: string, remembersMs: number) {
    this.name = rootDir;
    this.remembersMs = remembersMs;
  }

  async *list(): AsyncIterable<SeenFile> {
    yield* this.below(Buffer.alloc(0));
  }

  /** Names are bytes: one that is not UTF-8 would become another one on its way through a string, and its file seem to be gone. */
  private async *below(folder: Buffer): AsyncIterable<SeenFile> {
    const path = this.full(folder);
    const entries = await fs.readdir(path, { withFileTypes: true, encoding: 'buffer' }).catch((error) => {
      // A folder of a day may be removed while it is looked at; the one that is watched must be there.
      if (folder.length > 0 && isCode(error, ...NOT_THERE)) return [];
      throw unavailable(error, join(this.name, shownName(folder)));
    });
    for (const entry of entries.toSorted((a, b) => Buffer.compare(a.name, b.name))) {
      const below = folder.length === 0 ? entry.name : Buffer.concat([folder, SLASH, entry.name]);
      if (entry.isDirectory()) yield* this.below(below);
      else if (entry.isFile() && !entry.name.subarray(0, REMOVING.length).equals(REMOVING_BYTES)) {
        const seen = await this.seen(shownName(below), () => fs.lstat(this.full(below), { bigint: true }));
        if (seen) yield isUtf8(below) ? seen : { ...seen, problem: 'its name is not UTF-8: rename it' };
      }
    }
  }

  private full(below: Buffer): Buffer {
    return Buffer.concat([Buffer.from(this.name), SLASH, below]);
  }

  /** Opened for the look: a network file system then asks its server, and not what it remembers. */
  async look(path: string): Promise<SeenFile | undefined> {
    return this.seen(path, async () => {
      const handle = await fs.open(join(this.name, path), 'r');
      await handle.close();
      return IDENTITY.stat(join(this.name, path));
    });
  }

  async readInto(path: string, range: ByteRange, pin: string, buffer: Uint8Array): Promise<void> {
    try {
      await readFileInto(join(this.name, path), range, buffer, { pin }, IDENTITY);
    } catch (error) {
      throw unavailable(error, join(this.name, path));
    }
  }

  /**
   * It gets a name of its own first, so that nobody can put another file in its place between the last look and the removal. A rename
   * changes the time of the last change (ctime), so what is compared after it is everything else.
   */
  async remove(path: string, pin: string): Promise<boolean> {
    const full = join(this.name, path);
    const aside = join(dirname(full), `${REMOVING}${randomUUID()}`);
    try {
      const before = await fs.lstat(full, { bigint: true });
      if (IDENTITY.pin(before) !== pin) return false;
      await fs.rename(full, aside);
      const moved = await fs.lstat(aside, { bigint: true });
      const isSame =
        moved.ino === before.ino && moved.size === before.size && moved.mtimeNs === before.mtimeNs;
      if (isSame) {
        await fs.unlink(aside);
        return true;
      }
      // Back to its name, unless that has been taken again: then it stays aside, and nothing is lost.
      await fs.link(aside, full).then(
        () => fs.unlink(aside),
        () => undefined,
      );
      return false;
    } catch (error) {
      if (isCode(error, ...NOT_THERE)) return false;
      throw unavailable(error, full);
    }
  }

  async close(): Promise<void> {}

  private async seen(
    path: string,
    stat: () => ReturnType<FileIdentity['stat']>,
  ): Promise<SeenFile | undefined> {
    try {
      const stats = await stat();
      if (!stats?.isFile()) return undefined;
      return {
        path,
        sizeBytes: Number(stats.size),
        version: IDENTITY.version(stats),
        pin: IDENTITY.pin(stats),
        modifiedMs: Number(stats.mtimeNs / 1_000_000n),
      };
    } catch (error) {
      if (isCode(error, ...NOT_THERE)) return undefined;
      throw unavailable(error, join(this.name, path));
    }
  }
}

/** A name that is not UTF-8 is shown with its bytes, by which people find it: `c\xe2mbio.txt`. */
function shownName(name: Buffer): string {
  if (isUtf8(name)) return name.toString();
  return name
    .toString('latin1')
    .replace(/[\u0080-\u00ff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
}

/** A file server that is away, a stale handle, a bad sector: the next look may go well. Denied rights stay an error of their own. */
function unavailable(error: unknown, where: string): unknown {
  if (error instanceof PipelineError || !(error instanceof Error)) return error;
  const known = unreadable(error, where);
  if (known !== error) return known;
  return new StoreUnavailable({
    what: 'the source cannot be read now',
    where,
    why: error.message.replace(/, (open|read|lstat|stat|scandir|fstat).*$/, ''),
    next: 'It is tried again; look at the mount and its server if this goes on.',
    cause: error,
  });
}
