import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { Client, FTPError } from 'basic-ftp';
import type { SourceSettings } from '../../connector/decide/settings.ts';
import { PipelineError, SourceNotFound, StoreUnavailable } from '../../shared/errors.ts';
import type { SeenFile, TransferSource } from '../../shared/ports/transfer-source.ts';
import type { ByteRange } from '../../shared/ranges/byte-range.ts';
import { changedFile, fillWith, seenFile, unreadableName } from './remote-file.ts';

type FtpsSettings = NonNullable<SourceSettings['ftps']>;

const TIMEOUT_MS = 60_000;
/** Answers of FTP (RFC 959) that mean: no such file. */
const NOT_THERE = 550;

/** A folder behind FTP over TLS. One connection answers one call after the other. */
export async function createFtpsSource(settings: FtpsSettings, configDir: string): Promise<TransferSource> {
  const { caFile } = settings;
  const ca =
    caFile === undefined
      ? undefined
      : await readFile(resolve(configDir, caFile)).catch((cause) => {
          throw new SourceNotFound({
            what: 'the certificates cannot be read',
            where: caFile,
            next: 'Check caFile.',
            cause,
          });
        });
  return new FtpsSource(settings, ca);
}

class FtpsSource implements TransferSource {
  readonly name: string;
  readonly hasStrictPins = false;
  readonly remembersMs = 0;
  private readonly settings: FtpsSettings;
  private readonly ca: Buffer | undefined;
  private readonly folder: string;
  private client: Client | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(settings: FtpsSettings, ca: Buffer | undefined) {
    this.settings = settings;
    this.ca = ca;
    this.folder = settings.folder.replace(/\/$/, '');
    this.name = `ftps://${settings.user}@${settings.host}/${this.folder.replace(/^\//, '')}`.replace(
      /\/$/,
      '',
    );
  }

  async *list(): AsyncIterable<SeenFile> {
    yield* this.below('');
  }

  private async *below(folder: string): AsyncIterable<SeenFile> {
    const entries = await this.asking(folder, (client) => client.list(this.path(folder)));
    for (const { name, isDirectory, isFile, size, modifiedAt } of (entries ?? []).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      if (name === '.' || name === '..' || name.includes('/')) continue;
      const path = folder === '' ? name : `${folder}/${name}`;
      const unreadable = unreadableName(path, isDirectory);
      if (unreadable) yield unreadable;
      else if (isDirectory) yield* this.below(path);
      else if (isFile)
        yield modifiedAt
          ? seenFile(path, size, modifiedAt.getTime())
          : ((await this.look(path)) ?? seenFile(path, size, 0));
    }
  }

  async look(path: string): Promise<SeenFile | undefined> {
    return this.asking(path, async (client) => {
      // Sizes are those of the binary type, which is what is sent.
      await client.send('TYPE I');
      const size = await client.size(this.path(path));
      return seenFile(path, size, (await client.lastMod(this.path(path))).getTime());
    });
  }

  async readInto(path: string, range: ByteRange, pin: string, buffer: Uint8Array): Promise<void> {
    await fillWith(this.read(path, range, pin), buffer, range, `${this.name}/${path}`);
  }

  private async *read(
    path: string,
    { startByte, endByte }: ByteRange,
    pin: string,
  ): AsyncIterable<Uint8Array> {
    await this.requirePin(path, pin);
    let leftBytes = endByte - startByte;
    if (leftBytes > 0) {
      const stream = new PassThrough({ highWaterMark: 1024 * 1024 });
      const downloading = this.asking(path, (client) =>
        client.downloadTo(stream, this.path(path), startByte),
      );
      downloading.catch((error: Error) => stream.destroy(error));
      try {
        for await (const chunk of stream as AsyncIterable<Uint8Array>) {
          const wanted = chunk.subarray(0, leftBytes);
          leftBytes -= wanted.length;
          yield wanted;
          if (leftBytes === 0) break;
        }
      } catch (error) {
        throw this.lost(error, path);
      } finally {
        stream.destroy();
        // FTP has no end of a range: the connection goes with the rest of the file.
        if (endByte < Number(pin.split('-')[0])) this.client?.close();
        await downloading.catch(() => undefined);
      }
    }
    await this.requirePin(path, pin);
  }

  async remove(path: string, pin: string): Promise<boolean> {
    if ((await this.look(path))?.pin !== pin) return false;
    await this.asking(path, (client) => client.remove(this.path(path)));
    return true;
  }

  async close(): Promise<void> {
    this.client?.close();
    this.client = undefined;
  }

  private async requirePin(path: string, pin: string): Promise<void> {
    if ((await this.look(path))?.pin !== pin) throw changedFile(`${this.name}/${path}`);
  }

  private path(path: string): string {
    return path === '' ? this.folder || '/' : `${this.folder}/${path}`;
  }

  private async connected(): Promise<Client> {
    if (this.client && !this.client.closed) return this.client;
    const { host, port, user, passwordVariable, implicit, site } = this.settings;
    const client = new Client(TIMEOUT_MS);
    this.client = client;
    await client.access({
      ...{ host, user, port: port ?? (implicit ? 990 : 21), secure: implicit ? 'implicit' : true },
      password: passwordVariable === undefined ? '' : (process.env[passwordVariable] ?? ''),
      ...(this.ca ? { secureOptions: { ca: this.ca } } : {}),
    });
    for (const option of site) {
      const command = option.startsWith('SITE ') ? option : `SITE ${option}`;
      await client.send(command).catch((cause) => {
        throw new Error(`${command} was answered with ${(cause as Error).message}`, { cause });
      });
    }
    return client;
  }

  /** Calls come one after the other; undefined if there is nothing of this name. */
  private asking<T>(path: string, ask: (client: Client) => Promise<T>): Promise<T | undefined> {
    const asked = this.turn.then(async () => {
      const client = await this.connected().catch((error) => {
        throw this.lost(error, path);
      });
      try {
        return await ask(client);
      } catch (error) {
        if (path !== '' && error instanceof FTPError && error.code === NOT_THERE) return undefined;
        throw this.lost(error, path);
      }
    });
    this.turn = asked.catch(() => undefined);
    return asked;
  }

  private lost(error: unknown, path: string): unknown {
    if (error instanceof PipelineError) return error;
    this.client?.close();
    this.client = undefined;
    return new StoreUnavailable({
      what: 'the source cannot be read now',
      where: `${this.name}/${path}`,
      why: error instanceof Error ? error.message : String(error),
      next: 'It is tried again over a new connection; check host, port, user and certificates if this goes on.',
      cause: error,
    });
  }
}
