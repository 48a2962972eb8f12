import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { endsWithUs } from '../bound-child.ts';
import { PROJECT } from '../bundle/bundle-functions.ts';
import { endServer, freePort } from '../servers/child-server.ts';
import type { Ready } from './engine.ts';
import { mavenFile } from './maven-file.ts';
import { TrinoClient } from './trino-client.ts';
import { TrinoSession } from './trino-session.ts';

const run = promisify(execFile);

/** The last version of the whole server in Maven Central: 821 MB. It needs Java 24 or newer. */
const VERSION = 476;
const LEAST_JAVA = 24;
const SERVER = {
  artifact: `io.trino:trino-server:${VERSION}:tar.gz`,
  name: `trino-server-${VERSION}.tar.gz`,
  sha256: 'cfd5accde17e8ebd251eeeb78aed1f490e77bb3a164d95a0f454bf8a7c1cbd3f',
};
const START_MS = 600_000;
const STOP_MS = 20_000;

/** Trino with its connector for Iceberg, as one process on the loopback interface. */
export async function prepareTrino(): Promise<Ready> {
  const installed = await installTrino();
  if ('missing' in installed) return installed;
  return {
    use: (folder, act) =>
      withTrino(installed, folder, (client, address) => act(new TrinoSession(client, address))),
  };
}

interface InstalledTrino {
  java: string;
  home: string;
}

async function installTrino(): Promise<InstalledTrino | { missing: string }> {
  const java = await newerJava();
  if (!java) return { missing: `there is no Java ${LEAST_JAVA} or newer in /usr/lib/jvm` };
  const home = join(PROJECT, '.java', `trino-server-${VERSION}`);
  if (!existsSync(home)) {
    const archive = await mavenFile(SERVER);
    if ('missing' in archive) return archive;
    await unpack(archive.path, home);
  }
  return { java, home };
}

async function newerJava(): Promise<string | undefined> {
  const folder = '/usr/lib/jvm';
  for (const name of await readdir(folder).catch(() => [])) {
    const java = join(folder, name, 'bin', 'java');
    if (!existsSync(java)) continue;
    const said = await run(java, ['-version']).catch(() => undefined);
    if (Number(/version "(\d+)/.exec(said?.stderr ?? '')?.[1] ?? 0) >= LEAST_JAVA) return java;
  }
  return undefined;
}

/** Of some fifty connectors only this one is kept. The archive is not needed any more. */
async function unpack(archive: string, home: string): Promise<void> {
  const making = `${home}.${process.pid}`;
  await mkdir(making, { recursive: true });
  await run('tar', ['xzf', archive, '-C', making, '--strip-components', '1']);
  for (const plugin of await readdir(join(making, 'plugin'))) {
    if (plugin !== 'iceberg') await rm(join(making, 'plugin', plugin), { recursive: true });
  }
  await rename(making, home);
  await rm(archive);
}

/** Starts a server in a folder of its own, lets `act` use it, and ends it. */
async function withTrino<T>(
  { java, home }: InstalledTrino,
  folder: string,
  act: (client: TrinoClient, address: string) => Promise<T>,
): Promise<T> {
  const port = await freePort();
  const server = await startServer(java, home, join(folder, 'trino'), port);
  try {
    const address = `http://127.0.0.1:${port}`;
    const client = new TrinoClient(address);
    await client.ready(START_MS, () => server.exitCode === null);
    return await act(client, address);
  } finally {
    await endServer(server, STOP_MS);
  }
}

/** A catalog in files of its own; tables are read through the plain paths that their metadata has. */
async function startServer(java: string, home: string, place: string, port: number): Promise<ChildProcess> {
  await mkdir(join(place, 'catalog'), { recursive: true });
  await mkdir(join(place, 'data', 'metastore'), { recursive: true });
  const config = join(place, 'config.properties');
  const address = `http://127.0.0.1:${port}`;
  await writeFile(
    config,
    `coordinator=true\nnode-scheduler.include-coordinator=true\nhttp-server.http.port=${port}\ndiscovery.uri=${address}\ncatalog.management=dynamic\n`,
  );
  await writeFile(
    join(place, 'catalog', 'iceberg.properties'),
    [
      'connector.name=iceberg',
      'iceberg.catalog.type=TESTING_FILE_METASTORE',
      'hive.metastore.catalog.dir=local:///metastore',
      'fs.native-local.enabled=true',
      'fs.hadoop.enabled=true',
      `local.location=${join(place, 'data')}`,
      'iceberg.register-table-procedure.enabled=true',
    ].join('\n'),
  );
  const log = await open(join(place, 'log'), 'w');
  const settings = {
    config,
    'node.environment': 'test',
    'node.id': 'test',
    'node.data-dir': join(place, 'data'),
    'node.internal-address': '127.0.0.1',
    'node.bind-ip': '127.0.0.1',
    'catalog.config-dir': join(place, 'catalog'),
    'plugin.dir': join(home, 'plugin'),
    'jdk.attach.allowAttachSelf': 'true',
  };
  const flags = ['-Xmx2G', '--add-modules=jdk.incubator.vector', '--enable-native-access=ALL-UNNAMED'];
  const properties = Object.entries(settings).map(([name, value]) => `-D${name}=${value}`);
  const command = [...flags, ...properties, '-cp', join(home, 'lib', '*'), 'io.trino.server.TrinoServer'];
  const server = spawn(java, command, { cwd: place, stdio: ['ignore', log.fd, log.fd] });
  endsWithUs(server);
  await log.close();
  return server;
}
