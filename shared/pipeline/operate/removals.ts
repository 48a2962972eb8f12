import type { ObjectInfo } from '../../ports/object-store.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';

export interface CleanOptions {
  /** Runs that began longer ago than this are removed. */
  runsOlderThanMs: number;
  /** Generations that were replaced longer ago than this are removed. */
  generationsOlderThanMs: number;
  /** Only report what would be removed. */
  dryRun: boolean;
}

/** Something that was removed or, in a dry run, would be. */
export interface Removal {
  what: 'run' | 'generation' | 'execution' | 'orphan' | 'owner';
  /** Folder or object. */
  key: string;
  objects: number;
  bytes: number;
  why: string;
}

export interface CleanReport {
  removed: Removal[];
  /** Runs and generations that stay, with the reason. */
  kept: { key: string; why: string }[];
  /** Days and runs that could not be cleaned, with the reason. The others were. */
  failed: { key: string; why: string }[];
}

/** Removes objects of a lake, or only reports them in a dry run, and keeps the report. */
export class Removals {
  readonly ports: PipelinePorts;
  readonly options: CleanOptions;
  readonly now: Date;
  readonly report: CleanReport = { removed: [], kept: [], failed: [] };

  constructor(ports: PipelinePorts, options: CleanOptions) {
    this.ports = ports;
    this.options = options;
    this.now = ports.clock.now();
  }

  /** Removes everything below `prefix`, with `lastKey` at the very end: the next clean continues one that was interrupted. */
  async removeBelow(what: Removal['what'], prefix: string, why: string, lastKey?: string): Promise<void> {
    const found: ObjectInfo[] = [];
    for await (const info of this.ports.lake.list(prefix)) found.push(info);
    // Manifests go before parts: while a manifest exists, its parts must exist too.
    const order = ({ key }: ObjectInfo) => (key === lastKey ? 2 : key.endsWith('.json') ? 0 : 1);
    const keys = found.sort((a, b) => order(a) - order(b)).map(({ key }) => key);
    await this.removeKeys(what, prefix, keys, bytesOf(found), why);
  }

  async removeKeys(
    what: Removal['what'],
    key: string,
    keys: string[],
    bytes: number,
    why: string,
  ): Promise<void> {
    if (keys.length === 0) return;
    if (!this.options.dryRun) {
      await this.ports.lake.delete(keys.slice(0, -1));
      await this.ports.lake.delete(keys.slice(-1));
    }
    this.report.removed.push({ what, key, objects: keys.length, bytes, why });
  }

  keep(key: string, why: string): void {
    this.report.kept.push({ key, why });
  }

  /** Says why something could not be cleaned, so that the rest is. */
  fail(key: string, error: unknown): void {
    this.report.failed.push({ key, why: error instanceof Error ? error.message : String(error) });
  }
}

export function bytesOf(objects: ObjectInfo[]): number {
  return objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
