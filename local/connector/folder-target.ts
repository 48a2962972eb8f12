import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ObjectNotFound } from '../../shared/errors.ts';
import type {
  ArrivedObject,
  PartPlace,
  SentPart,
  TransferTarget,
  Upload,
} from '../../shared/ports/transfer-target.ts';
import { fileChecksum } from '../adapters/file-checksum.ts';
import {
  damaged,
  isCode,
  NOT_THERE,
  preconditionFailed,
  unreadable,
  unwritable,
} from '../adapters/file-error.ts';
import { fileModes } from '../adapters/file-modes.ts';
import { createFileObjectStore } from '../adapters/file-object-store.ts';
import { LAKE_OBJECT } from '../adapters/file-version.ts';
import { syncFolders, syncPath } from '../adapters/synced-files.ts';
import { inTurn } from '../adapters/turnstile.ts';
import { TURNSTILE } from '../adapters/unfinished-files.ts';

/** Folder of uploads below the target's root. Its files are hidden too: a program that reads the whole folder sees none of them. */
const UPLOADS = '.connector';
/** The bytes of an upload, each part at its place; and a line for each part that the disk has. */
const BYTES = '.bytes';
const PARTS = '.parts';

/** A folder in place of a bucket. Uploads survive a loss of power part by part. */
export function createFolderTarget({
  rootDir,
  sync = true,
}: {
  rootDir: string;
  sync?: boolean;
}): TransferTarget {
  return new FolderTarget(rootDir, sync);
}

class FolderTarget implements TransferTarget {
  readonly name: string;
  readonly leastPartBytes = 1;
  readonly mostParts = 10_000;
  readonly documents: TransferTarget['documents'];
  private readonly sync: boolean;

  constructor(rootDir: string, sync: boolean) {
    this.name = rootDir;
    this.sync = sync;
    this.documents = createFileObjectStore({ rootDir, sync });
  }

  async find(key: string): Promise<ArrivedObject | undefined> {
    const stats = await statOf(this.path(key));
    const crc64nvme = stats && (await fileChecksum(this.path(key)));
    return stats && crc64nvme !== undefined ? { ...stats, crc64nvme } : undefined;
  }

  async put(key: string, bytes: Uint8Array, crc64nvme: string, replaces?: string): Promise<ArrivedObject> {
    const upload = { key, id: await this.begin(key) };
    try {
      const parts = [await this.send(upload, { number: 1, startByte: 0 }, bytes, crc64nvme)];
      return await this.complete(upload, parts, { sizeBytes: bytes.length, crc64nvme }, replaces);
    } catch (error) {
      await this.abort(upload).catch(() => undefined);
      throw error;
    }
  }

  async begin(key: string): Promise<string> {
    const id = randomUUID();
    const folder = this.folder({ key, id });
    await this.writing(folder, async () => {
      const { file, folder: mode } = fileModes(this.name);
      await fs.mkdir(folder, { recursive: true, mode });
      await fs.writeFile(join(folder, PARTS), '', { mode: file });
      await fs.writeFile(join(folder, BYTES), '', { mode: file });
      if (this.sync) await syncFolders(folder, this.name);
    });
    return id;
  }

  async send(
    upload: Upload,
    { number, startByte }: PartPlace,
    bytes: Uint8Array,
    crc64nvme: string,
  ): Promise<SentPart> {
    const folder = this.folder(upload);
    const part: SentPart = { number, sizeBytes: bytes.length, crc64nvme, tag: `${startByte}` };
    await this.writing(folder, async () => {
      const data = await fs.open(join(folder, BYTES), 'r+');
      try {
        await writeAt(data, bytes, startByte);
        if (this.sync) await data.datasync();
      } finally {
        await data.close();
      }
      const lines = await fs.open(join(folder, PARTS), 'r+');
      try {
        // Appended at the end, whoever else appends: a line is written by one call, and begins with its own line feed.
        await fs.appendFile(join(folder, PARTS), `\n${JSON.stringify(part)}\n`);
        if (this.sync) await lines.datasync();
      } finally {
        await lines.close();
      }
    });
    return part;
  }

