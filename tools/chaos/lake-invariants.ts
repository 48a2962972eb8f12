import { parseCatalog } from '../../local/adapters/read-catalog.ts';
import { type DayCommit, dayCommitShape } from '../../shared/day/day-commit.ts';
import type { Shape } from '../../shared/json-shape.ts';
import { commitOfKey } from '../../shared/keys/lake-keys.ts';
import { fromJsonBytes } from '../../shared/pipeline/store/json-object.ts';
import type { CatalogFile } from '../../shared/ports/catalog.ts';
import { type LedgerEntry, ledgerEntryShape } from '../../shared/run/ledger-entry.ts';
import { BUSINESS_DATE, DATASET, type FileVersion, type NightFile } from './night-files.ts';
import type { NightLake } from './night-lake.ts';
import type { Published } from './night-machine.ts';
import { PublishedReader } from './visible-rows.ts';

const STATES = ['splitting', 'parsing', 'reconciling', 'merging', 'loaded', 'refused', 'failed'];

/** The invariants that a lake must keep at every moment of every night; each check answers what is broken. */
export class LakeInvariants {
  private readonly lake: NightLake;
  private readonly files: NightFile[];
  private readonly expectedFiles: number | undefined;
  private readonly reader: PublishedReader;

  constructor(lake: NightLake, files: NightFile[], expectedFiles: number | undefined) {
    this.lake = lake;
    this.files = files;
    this.expectedFiles = expectedFiles;
    this.reader = new PublishedReader(lake);
  }

  async broken(): Promise<string[]> {
    return [
      ...this.lake.violations,
      ...(await this.brokenReads()),
      ...(await this.brokenLedger()),
      ...(await this.brokenCommits()),
    ];
  }

  /** The ledger entry of a file, or undefined. */
  async entryOf(sourceKey: string): Promise<LedgerEntry | undefined> {
    return (await this.entries()).find(({ entry }) => entry.sourceKey === sourceKey)?.entry;
  }

  /** Sources whose right rows a reader sees now. */
  async sourcesSeen(): Promise<number> {
    const stands = this.catalogNow();
    if (!stands) return 0;
    const visible = await this.reader.rowsOf(stands);
    return this.files.filter(({ sourceKey, versions }) =>
      sameRows(visible.get(sourceKey), lastRight(versions)?.rows),
    ).length;
  }

  /** The differences, after a night without faults, from the one right answer. */
  async brokenAnswer(): Promise<string[]> {
    const stands = this.catalogNow();
    const visible = stands ? await this.reader.rowsOf(stands) : new Map<string, string[]>();
    const broken: string[] = [];
    for (const { sourceKey, versions } of this.files) {
      const right = lastRight(versions);
      if (sameRows(visible.get(sourceKey), right?.rows)) continue;
      broken.push(
        `${sourceKey}: after the rerun a reader sees ${visible.get(sourceKey)?.length ?? 'no'} rows and not the right ${right?.rows?.length ?? 'none'}`,
      );
    }
    for (const { key, entry } of await this.entries()) {
      const file = this.files.find(({ sourceKey }) => sourceKey === entry.sourceKey);
      const state = lastRight(file?.versions ?? []) ? 'loaded' : 'refused';
      if (entry.state !== state) broken.push(`${key}: is ${entry.state} after the rerun, and not ${state}`);
    }
    return broken;
  }

  /** Each catalog of the night, as a reader of that moment saw it. */
  private async brokenReads(): Promise<string[]> {
    const broken: string[] = [];
    let before = { commit: 0, sources: [] as string[] };
    for (const text of new Set(this.lake.catalogs)) {
      const catalog = parseCatalog(text, DATASET);
      if (catalog.dataset !== DATASET) continue;
      const commit = catalog.days[BUSINESS_DATE] ?? 0;
      const visible = await this.reader.rowsOf(catalog).catch((error: Error) => error);
      if (visible instanceof Error) {
        broken.push(`commit ${commit}: a reader finds no ${visible.message}`);
        continue;
      }
      for (const [source, rows] of visible) {
        const versions = this.files.find(({ sourceKey }) => sourceKey === source)?.versions ?? [];
        if (!versions.some((version) => sameRows(rows, version.rows))) {
          broken.push(`commit ${commit}: the ${rows.length} rows of ${source} are those of no version`);
        }
      }
      const sources = [...visible.keys()];
      const gone = before.sources.filter((source) => !visible.has(source));
      if (gone.length > 0) broken.push(`commit ${commit}: ${gone.join(', ')} is gone from what readers see`);
      if (commit < before.commit) broken.push(`commit ${commit} followed ${before.commit}`);
      if (this.expectedFiles !== undefined && sources.length < this.expectedFiles) {
        broken.push(`commit ${commit}: published with ${sources.length} of ${this.expectedFiles} files`);
      }
      before = { commit, sources };
    }
    return broken;
  }

