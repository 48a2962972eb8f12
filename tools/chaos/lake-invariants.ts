import { fromJsonBytes } from '../../shared/pipeline/store/json-object.ts';
import { isFinal, type LedgerEntry, ledgerEntryShape } from '../../shared/run/ledger-entry.ts';
import { icebergProblems } from './iceberg-readers.ts';
import { BUSINESS_DATES, DATASET, type FileVersion, type NightFile, PLANTED } from './night-files.ts';
import type { NightLake } from './night-lake.ts';
import type { SeenCommit, SeenDay, SeenTable } from './row-model.ts';
import { PublishedReader } from './visible-rows.ts';

const STATES = ['splitting', 'parsing', 'reconciling', 'merging', 'loaded', 'refused', 'failed'];

interface RolledBack {
  sourceKey: string;
  from: string | null;
  to: string | null;
}

/** Reads what stands in the lake of a night, and says what must never stand there. */
export class LakeInvariants {
  private readonly lake: NightLake;
  private readonly files: NightFile[];
  private readonly reader: PublishedReader;

  constructor(lake: NightLake, files: NightFile[]) {
    this.lake = lake;
    this.files = files;
    this.reader = new PublishedReader(lake);
  }

  /** Each day as it stands, with what readers saw since this was asked last. */
  async seenDays(): Promise<SeenDay[]> {
    const written = await Promise.all(this.lake.takeCatalogs().map((catalog) => this.reader.seenOf(catalog)));
    const standing = await Promise.all(this.lake.catalogsNow().map((catalog) => this.reader.seenOf(catalog)));
    const ofDay = (tables: SeenTable[][], day: number) => tables.flatMap((days) => days[day] ?? []);
    return BUSINESS_DATES.map((date, day) => ({
      loaded: this.loadedRuns(day),
      commits: this.commits(date),
      meanwhile: ofDay(written, day),
      now: ofDay(standing, day),
    }));
  }

  /** `isOver` says whether an execution has ended as everybody knows: no file may be left in its work. */
  brokenLedger(isOver: (execution: string) => boolean): string[] {
    const broken: string[] = [];
    for (const { key, entry } of this.entries()) {
      const say = (what: string) => broken.push(`${key}: ${what}`);
      if (!STATES.includes(entry.state)) say(`has the state ${entry.state}`);
      if (entry.state === 'failed' && !entry.failure) say('failed without a reason');
      if (entry.state === 'refused' && !entry.refusal) say('was refused without a reason');
      if (!isFinal(entry.state) && isOver(entry.execution))
        say(`is left ${entry.state} by ${entry.execution}, which is over`);
      const { loaded } = entry;
      if (!loaded) continue;
      const { read, header, detail, trailer, rejected } = loaded.records;
      if (read !== header + detail + trailer) say('records do not add up');
      if (loaded.rows !== detail - rejected) say(`${loaded.rows} rows of ${detail}, ${rejected} rejected`);
      if (loaded.controlTotals.some(({ balanced }) => !balanced)) say('is loaded and does not balance');
      const versions = this.files.find(({ sourceKey }) => sourceKey === entry.sourceKey)?.versions ?? [];
      const isVersion = ({ rows, details, rejects }: FileVersion) =>
        rows !== undefined && details === detail && rejects.length === rejected;
      if (!versions.some(isVersion)) say(`${detail} details, ${rejected} rejected are those of no version`);
    }
    return [...this.lake.violations, ...icebergProblems(this.lake), ...broken];
  }

  /** The ledger entry of a file, or undefined. */
  entryOf(sourceKey: string): LedgerEntry | undefined {
    return this.entries().find(({ entry }) => entry.sourceKey === sourceKey)?.entry;
  }

  /** Record content in `told`, in the ledger or in manifests, where there must be none. */
  leaks(told: string): string[] {
    const texts = new Map([['notifications, metrics and errors', told]]);
    for (const key of this.lake.keys().filter((name) => name.endsWith('.json'))) {
      texts.set(key, this.lake.textOf(key));
    }
    return [...texts].flatMap(([where, text]) =>
      PLANTED.filter((planted) => text.includes(planted)).map((planted) => `${where} shows ${planted}`),
    );
  }

  private loadedRuns(day: number): Map<number, string> {
    const loaded = new Map<number, string>();
    for (const { entry } of this.entries()) {
      const file = this.files.findIndex(({ sourceKey }) => sourceKey === entry.sourceKey);
      if (entry.loaded && this.files[file]?.day === day) loaded.set(file, entry.loaded.runId);
    }
    return loaded;
  }

  private commits(date: string): SeenCommit[] {
    const [year, month, day] = date.split('-');
    const prefix = `ledger/${DATASET}/year=${year}/month=${month}/day=${day}/_day/`;
    const numbered = this.lake
      .keys()
      .filter((key) => key.startsWith(prefix))
      .map((key) => ({ key, commit: Number(/(\d+)\.json$/.exec(key)?.[1]) }))
      .sort((a, b) => a.commit - b.commit);
    return numbered.map(({ key, commit }, index) => {
      if (commit !== index + 1) this.lake.violations.push(`${key} is in the place of commit ${index + 1}`);
      const text = JSON.parse(this.lake.textOf(key));
      const placeOf = (one: { sourceKey: string }) =>
        this.files.findIndex(({ sourceKey }) => sourceKey === one.sourceKey);
      const files = (text.files as { sourceKey: string; runId: string }[]).map((one): [number, string] => [
        placeOf(one),
        one.runId,
      ]);
      const { partial, rollback } = text;
      return {
        files: new Map(files),
        isPartial: partial !== undefined,
        isBlank: text.tables.length === 0,
        ...(rollback && {
          rollback: {
            restores: rollback.restores,
            files: (rollback.files as RolledBack[]).map((one) => ({ ...one, file: placeOf(one) })),
          },
        }),
      };
    });
  }

  private entries(): { key: string; entry: LedgerEntry }[] {
    return this.lake
      .keys()
      .filter((key) => key.startsWith(`ledger/${DATASET}/`) && /\/day=\d\d\/[^/_][^/]*\.json$/.test(key))
      .map((key) => ({ key, entry: fromJsonBytes(this.lake.bytesOf(key), key, ledgerEntryShape) }));
  }
}
