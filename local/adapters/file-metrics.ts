import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Metrics } from '../../shared/ports/metrics.ts';
import { unwritable } from './file-error.ts';

/** Appends figures as JSON lines to a file, instead of sending them to CloudWatch. */
export function createFileMetrics(path: string): Metrics {
  return {
    async record(dataset, figures) {
      const at = new Date().toISOString();
      const lines = figures.map((figure) => `${JSON.stringify({ at, dataset, ...figure })}\n`).join('');
      try {
        await mkdir(dirname(path), { recursive: true });
        await appendFile(path, lines);
      } catch (error) {
        throw unwritable(error, path);
      }
    },
  };
}
