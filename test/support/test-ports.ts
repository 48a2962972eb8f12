import { createFileCatalog } from '../../local/adapters/catalog-file.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';

/** The ports of a lake of a test: layouts are given as their text, and nobody hears or counts anything unless `own` says so. */
export function testPorts(
  raw: ObjectStore,
  lake: ObjectStore,
  own: Partial<PipelinePorts> = {},
): PipelinePorts {
  return {
    raw,
    lake,
    publishedPrefix: 'processed/',
    catalog: createFileCatalog(lake),
    layouts: {
      load: async (text) => ({ file: 'test.json', text }),
      loadBeside: async (_file, name) => ({ file: name, text: '' }),
    },
    metrics: { record: async () => undefined },
    notifier: { notify: async () => undefined },
    clock: { now: () => new Date('2025-08-13T06:00:00Z') },
    settings: {
      rangeSizeBytes: 1024 * 1024,
      wholePartBytes: 128 * 1024 * 1024,
      expectedFiles: undefined,
      // Ids of runs follow from it, and would be others after each change.
      softwareVersion: '0',
    },
    ...own,
  };
}
