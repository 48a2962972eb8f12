import { join, resolve } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import type { Settings, SourceSettings } from '../../connector/decide/settings.ts';
import type { ConnectorPorts } from '../../connector/work/connector-ports.ts';
import { SourceNotFound } from '../../shared/errors.ts';
import type { Notifier } from '../../shared/ports/notifier.ts';
import type { TransferSource } from '../../shared/ports/transfer-source.ts';
import type { TransferTarget } from '../../shared/ports/transfer-target.ts';
import { statOf } from '../adapters/file-error.ts';
import { processState, THIS_PROCESS } from '../adapters/local-process.ts';
import { removeAbandonedFiles } from '../adapters/unfinished-files.ts';
import { createFolderSource } from './folder-source.ts';
import { createFolderTarget } from './folder-target.ts';
import { hostClock } from './host-clock.ts';
import { createKeptMemory } from './kept-memory.ts';
import { createLayoutReader } from './layout-reader.ts';
import { createLocalJournal } from './local-journal.ts';
import { mountRemembersMs } from './mount-memory.ts';
import { programConversion } from './program-conversion.ts';

/** The ports of a connector on this host. Paths of the config are taken from `configDir`. */
export async function openConnector(
  settings: Settings,
  configDir: string,
  tell: (line: string) => void,
): Promise<ConnectorPorts> {
  const stateFolder = resolve(configDir, settings.stateFolder);
  const { lake, folder } = settings.target;
  const layouts = createLayoutReader();
  // A layout that is not there is told of now, and not when the first file of the night is there.
  for (const { layout } of settings.files) if (layout !== undefined) await layouts.headBytes(layout);
  // As with layouts: an older Node is told of now.
  if (settings.files.some(({ compress }) => compress === 'zstd')) zstdCompressSync(new Uint8Array());
  const target = await openTarget(settings, configDir);
  return {
    sources: await Promise.all(settings.sources.map((source) => openSource(source, configDir))),
    target,
    state: await openState(settings, target),
    journal: createLocalJournal(join(stateFolder, 'journal')),
    memory: createKeptMemory(stateFolder),
    notifier: await openNotifier(settings, tell),
    clock: hostClock,
    owner: THIS_PROCESS,
    hasEnded: (owner) => processState(owner) === 'gone',
    chance: Math.random,
    layouts,
    conversion:
      lake === undefined || folder === undefined
        ? undefined
        : programConversion(resolve(configDir, folder), resolve(configDir, lake)),
  };
}

async function openSource(
  { folder, attributeSeconds, sftp, ftps }: SourceSettings,
  configDir: string,
): Promise<TransferSource> {
  if (sftp) return (await import('./sftp-source.ts')).createSftpSource(sftp, configDir);
  if (ftps) return (await import('./ftps-source.ts')).createFtpsSource(ftps, configDir);
  const path = resolve(configDir, folder!);
  const stats = await statOf(path);
  if (!stats?.isDirectory()) {
    throw new SourceNotFound({
      what: stats ? 'this source is no folder' : 'this source is not there',
      where: path,
      next: 'Check the path, and whether it is mounted.',
    });
  }
  const remembersMs = attributeSeconds === undefined ? await mountRemembersMs(path) : attributeSeconds * 1000;
  return createFolderSource(path, remembersMs);
}

async function openTarget({ target, upload }: Settings, configDir: string): Promise<TransferTarget> {
  const { bucket, folder } = target;
  if (bucket !== undefined) {
    const { createBucketTarget } = await import('../../shared/aws/transfer-adapters.ts');
    return createBucketTarget({
      ...target,
      bucket,
      connections: upload.partsAtOnce + upload.filesAtOnce + 8,
    });
  }
  const rootDir = resolve(configDir, folder!);
  await removeAbandonedFiles(rootDir);
  return createFolderTarget({ rootDir });
}

async function openState(
  { target, upload }: Settings,
  { documents }: TransferTarget,
): Promise<ConnectorPorts['state']> {
  const { stateBucket } = target;
  if (stateBucket === undefined) return documents;
  const { createBucketTarget } = await import('../../shared/aws/transfer-adapters.ts');
  const access = { ...target, kmsKey: undefined, tags: undefined, storageClass: undefined };
  return createBucketTarget({ ...access, bucket: stateBucket, connections: upload.filesAtOnce + 8 })
    .documents;
}

async function openNotifier({ service, target }: Settings, tell: (line: string) => void): Promise<Notifier> {
  if (service.topicArn !== undefined) {
    const { createAlarmNotifier } = await import('../../shared/aws/transfer-adapters.ts');
    return createAlarmNotifier(service.topicArn, target);
  }
  return {
    notify: async ({ subject, message }) => tell(`${subject}: ${message}`),
  };
}
