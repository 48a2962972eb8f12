import { OutputUnwritable } from '../../errors.ts';
import type { ObjectInfo } from '../../ports/object-store.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { isInUse, type LedgerEntry } from '../../run/ledger-entry.ts';

export interface CleanOptions {
  /** Runs that began longer ago than this are removed. */
  runsOlderThanMs: number;
  /** Generations and snapshots that were replaced longer ago than this are removed. */
  generationsOlderThanMs: number;
  /** What readers were shown until so long ago stays, however old it is: a query may be at work on it. By default nothing more stays. */
  graceMs?: number | undefined;
  /** Only report what would be removed. */
  dryRun: boolean;
  /** Nothing more is begun from then on: whoever cleans has no more time. */
  endsAt?: Date | undefined;
}

/** Something that was removed or, in a dry run, would be. */
export interface Removal {
  what: 'run' | 'generation' | 'snapshot' | 'execution' | 'orphan' | 'owner';
  /** Folder or object. */
  key: string;
  objects: number;
  bytes: number;
  why: string;
}

/** Objects to remove, in the order of the steps: those of a later step are there as long as one of an earlier step is. */
export interface PlannedRemoval {
  removal: Removal;
  steps: string[][];
  /** True if it is all that lies below the folder `removal.key`. */
  isFolder?: true;
}

export interface CleanReport {
  removed: Removal[];
  /** Runs and generations that stay, with the reason. */
  kept: { key: string; why: string }[];
  /** Days and runs that could not be cleaned, with the reason. The others were. */
  failed: { key: string; why: string }[];
  /** The time was over before everything was looked at; cleaning again goes on. */
  unfinished?: true;
}

/** Removes objects of a lake, or only reports them in a dry run, and keeps the report. */
export class Removals {
  readonly ports: PipelinePorts;
  readonly options: CleanOptions;
  readonly now: Date;
  readonly report: CleanReport = { removed: [], kept: [], failed: [] };
  private readonly waiting: { keys: string[]; again: () => Promise<unknown>; error: OutputUnwritable }[] = [];
  private readonly keptKeys = new Set<string>();

  constructor(ports: PipelinePorts, options: CleanOptions) {
    this.ports = ports;
    const { generationsOlderThanMs, graceMs = 0 } = options;
    this.options = { ...options, generationsOlderThanMs: Math.max(generationsOlderThanMs, graceMs) };
    this.now = ports.clock.now();
  }

  /** Is somebody at work on the file? */
  isInUse(entry: LedgerEntry): boolean {
    return isInUse(entry, this.now, this.ports.hasDied);
  }

  /** Is the time over? Then the report says so. */
  isOver(): boolean {
    const { endsAt } = this.options;
    if (endsAt === undefined || this.ports.clock.now() < endsAt) return false;
    this.report.unfinished = true;
    return true;
  }

  /** Everything below `prefix`, with `lastKey` at the very end: the next clean continues one that was interrupted. */
  async planBelow(
    what: Removal['what'],
    prefix: string,
    why: string,
    lastKey: string,
  ): Promise<PlannedRemoval | undefined> {
    const { lake } = this.ports;
    if (lake.deleteFolders && lake.sizeBelow) {
      const size = await lake.sizeBelow(prefix);
      return size.objects === 0
        ? undefined
        : { removal: { what, key: prefix, ...size, why }, steps: [], isFolder: true };
    }
    const found = await Array.fromAsync(lake.list(prefix));
    if (found.length === 0) return undefined;
    // Manifests go before parts: while a manifest exists, its parts must exist too.
    const stepOf = ({ key }: ObjectInfo) => (key === lastKey ? 2 : key.endsWith('.json') ? 0 : 1);
    const steps = [0, 1, 2].map((step) =>
      found.filter((info) => stepOf(info) === step).map(({ key }) => key),
    );
    return {
      removal: { what, key: prefix, objects: found.length, bytes: bytesOf(found), why },
      steps,
      isFolder: true,
    };
  }

  /**
   * Removes many things at once, step by step: that waits for the store as often as one of them alone. If one fails, each is tried alone,
   * and the report says why. Answers with the keys of what was removed.
   */
  async removeTogether(planned: PlannedRemoval[]): Promise<string[]> {
    if (planned.length > 1) {
      try {
        await this.removeSteps(planned);
      } catch {
        const removed: string[] = [];
        for (const one of planned) removed.push(...(await this.removeTogether([one])));
        return removed;
      }
    } else {
      try {
        await this.removeSteps(planned);
      } catch (error) {
        for (const { removal } of planned) this.fail(removal.key, error);
        return [];
      }
    }
    this.report.removed.push(...planned.map(({ removal }) => removal));
    return planned.map(({ removal }) => removal.key);
  }

  private async removeSteps(planned: PlannedRemoval[]): Promise<void> {
    if (this.options.dryRun) return;
    const { lake } = this.ports;
    const folders = planned.filter(({ isFolder }) => isFolder && lake.deleteFolders !== undefined);
    if (folders.length > 0) await lake.deleteFolders?.(folders.map(({ removal }) => removal.key));
    const others = planned.filter((one) => !folders.includes(one));
    let left = others.map(({ steps }) => steps);
    while (left.length > 0) {
      const keys = left.flatMap(([next = []]) => next);
      if (keys.length > 0) await lake.delete(keys);
      left = left.map((steps) => steps.slice(1)).filter((steps) => steps.length > 0);
    }
  }

  /** Keys of what could not be removed, or not be looked at. */
  failedKeys(): string[] {
    return this.report.failed.map(({ key }) => key);
  }

  keep(key: string, why: string): void {
    if (this.keptKeys.has(key)) return;
    this.keptKeys.add(key);
    this.report.kept.push({ key, why });
  }

  /**
   * What a step answers; undefined if it failed: one thing that cannot be cleaned must not stop the others. If it could not write,
   * `again` is tried once the rest is done: what is removed until then may make room on a full disk.
   */
  async orFail<T>(
    keys: string | string[],
    step: () => Promise<T>,
    again?: () => Promise<unknown>,
  ): Promise<T | undefined> {
    try {
      return await step();
    } catch (error) {
      const all = [keys].flat();
      if (again && error instanceof OutputUnwritable) this.waiting.push({ keys: all, again, error });
      else for (const key of all) this.fail(key, error);
      return undefined;
    }
  }

  /** Tries again what could not write, as long as that removes something. */
  async tryAgain(): Promise<void> {
    for (let removed = -1; this.waiting.length > 0 && removed < this.report.removed.length; ) {
      removed = this.report.removed.length;
      for (const { keys, again } of this.waiting.splice(0)) {
        if (this.isOver()) return;
        await this.orFail(keys, again, again);
      }
    }
    for (const { keys, error } of this.waiting.splice(0))
      for (const key of keys) {
        this.fail(key, error);
        const failed = this.report.failed.at(-1);
        if (failed) failed.why += ` What is removed is noted first, which takes some KB.`;
      }
  }

  /** Says why something could not be cleaned, so that the rest is. */
  fail(key: string, error: unknown): void {
    this.report.failed.push({ key, why: error instanceof Error ? error.message : String(error) });
  }
}

export function bytesOf(objects: ObjectInfo[]): number {
  return objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
