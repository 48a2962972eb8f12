import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import SftpClient from 'ssh2-sftp-client';
import type { SourceSettings } from '../../connector/decide/settings.ts';
import { PipelineError, SourceNotFound, StoreUnavailable } from '../../shared/errors.ts';
import type { SeenFile, TransferSource } from '../../shared/ports/transfer-source.ts';
import type { ByteRange } from '../../shared/ranges/byte-range.ts';
import { changedFile, fillWith, seenFile, unreadableName } from './remote-file.ts';

type SftpSettings = NonNullable<SourceSettings['sftp']>;

const READY_MS = 20_000;

/** A folder behind SFTP. Connected at the first call, and again after a connection was lost. */
export async function createSftpSource(settings: SftpSettings, configDir: string): Promise<TransferSource> {
  const { host, port = 22, user, keyFile, passwordVariable } = settings;
  const secret = passwordVariable === undefined ? undefined : process.env[passwordVariable];
  const privateKey = keyFile === undefined ? undefined : await keyOf(resolve(configDir, keyFile));
  return new SftpSource(settings, {
    ...{ host, port, username: user, readyTimeout: READY_MS },
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(secret === undefined ? {} : privateKey === undefined ? { password: secret } : { passphrase: secret }),
    hostVerifier: (key: Buffer) => fingerprintOf(key) === settings.hostKey,
  });
}

async function keyOf(path: string): Promise<Buffer> {
  return readFile(path).catch((cause) => {
    throw new SourceNotFound({ what: 'the key cannot be read', where: path, next: 'Check keyFile.', cause });
  });
}

/** As `ssh-keygen -lf` prints it. */
function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

class SftpSource implements TransferSource {
  readonly name: string;
  /** SFTP shows size and time in seconds: a write in the same second that keeps the size is not seen. */
  readonly hasStrictPins = false;
  readonly remembersMs = 0;
  private readonly folder: string;
  private readonly options: SftpClient.ConnectOptions;
  private opening: Promise<SftpClient> | undefined;

  constructor({ host, user, folder }: SftpSettings, options: SftpClient.ConnectOptions) {
    this.folder = folder.replace(/\/$/, '');
    this.options = options;
    this.name = `sftp://${user}@${host}/${this.folder.replace(/^\//, '')}`.replace(/\/$/, '');
  }

  async *list(): AsyncIterable<SeenFile> {
    yield* this.below('');
  }

  private async *below(folder: string): AsyncIterable<SeenFile> {
    const entries = await this.asking(folder, (client) => client.list(this.path(folder)));
    for (const { type, name, size, modifyTime } of (entries ?? []).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      if (name === '.' || name === '..' || name.includes('/')) continue;
      const path = folder === '' ? name : `${folder}/${name}`;
      const unreadable = unreadableName(path, type === 'd');
      if (unreadable) yield unreadable;
      else if (type === 'd') yield* this.below(path);
      else if (type === '-') yield seenFile(path, size, modifyTime);
    }
  }

  async look(path: string): Promise<SeenFile | undefined> {
    const stats = await this.asking(path, (client) => client.stat(this.path(path)));
    return stats?.isFile ? seenFile(path, stats.size, stats.modifyTime) : undefined;
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
    if (endByte > startByte) {
      const client = await this.client();
      const stream = client.createReadStream(this.path(path), { start: startByte, end: endByte - 1 });
      try {
        for await (const chunk of stream) yield chunk as Uint8Array;
      } catch (error) {
        throw await this.lost(error, path);
      } finally {
        stream.destroy();
      }
    }
    await this.requirePin(path, pin);
  }

  async remove(path: string, pin: string): Promise<boolean> {
    if ((await this.look(path))?.pin !== pin) return false;
    await this.asking(path, (client) => client.delete(this.path(path)));
    return true;
  }

  async close(): Promise<void> {
    const client = await this.opening?.catch(() => undefined);
    this.opening = undefined;
    await client?.end().catch(() => undefined);
  }

  private async requirePin(path: string, pin: string): Promise<void> {
    if ((await this.look(path))?.pin !== pin) throw changedFile(`${this.name}/${path}`);
  }

  private path(path: string): string {
    return path === '' ? this.folder || '/' : `${this.folder}/${path}`;
  }

  private client(): Promise<SftpClient> {
    this.opening ??= this.connected();
    return this.opening;
  }

  private async connected(): Promise<SftpClient> {
    const forget = () => {
      this.opening = undefined;
    };
    // By default the library prints what happens to standard output.
    const client = new SftpClient('source', { error: forget, end: forget, close: forget });
    try {
      await client.connect(this.options);
      return client;
    } catch (error) {
      forget();
      throw unreachable(this.name, error);
    }
  }

  /** Undefined if there is nothing of this name. */
  private async asking<T>(path: string, ask: (client: SftpClient) => Promise<T>): Promise<T | undefined> {
    const client = await this.client();
    try {
      return await ask(client);
    } catch (error) {
      if (path !== '' && isCode(error, 2, 'ENOENT', 'ERR_BAD_PATH')) return undefined;
      throw await this.lost(error, path);
    }
  }

  /** After an error the connection is not used again. */
  private async lost(error: unknown, path: string): Promise<unknown> {
    if (error instanceof PipelineError) return error;
    const client = await this.opening?.catch(() => undefined);
    this.opening = undefined;
    client?.end().catch(() => undefined);
    return new StoreUnavailable({
      what: 'the source cannot be read now',
      where: `${this.name}/${path}`,
      why: error instanceof Error ? error.message : String(error),
      next: 'It is tried again over a new connection.',
      cause: error,
    });
  }
}

function isCode(error: unknown, ...codes: (string | number)[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(error.code as string | number);
}

function unreachable(where: string, cause: unknown): StoreUnavailable {
  const said = cause instanceof Error ? cause.message : String(cause);
  const isHostKey = /verif|handshake failed: no matching|Host denied/i.test(said);
  return new StoreUnavailable({
    what: 'the server cannot be reached, or does not let this user in',
    where,
    why: said,
    next: isHostKey
      ? 'Compare hostKey of the config with what ssh-keygen -lf says of the host’s key; a host that changed its key may be another host.'
      : 'It is tried again; check host, port, user and key if this goes on.',
    cause,
  });
}
