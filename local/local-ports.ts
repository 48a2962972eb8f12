import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import type { Catalog } from '../shared/ports/catalog.ts';
import type { Notification } from '../shared/ports/notifier.ts';
import type { ObjectStore } from '../shared/ports/object-store.ts';
import type { PipelinePorts } from '../shared/ports/pipeline-ports.ts';
import type { UnevenParsers } from '../shared/ranges/plan-ranges.ts';
import { STANDARD_INPUT } from '../shared/run/ledger-entry.ts';
import { createFileCatalog } from './adapters/catalog-file.ts';
import { createConsoleNotifier } from './adapters/console-notifier.ts';
import { createFileLayoutSource } from './adapters/file-layout-source.ts';
import { createFileMetrics } from './adapters/file-metrics.ts';
import { createFileObjectStore } from './adapters/file-object-store.ts';
import type { FileStoreOptions } from './adapters/file-store-options.ts';
import { hasDied } from './adapters/local-process.ts';
import { localVersion } from './local-version.ts';

/** From this size on a part reads as well alone as in a larger file. Its copy is a hard link, whereas a merge would write it again. */
const WHOLE_PART_BYTES = 16 * 1024 * 1024;
/** Of a file with about as many ranges as there are threads, a part is a file even if it is small: then nothing is written twice. */
export const MOST_RANGES_OF_FEW = 16;
const WHOLE_PART_OF_FEW = { mostRanges: MOST_RANGES_OF_FEW, bytes: 128 * 1024 };

/** Plain data, which can be cloned, from which a worker thread builds the same ports. */
export interface LocalSetup {
  lakeDir: string;
  rawRoot: string;
  /** The one source file is what is kept of standard input. */
  isStandardInput?: boolean | undefined;
  rangeSizeBytes: number;
  /** Ranges are cut for these, if they are not all alike. */
  unevenParsers?: UnevenParsers | undefined;
  expectedFiles: number | string[] | undefined;
  /** False for a lake that may be lost with the power. */
  sync?: boolean;
  /** As many threads convert as there are cores. */
  usesAllCores?: boolean;
  /** Shared by all threads: the bytes of source files that worker threads have read. */
  bytesRead?: BigInt64Array;
}

/** The ports of one machine: a directory for the lake, another for the source files. */
export function createLocalPorts(
  setup: LocalSetup,
  show: (line: string, kind?: Notification['kind']) => void = () => undefined,
  /** Called with the bytes that were read of a source file. */
  onRead?: (bytes: number) => void,
  known: Pick<FileStoreOptions, 'checksumOf' | 'isOnDisk' | 'described'> = {},
): PipelinePorts {
  const { lakeDir: rootDir, sync = true, usesAllCores: writesAtOnce } = setup;
  const lake = createFileObjectStore({ ...known, rootDir, sync, writesAtOnce });
  return localPortsOn(lake, catalogOn(lake, setup.lakeDir), setup, show, onRead);
}

/** The catalog of a lake whose documents `lake` reads and writes. */
export function catalogOn(lake: ObjectStore, lakeDir: string): Catalog {
  return createFileCatalog(lake, {
    iceberg: {
      root: `${resolve(lakeDir)}/processed/`,
      publishedPrefix: 'processed/',
      now: () => new Date(),
    },
  });
}

/** The ports of one machine with a lake that was opened before. */
export function localPortsOn(
  lake: ObjectStore,
  catalog: Catalog,
  setup: LocalSetup,
  show: (line: string, kind?: Notification['kind']) => void,
  onRead: ((bytes: number) => void) | undefined,
): PipelinePorts {
  return {
    raw: createFileObjectStore({
      rootDir: setup.rawRoot,
      isSource: setup.isStandardInput ? STANDARD_INPUT : true,
      onRead,
    }),
    lake,
    publishedPrefix: 'processed/',
    catalog,
    layouts: createFileLayoutSource(),
    metrics: createFileMetrics(setup.lakeDir),
    notifier: createConsoleNotifier(show),
    clock: { now: () => new Date() },
    hasDied,
    settings: {
      rangeSizeBytes: setup.rangeSizeBytes,
      unevenParsers: setup.unevenParsers,
      wholePartBytes: WHOLE_PART_BYTES,
      wholePartOfFew: WHOLE_PART_OF_FEW,
      expectedFiles: setup.expectedFiles,
      // Only a splitter asks for it, and worker threads split nothing.
      get softwareVersion() {
        return localVersion();
      },
      user: userName(),
    },
  };
}

let found: { userName: string | undefined } | undefined;

/** Undefined for a user without an entry in the machine's list, as in some containers. Looked up once: each file of a lot asks. */
function userName(): string | undefined {
  found ??= { userName: lookedUp() };
  return found.userName;
}

function lookedUp(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
