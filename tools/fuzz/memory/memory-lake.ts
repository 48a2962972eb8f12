import { createFileCatalog } from '../../../local/adapters/catalog-file.ts';
import type { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { finalizeFile } from '../../../shared/pipeline/finalize/finalize-file.ts';
import { mergePartition } from '../../../shared/pipeline/merge/merge-partition.ts';
import { parseRange } from '../../../shared/pipeline/parse/parse-range.ts';
import { reconcileFile } from '../../../shared/pipeline/reconcile/reconcile-file.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { readJson } from '../../../shared/pipeline/store/json-object.ts';
import type { PipelinePorts } from '../../../shared/ports/pipeline-ports.ts';
import { plannedRangesShape } from '../../../shared/run/file-plan.ts';

/** Runs the steps in the order of the state machine, on one thread. */
export async function convertInMemory(ports: PipelinePorts, sourceKey: string) {
  const split = await splitFile(ports, 'fuzz', { layout: 'fuzz', sourceKey });
  if (split.verdict !== 'convert') return finalizeFile(ports, split);
  const ranges = await readJson(ports.lake, split.rangesKey, plannedRangesShape);
  for (const range of ranges) await parseRange(ports, split.planKey, range);
  const reconciled = await reconcileFile(ports, split.planKey);
  if (reconciled.verdict === 'balanced') {
    for (const mergeIndex of reconciled.merges?.flat() ?? [])
      await mergePartition(ports, split.planKey, { mergeIndex });
  }
  return finalizeFile(ports, reconciled);
}

/** Ports of a lake in memory, with `text` as the only layout. Nothing is printed. */
export function memoryPorts(
  raw: MemoryObjectStore,
  lake: MemoryObjectStore,
  text: string,
  rangeSizeBytes: number,
): PipelinePorts {
  return {
    raw,
    lake,
    publishedPrefix: 'processed/',
    catalog: createFileCatalog(lake),
    layouts: {
      load: async () => ({ file: 'fuzz', text }),
      loadBeside: async (_file, name) => ({ file: name, text: '' }),
    },
    metrics: { record: async () => undefined },
    notifier: { notify: async () => undefined },
    clock: { now: () => new Date('2025-08-13T06:00:00Z') },
    settings: { rangeSizeBytes, wholePartBytes: 1_000_000, expectedFiles: undefined, softwareVersion: '0' },
  };
}
