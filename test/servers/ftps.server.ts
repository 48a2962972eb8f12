import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectTo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFtpsSource } from '../../local/connector/ftps-source.ts';
import type { TransferSource } from '../../shared/ports/transfer-source.ts';
import { endServer, freePort } from '../../tools/servers/child-server.ts';
import { vsftpdPath } from '../../tools/servers/ftps-suite.ts';
import { describeTransferSource } from '../support/transfer-source-contract.ts';

let dir: string;
let port: number;
let server: ChildProcess | undefined;
const sources: TransferSource[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ftps-'));
  await chmod(dir, 0o755);
  await mkdir(join(dir, 'night/20250812'), { recursive: true });
  const certificate = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
  ];
  const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  execFileSync(
    'openssl',
    [...certificate, ...names, '-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem')],
    { stdio: 'ignore' },
  );
  port = await freePort();
  const config = join(dir, 'vsftpd.conf');
  await writeFile(
    config,
    [
      ...[
        'listen=YES',
        'listen_address=127.0.0.1',
        `listen_port=${port}`,
        'background=NO',
        'seccomp_sandbox=NO',
      ],
      ...[
        'anonymous_enable=YES',
        'no_anon_password=YES',
        `anon_root=${join(dir, 'night')}`,
        'run_as_launching_user=YES',
      ],
      ...[
        'write_enable=YES',
        'anon_upload_enable=YES',
        'anon_other_write_enable=YES',
        'anon_umask=022',
        `ftp_username=${userInfo().username}`,
      ],
      ...['ssl_enable=YES', 'allow_anon_ssl=YES', 'force_anon_data_ssl=YES', 'force_anon_logins_ssl=YES'],
      ...['ssl_tlsv1=YES', 'require_ssl_reuse=NO', 'pasv_address=127.0.0.1', `rsa_cert_file=${dir}/cert.pem`],
      ...[
        `rsa_private_key_file=${dir}/key.pem`,
        `secure_chroot_dir=${dir}`,
        'allow_writeable_chroot=YES',
        'use_localtime=NO',
      ],
    ].join('\n'),
  );
  server = spawn((await vsftpdPath())!, [config], { stdio: ['ignore', 'ignore', 'inherit'] });
  for (let tries = 0; tries < 100; tries++) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connectTo(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.end());
    });
    if (isUp) return;
    await sleep(50);
  }
  throw new Error('vsftpd does not answer');
});

afterAll(async () => {
  for (const source of sources) await source.close();
  if (server) await endServer(server, 5_000);
  await rm(dir, { recursive: true, force: true });
});

async function open(given: { site?: string[]; caFile?: string | undefined } = {}): Promise<TransferSource> {
  const caFile = 'caFile' in given ? given.caFile : join(dir, 'cert.pem');
  const access = { host: 'localhost', port, user: 'anonymous', folder: join(dir, 'night'), implicit: false };
  const source = await createFtpsSource(
    { ...access, site: given.site ?? [], ...(caFile === undefined ? {} : { caFile }) },
    dir,
  );
  sources.push(source);
  return source;
}

describeTransferSource('a folder behind vsftpd with TLS', { folder: () => join(dir, 'night'), open });

describe('a folder behind vsftpd with TLS', () => {
  it('sends SITE options, and says what the server answers to one that it does not take', async () => {
    const source = await open({ site: ['RDW'] });
    await expect(source.look('a')).rejects.toMatchObject({
      name: 'StoreUnavailable',
      message: expect.stringContaining('SITE'),
    });
  });

  it('is not trusted with a certificate of nobody', async () => {
    const source = await open({ caFile: undefined });
    await expect(source.look('a')).rejects.toMatchObject({
      name: 'StoreUnavailable',
      message: expect.stringContaining('certificate'),
    });
  });
});
