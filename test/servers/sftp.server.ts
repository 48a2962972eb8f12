import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { connect as connectTo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from '../../connector/decide/read-settings.ts';
import { Connector } from '../../connector/work/connector.ts';
import { createFolderTarget } from '../../local/connector/folder-target.ts';
import { openConnector } from '../../local/connector/open-connector.ts';
import { createSftpSource } from '../../local/connector/sftp-source.ts';
import type { TransferSource } from '../../shared/ports/transfer-source.ts';
import { endServer, freePort } from '../../tools/servers/child-server.ts';
import { sshdPath } from '../../tools/servers/sftp-suite.ts';
import { describeTransferSource } from '../support/transfer-source-contract.ts';

/**
 * sshd lets only its own user in if it is not root's. As root it wants a user and a folder that the package of Debian makes: they are put
 * into a mount namespace of its own, so that the machine stays as it is.
 */
const isRoot = process.getuid?.() === 0;
const user = userInfo().username;

let dir: string;
let port: number;
let hostKey: string;
let server: ChildProcess | undefined;
const sources: TransferSource[] = [];

async function startServer(): Promise<void> {
  const config = join(dir, 'sshd_config');
  await writeFile(
    config,
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${dir}/host`,
      `AuthorizedKeysFile ${dir}/client.pub`,
      `PidFile ${dir}/pid`,
      'StrictModes no',
      'PermitRootLogin yes',
      'LogLevel ERROR',
      'UsePAM no',
      'PasswordAuthentication no',
      'Subsystem sftp internal-sftp',
    ].join('\n'),
  );
  const words = [(await sshdPath())!, '-D', '-e', '-f', config];
  const passwd = join(dir, 'passwd');
  await writeFile(
    passwd,
    `${await readFile('/etc/passwd', 'utf8')}sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin\n`,
  );
  const inside = `mount --bind ${passwd} /etc/passwd && mount -t tmpfs tmpfs /run && mkdir /run/sshd && exec ${words.join(' ')}`;
  server = isRoot
    ? spawn('unshare', ['--mount', 'sh', '-c', inside], {
        stdio: ['ignore', 'ignore', 'inherit'],
      })
    : spawn(words[0]!, words.slice(1), { stdio: ['ignore', 'ignore', 'inherit'] });
  for (let tries = 0; tries < 100; tries++) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connectTo(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.end());
    });
    if (isUp) return;
    await sleep(50);
  }
  throw new Error('sshd does not answer');
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sftp-'));
  for (const name of ['host', 'client']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, name)]);
  }
  hostKey = execFileSync('ssh-keygen', ['-lf', join(dir, 'host.pub')])
    .toString()
    .split(' ')[1]!;
  await mkdir(join(dir, 'night/20250812'), { recursive: true });
  port = await freePort();
  await startServer();
});

afterAll(async () => {
  for (const source of sources) await source.close();
  if (server) await endServer(server, 5_000);
  await rm(dir, { recursive: true, force: true });
});

const settings = (given: object = {}) => ({
  ...{ host: '127.0.0.1', port, user, keyFile: join(dir, 'client'), hostKey, folder: join(dir, 'night') },
  ...given,
});

async function open(given: object = {}): Promise<TransferSource> {
  const source = await createSftpSource(settings(given), dir);
  sources.push(source);
  return source;
}

const night = (name: string) => join(dir, 'night', name);

describeTransferSource('a folder behind OpenSSH', {
  folder: () => join(dir, 'contract'),
  open: () => open({ folder: join(dir, 'contract') }),
});

describe('a folder behind OpenSSH', () => {
  beforeAll(() => mkdir(night('20250812'), { recursive: true }));

  it('is listed without links, which may lead anywhere', async () => {
    await writeFile(night('20250812/a.txt'), 'hello');
    execFileSync('ln', ['-sf', '/etc/passwd', night('20250812/link.txt')]);
    const listed = await Array.fromAsync((await open()).list());
    expect(listed.map(({ path }) => path)).toEqual(['20250812/a.txt']);
  });

  it('is not trusted with another host key, nor entered with a wrong key', async () => {
    const other = await open({ hostKey: `SHA256:${'A'.repeat(43)}` });
    await expect(other.look('a')).rejects.toMatchObject({
      name: 'StoreUnavailable',
      next: expect.stringContaining('hostKey'),
    });
    const stranger = await open({ user: 'somebody-else' });
    await expect(stranger.look('a')).rejects.toMatchObject({ name: 'StoreUnavailable' });
  });

  it('connects again after the server was away', async () => {
    await writeFile(night('20250812/c.txt'), 'again');
    const source = await open();
    await source.look('20250812/c.txt');
    // With its sessions, which outlive the server itself.
    const sessions = execFileSync('ps', ['-o', 'pid=', '--ppid', String(server!.pid)])
      .toString()
      .trim()
      .split(/\s+/);
    await endServer(server!, 5_000);
    for (const session of sessions) process.kill(Number(session), 'SIGKILL');
    await expect(source.look('20250812/c.txt')).rejects.toMatchObject({ retryable: true });
    await startServer();
    expect(await source.look('20250812/c.txt')).toMatchObject({ sizeBytes: 5 });
  });

  it('is brought to a folder, whole', async () => {
    await rm(night('20250812'), { recursive: true });
    await mkdir(night('20250812'));
    const bytes = Buffer.alloc(12 * 1024 * 1024, 'a night of contracts\n');
    await writeFile(night('20250812/contratos_20250812_001.txt'), bytes);
    await utimes(night('20250812/contratos_20250812_001.txt'), 1_755_000_000, 1_755_000_000);
    const config = {
      sources: [{ sftp: settings() }],
      files: [{ pattern: 'contratos_*', finished: { by: 'rename' }, expected: 1, dayManifest: 'day.ctl' }],
      target: { folder: join(dir, 'raw') },
      stateFolder: join(dir, 'state'),
      upload: { partMiB: 5 },
    };
    const read = readSettings(JSON.stringify(config), 'c.json');
    const ports = await openConnector(read, dir, () => undefined);
    const events: string[] = [];
    const connector = new Connector(ports, read, ({ event }) => events.push(event));
    await connector.start();
    const first = await connector.round();
    expect(first).toMatchObject({ waiting: 1 });
    await sleep(first.nextMs! + 10);
    expect(await connector.round()).toMatchObject({ waiting: 0 });
    await connector.stop();
    await ports.sources[0]!.close();
    const key = 'year=2025/month=08/day=12/contratos_20250812_001.txt';
    expect((await readFile(join(dir, 'raw', key))).equals(bytes)).toBe(true);
    expect(await createFolderTarget({ rootDir: join(dir, 'raw') }).find(key)).toMatchObject({
      sizeBytes: bytes.length,
    });
    expect(events).toEqual(expect.arrayContaining(['finished', 'sending', 'arrived', 'day-complete']));
  });
});