  async parts(upload: Upload): Promise<SentPart[] | undefined> {
    const path = join(this.folder(upload), PARTS);
    const text = await fs.readFile(path, 'utf8').catch((error) => {
      if (isCode(error, ...NOT_THERE)) return undefined;
      throw unreadable(error, path);
    });
    if (text === undefined) return undefined;
    const parts = new Map<number, SentPart>();
    for (const part of text.split('\n').flatMap(partOf)) parts.set(part.number, part);
    return [...parts.values()].sort((a, b) => a.number - b.number);
  }

  async complete(
    upload: Upload,
    parts: SentPart[],
    whole: { sizeBytes: number; crc64nvme: string },
    replaces?: string,
  ): Promise<ArrivedObject> {
    const folder = this.folder(upload);
    const bytes = join(folder, BYTES);
    const path = this.path(upload.key);
    await this.writing(folder, () => fs.truncate(bytes, whole.sizeBytes));
    // What the disk has is summed, and not what was sent: it is what readers will get.
    const isWhole = parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) === whole.sizeBytes;
    if (!isWhole || (await fileChecksum(bytes)) !== whole.crc64nvme) throw damaged(path);
    if (this.sync) await syncPath(bytes);
    const stats = await this.placed(upload, bytes, replaces);
    await fs.rm(folder, { recursive: true, force: true });
    return { ...stats, crc64nvme: whole.crc64nvme };
  }

  async abort(upload: Upload): Promise<void> {
    const folder = this.folder(upload);
    await this.writing(folder, () => fs.rm(folder, { recursive: true, force: true }));
  }

  /** A second name for the bytes: a link to a name that exists fails, so the file system decides who was first. */
  private async placed(upload: Upload, bytes: string, replaces: string | undefined) {
    const path = this.path(upload.key);
    const { folder: mode } = fileModes(this.name);
    await this.writing(path, async () => {
      await fs.mkdir(dirname(path), { recursive: true, mode });
      if (replaces === undefined) {
        await fs.link(bytes, path).catch((error) => {
          throw isCode(error, 'EEXIST') ? preconditionFailed(path, 'It is there already.') : error;
        });
        return;
      }
      await inTurn({
        turnstile: join(this.name, UPLOADS, `${upload.id}${TURNSTILE}`),
        folderMode: mode,
        write: (standing) => fs.link(bytes, standing),
        check: async () => {
          const current = await statOf(path);
          if (current?.tag !== replaces) throw preconditionFailed(path, 'It is another one by now.');
        },
        place: (standing) => fs.rename(standing, path),
      });
    });
    if (this.sync) await syncFolders(dirname(path), this.name);
    const stats = await statOf(path);
    if (!stats) throw uploadGone(path);
    return stats;
  }

  private async writing(where: string, action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      throw isCode(error, 'ENOENT') ? uploadGone(where, error) : unwritable(error, where);
    }
  }

  private path(key: string): string {
    return join(this.name, key);
  }

  private folder({ id }: Upload): string {
    return join(this.name, UPLOADS, `.${id}`);
  }
}

/** A line that a loss of power cut off is no part: it is sent again. */
function partOf(line: string): SentPart[] {
  try {
    const part = JSON.parse(line) as SentPart;
    return typeof part.number === 'number' && typeof part.crc64nvme === 'string' ? [part] : [];
  } catch {
    return [];
  }
}

async function writeAt(handle: fs.FileHandle, bytes: Uint8Array, startByte: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, startByte + at);
    at += bytesWritten;
  }
}

async function statOf(
  path: string,
): Promise<{ sizeBytes: number; tag: string; version: string } | undefined> {
  try {
    const stats = await LAKE_OBJECT.stat(path);
    if (!stats?.isFile()) return undefined;
    return {
      sizeBytes: Number(stats.size),
      tag: LAKE_OBJECT.pin(stats),
      version: LAKE_OBJECT.version(stats),
    };
  } catch (error) {
    if (isCode(error, ...NOT_THERE)) return undefined;
    throw unreadable(error, path);
  }
}

function uploadGone(where: string, cause?: unknown): ObjectNotFound {
  return new ObjectNotFound({
    what: 'the upload is gone',
    where,
    why: 'It was completed or discarded by somebody else.',
    next: 'The file is sent anew at the next look.',
    cause,
  });
}
