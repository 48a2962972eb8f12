import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openDataFile } from '../../cli/open-data-file.ts';
import { PRIVATE } from '../../local/adapters/file-modes.ts';
import { startDir } from '../../local/adapters/project-folders.ts';
import { temporaryFolder } from '../../local/adapters/temporary-folder.ts';
import { UsageError } from '../../shared/errors.ts';
import type { OpenSource } from '../../shared/pipeline/store/open-source.ts';
import type { ByteRange } from '../../shared/ranges/byte-range.ts';

/** A file as the page knows it. */
interface OpenedFile {
  id: string;
  name: string;
  path: string;
  sizeBytes: number;
  compression: string | null;
}

/** The most that one request reads. */
const MOST_BYTES = 16 * 1024 * 1024;
/** A compressed file can only be read from its start, so its content is kept beside; more than this is not. */
const MOST_KEPT_BYTES = 8 * 1024 ** 3;

/** The files that people opened in this session. The page reads ranges of them, and of nothing else. */
export class OpenedFiles {
  private readonly sources = new Map<string, OpenSource>();
  private readonly opened = new Map<string, OpenedFile>();
  private readonly folders: string[] = [];

  async open(word: string): Promise<OpenedFile> {
    const path = resolve(startDir, word);
    let source = await openDataFile(path);
    const { compression } = source;
    if (compression) source = await this.decompressed(source, path);
    const { info } = source;
    const id = String(this.opened.size + 1);
    const file = { id, name: basename(path), path, sizeBytes: info.sizeBytes, compression };
    this.sources.set(id, source);
    this.opened.set(id, file);
    return file;
  }

  /** Size of an opened file; undefined if the id is none. */
  sizeOf(id: string): number | undefined {
    return this.sources.get(id)?.info.sizeBytes;
  }

  /** Bytes of an opened file. A file that was changed since then is a `SourceChanged`. */
  async read(id: string, { startByte, endByte }: ByteRange): Promise<Uint8Array> {
    const source = this.sources.get(id);
    if (!source) throw new UsageError({ what: 'this file is not open', next: 'Open it again.' });
    const range = { startByte, endByte: Math.min(endByte, source.info.sizeBytes, startByte + MOST_BYTES) };
    return source.raw.readRange(source.info.key, range, { pin: source.info.pin });
  }

  /** Removes what was kept of compressed files. */
  async close(): Promise<void> {
    await Promise.all(this.folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }

  private async decompressed({ raw, info }: OpenSource, path: string): Promise<OpenSource> {
    if (info.sizeBytes > MOST_KEPT_BYTES) {
      throw new UsageError({
        what: `it holds ${info.sizeBytes} bytes, which are too many to be kept decompressed`,
        where: path,
        why: 'A compressed file can only be read from its start',
        next: 'Decompress it first, and open what comes out; convert reads it as it is.',
      });
    }
    const folder = await temporaryFolder('positional-lake-studio-');
    this.folders.push(folder);
    const content = join(folder, 'content');
    const bytes = Readable.from(raw.streamRange(info.key, undefined, { pin: info.pin }));
    await pipeline(bytes, createWriteStream(content, { mode: PRIVATE.file }));
    return openDataFile(content);
  }
}
