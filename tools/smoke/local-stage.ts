import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createStarter } from '../../functions/starter/handler.ts';
import { createFileLayoutSource } from '../../local/adapters/file-layout-source.ts';
import { layoutNames } from '../../local/adapters/project-folders.ts';
import { convertNight } from '../../local/convert-night.ts';
import { openLake } from '../../local/lake/lake-sql.ts';
import { createLocalPorts } from '../../local/local-ports.ts';
import type { ConvertRequest } from '../../shared/pipeline/split/convert-request.ts';
import type { Executions } from '../../shared/ports/executions.ts';
import type { SmokeStage } from './smoke-stage.ts';

const BUCKET = 'raw';

/** This machine as a stage: a directory for each bucket, the starter called as EventBridge calls it, the local state machine, DuckDB. */
export function createLocalStage(options: { dir: string; expectedFiles: number }): SmokeStage {
  const { dir, expectedFiles } = options;
  const rawRoot = join(dir, 'raw');
  const lakeDir = join(dir, 'lake');
  const ports = createLocalPorts({ lakeDir, rawRoot, rangeSizeBytes: 65_536, expectedFiles });
  const starter = createStarter(
    {
      raw: ports.raw,
      layouts: { ...createFileLayoutSource(), names: layoutNames },
      executions: createLocalExecutions({ lakeDir, rawRoot, expectedFiles }),
      notifier: ports.notifier,
    },
    BUCKET,
  );
  return {
    name: 'this machine',
    ...{ raw: ports.raw, lake: ports.lake, publishedPrefix: ports.publishedPrefix, catalog: ports.catalog },
    async announce(key, version) {
      const event = { detail: { bucket: { name: BUCKET }, object: { key, 'version-id': version } } };
      await starter(event, () => Number.POSITIVE_INFINITY);
    },
    async query(sql) {
      const lake = await openLake({ lakeDir });
      try {
        const { rows } = await lake.query(sql);
        return rows.map((row) => row.map((value) => (value === null ? null : String(value))));
      } finally {
        lake.close();
      }
    },
    expectedFiles,
    waitMs: (milliseconds) => setTimeout(Math.min(milliseconds, 50)),
  };
}

/** Runs an execution to its end, where Step Functions would only start it. */
function createLocalExecutions(options: {
  lakeDir: string;
  rawRoot: string;
  expectedFiles: number | undefined;
}): Executions {
  const names = new Set<string>();
  return {
    async start(name, input) {
      if (names.has(name)) return 'already-started';
      names.add(name);
      const { layout, sourceKey } = input as ConvertRequest;
      const inputs = [join(options.rawRoot, ...sourceKey.split('/'))];
      const night = convertNight({ ...options, request: { layout }, inputs, workerCount: 1 });
      // The ledger records how it ended, as on AWS.
      for await (const _summary of night);
      return 'started';
    },
  };
}