  private async brokenLedger(): Promise<string[]> {
    const broken: string[] = [];
    for (const { key, entry } of await this.entries()) {
      const say = (what: string) => broken.push(`${key}: ${what}`);
      if (!STATES.includes(entry.state)) say(`has the state ${entry.state}`);
      if (entry.state === 'failed' && !entry.failure) say('failed without a reason');
      if (entry.state === 'refused' && !entry.refusal) say('was refused without a reason');
      const { loaded } = entry;
      if (!loaded) continue;
      const { read, header, detail, trailer, rejected } = loaded.records;
      if (read !== header + detail + trailer) say('records do not add up');
      if (loaded.rows !== detail - rejected)
        say(`${loaded.rows} rows of ${detail} details, ${rejected} rejected`);
      if (loaded.controlTotals.some(({ balanced }) => !balanced)) say('is loaded and does not balance');
      const versions = this.files.find(({ sourceKey }) => sourceKey === entry.sourceKey)?.versions ?? [];
      const isVersion = ({ rows, details, rejected: bad }: FileVersion) =>
        rows !== undefined && details === detail && bad === rejected;
      if (!versions.some(isVersion)) say(`${detail} details, ${rejected} rejected are those of no version`);
    }
    return broken;
  }

  /** Commits count up without a gap, name what balanced, keep every source; the catalog is what its commit says. */
  private async brokenCommits(): Promise<string[]> {
    const broken: string[] = [];
    const commits = await this.commits();
    for (const [index, { commit, files }] of commits.entries()) {
      if (commit !== index + 1) broken.push(`commit ${commit} is in the place of ${index + 1}`);
      const lost = (commits[index - 1]?.files ?? []).filter(
        ({ sourceId }) => !files.some((file) => file.sourceId === sourceId),
      );
      for (const { sourceKey } of lost) broken.push(`commit ${commit} lost ${sourceKey}`);
    }
    for (const text of new Set(this.lake.catalogs)) {
      const catalog = parseCatalog(text, DATASET);
      const n = catalog.days[BUSINESS_DATE] ?? 0;
      const committed = commits[n - 1]?.tables
        .find(({ dataset }) => dataset === catalog.dataset)
        ?.partitions.flatMap(({ objects }) => objects.map(({ key }) => key));
      const listed = catalog.partitions.flatMap(({ files }) => files);
      if (JSON.stringify(committed?.sort()) !== JSON.stringify(listed.sort())) {
        broken.push(`the catalog of ${catalog.dataset} was at commit ${n} and was not what that says`);
      }
    }
    return broken;
  }

  /** Files that a finalizer called published in a commit that does not hold them. */
  async unfounded(published: Published[]): Promise<string[]> {
    const commits = await this.commits();
    return published
      .filter(({ ledgerKey, commit }) => {
        const files = commits[commit - 1]?.files ?? [];
        return !files.some(({ sourceId }) => ledgerKey.endsWith(`/${sourceId}.json`));
      })
      .map(({ name, commit }) => `${name}: was called published in commit ${commit}, which does not hold it`);
  }

  /** Files that are not in the last commit although their execution succeeded, nobody took over since, and the day waits for nothing. */
  async unpublished(succeeded: Set<string>): Promise<string[]> {
    if (this.expectedFiles !== undefined) return [];
    const last = await this.lastCommit();
    return (await this.entries())
      .filter(({ entry }) => entry.state === 'loaded' && succeeded.has(entry.execution))
      .filter(({ entry }) => !last?.files.some(({ runId }) => runId === entry.loaded?.runId))
      .map(({ key }) => `${key}: its execution succeeded, and the last commit does not hold it`);
  }

  private async lastCommit(): Promise<DayCommit | undefined> {
    return (await this.commits()).at(-1);
  }

  private async commits(): Promise<DayCommit[]> {
    return (await this.lake.infos(`ledger/${DATASET}/`))
      .map(({ key }) => ({ key, commit: commitOfKey(key) }))
      .filter((found): found is { key: string; commit: number } => found.commit !== undefined)
      .sort((a, b) => a.commit - b.commit)
      .map(({ key }) => this.json(key, dayCommitShape));
  }

  private catalogNow(): CatalogFile | undefined {
    const key = `catalog/${DATASET}.json`;
    if (!this.lake.keys().includes(key)) return undefined;
    return parseCatalog(Buffer.from(this.lake.bytesOf(key)).toString('utf8'), key);
  }

  private async entries(): Promise<{ key: string; entry: LedgerEntry }[]> {
    const found = await this.lake.infos(`ledger/${DATASET}/`);
    return found
      .filter(({ key }) => /\/day=\d\d\/[^/_][^/]*\.json$/.test(key))
      .map(({ key }) => ({ key, entry: this.json(key, ledgerEntryShape) }));
  }

  private json<T>(key: string, shape: Shape<T>): T {
    return fromJsonBytes(this.lake.bytesOf(key), key, shape);
  }
}

/** The version that readers must see in the end. */
export function lastRight(versions: FileVersion[]): FileVersion | undefined {
  return versions.findLast(({ rows }) => rows !== undefined);
}

function sameRows(some: string[] | undefined, others: string[] | undefined): boolean {
  return JSON.stringify(some) === JSON.stringify(others);
}
