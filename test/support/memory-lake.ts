import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import type { ConvertRequest } from '../../shared/pipeline/split/convert-request.ts';
import { readJson } from '../../shared/pipeline/store/json-object.ts';
import type { MetricFigure } from '../../shared/ports/metrics.ts';
import type { Notification } from '../../shared/ports/notifier.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';
import { type LedgerEntry, ledgerEntryShape } from '../../shared/run/ledger-entry.ts';
import { HeldWrites } from './held-writes.ts';
import { convertFile } from './run-pipeline.ts';
import { smallLayout } from './small-contracts.ts';
import { testPorts } from './test-ports.ts';

/** A lake in memory, in which a file is converted in some ten milliseconds, and everything that it told. */
export class MemoryLake {
  readonly raw = new MemoryObjectStore();
  readonly lake = new MemoryObjectStore();
  readonly writes = new HeldWrites();
  readonly notices: Notification[] = [];
  readonly figures: { dataset: string; all: MetricFigure[] }[] = [];
  now = new Date('2025-08-13T06:00:00Z');
  readonly ports: PipelinePorts;
  private executionCount = 0;

  constructor() {
    // A write is there only after somebody waited for it.
    this.lake.beforeCall = this.writes.call;
    this.ports = testPorts(this.raw, this.lake, {
      metrics: {
        record: (dataset, all) => this.writes.told('metrics', () => this.figures.push({ dataset, all })),
      },
      notifier: { notify: (notice) => this.writes.told('a notice', () => this.notices.push(notice)) },
      clock: { now: () => this.now },
    });
  }

  convert(request: ConvertRequest) {
    return convertFile(this.ports, `e-${this.executionCount++}`, request, () => this.writes.assertEnded());
  }

  /** Puts a file and converts it. */
  load(key: string, bytes: Uint8Array, request: Partial<ConvertRequest> = {}) {
    this.raw.replace(key, bytes);
    return this.convert({ layout: smallLayout(), sourceKey: key, ...request });
  }

  entry(result: { ledgerKey: string }): Promise<LedgerEntry> {
    return readJson(this.lake, result.ledgerKey, ledgerEntryShape);
  }

  /** Keys that begin with a text. */
  keys(prefix: string): string[] {
    return this.lake.keys().filter((key) => key.startsWith(prefix));
  }
}
