import { appendFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Metrics } from '../../shared/ports/metrics.ts';
import { fileModes } from './file-modes.ts';

/** Appends figures as JSON lines to a file of a lake, instead of sending them to CloudWatch. */
export function createFileMetrics(lakeDir: string): Metrics {
  const path = join(lakeDir, 'runs', 'metrics.jsonl');
  return {
    async record(dataset, figures) {
      const at = new Date().toISOString();
      const { file, folder } = fileModes(lakeDir);
      await mkdir(dirname(path), { recursive: true, mode: folder });
      await appendFile(
        path,
        figures.map((figure) => `${JSON.stringify({ at, dataset, ...figure })}\n`).join(''),
        { mode: file },
      );
    },
  };
}
