import type { RetiredSnapshots } from '../../ports/catalog.ts';
import { bytesOf, type Removals } from './removals.ts';

/** The snapshots of each table that `clean` comes to. They are let go of before a file is removed that only they have. */
export class RetiredTables {
  private readonly removals: Removals;
  private readonly tables = new Map<string, Promise<RetiredSnapshots>>();

  constructor(removals: Removals) {
    this.removals = removals;
  }

  private of(table: string): Promise<RetiredSnapshots> {
    const { ports, options, now } = this.removals;
    const { dryRun, generationsOlderThanMs, graceMs = 0 } = options;
    const known = this.tables.get(table);
    if (known) return known;
    const replacedBy = new Date(now.getTime() - generationsOlderThanMs);
    const retired = ports.catalog.retire(table, { replacedBy, graceMs, dryRun });
    this.tables.set(table, retired);
    return retired;
  }

  /** The commits of a day that snapshots of these tables still show. */
  async neededCommits(tables: Iterable<string>, businessDate: string): Promise<Set<number>> {
    const needed = new Set<number>();
    for (const table of tables) {
      for (const commit of (await this.of(table)).needed.get(businessDate) ?? []) needed.add(commit);
    }
    return needed;
  }

  /** Removes the manifests, lists and metadata files that nobody needs any more. */
  async removeMetadata(): Promise<void> {
    for (const [table, retiring] of this.tables) {
      if (this.removals.isOver()) return;
      const folder = `${this.removals.ports.publishedPrefix}${table}/metadata/`;
      try {
        const { snapshots, unneeded } = await retiring;
        const objects = unneeded.flat();
        if (snapshots.length + objects.length === 0) continue;
        const steps = unneeded.map((infos) => infos.map(({ key }) => key));
        const why =
          snapshots.length > 0
            ? `${snapshots.length} snapshots were replaced past their retention`
            : 'no snapshot needs it any more';
        const removal = {
          what: 'snapshot',
          key: folder,
          objects: objects.length,
          bytes: bytesOf(objects),
          why,
        } as const;
        await this.removals.removeTogether([{ removal, steps }]);
      } catch (error) {
        this.removals.fail(folder, error);
      }
    }
  }
}
