import { countsOf } from '../../cli/lake-findings.ts';
import { cleanLake } from '../../shared/pipeline/operate/clean-lake.ts';
import { rollBack } from '../../shared/pipeline/operate/roll-back.ts';
import { takeDayManifest } from '../../shared/pipeline/operate/take-day-manifest.ts';
import { catchUpCatalog } from '../../shared/pipeline/publish/catch-up-catalog.ts';
import { publishDay } from '../../shared/pipeline/publish/publish-day.ts';
import { readDayLayout } from '../../shared/pipeline/store/kept-terms.ts';
import { repairLake } from '../../shared/pipeline/verify/repair-lake.ts';
import { verifyLake } from '../../shared/pipeline/verify/verify-lake.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';
import type { FunctionRuntime } from './function-runtime.ts';
import { BUSINESS_DATES, DATASET, type NightFile } from './night-files.ts';
import type { StatedDay } from './row-model.ts';
import type { RollbackFact } from './step-facts.ts';

/** What people do to a day beside converting files: each answers what it did, or the problem that it met. */
export class NightDeeds {
  private readonly files: NightFile[];

  constructor(files: NightFile[]) {
    this.files = files;
  }

  async rollBack(
    runtime: FunctionRuntime,
    name: string,
    asked: Pick<RollbackFact, 'day' | 'file' | 'remove' | 'toCommit'>,
  ): Promise<RollbackFact> {
    const { day, file, remove, toCommit } = asked;
    const outcome = await runtime
      .command(name, (ports) =>
        rollBack(ports, {
          dataset: DATASET,
          businessDate: BUSINESS_DATES[day]!,
          file: file === undefined ? undefined : this.files[file]!.sourceKey,
          remove,
          toCommit,
          reason: 'a night',
        }),
      )
      .catch(problemOf);
    if (typeof outcome === 'string') return { ...asked, problem: outcome };
    const files = outcome.files.map(({ sourceKey, from, to }) => ({
      file: this.fileOf(sourceKey),
      from,
      to,
    }));
    return { ...asked, answer: { commit: outcome.commit, files } };
  }

  async publish(
    runtime: FunctionRuntime,
    name: string,
    asked: { day: number; isPartial: boolean; stated?: StatedDay },
  ) {
    const { day, isPartial, stated } = asked;
    const businessDate = BUSINESS_DATES[day]!;
    const problem = await runtime
      .command(name, async (ports) => {
        const layout = await readDayLayout(ports.lake, DATASET, businessDate);
        if (stated) await this.takeManifest(ports, businessDate, stated);
        await publishDay(ports, layout, businessDate, isPartial ? { partial: { reason: 'a night' } } : {});
      })
      .then(() => undefined, problemOf);
    return { day, isPartial, problem };
  }

  async clean(
    runtime: FunctionRuntime,
    name: string,
    ages: { runsOlderThanMs: number; generationsOlderThanMs: number },
  ) {
    const problem = await runtime
      .command(name, async (ports) => {
        const { failed } = await cleanLake(ports, { ...ages, dryRun: false });
        if (failed.length > 0) throw new Error(failed.map(({ key, why }) => `${key}: ${why}`).join('; '));
      })
      .then(() => undefined, problemOf);
    return { day: undefined, problem };
  }

  async catchUp(runtime: FunctionRuntime, name: string) {
    const [, last] = BUSINESS_DATES;
    const problem = await runtime
      .command(name, (ports) => catchUpCatalog(ports, DATASET, last, BUSINESS_DATES.length))
      .then(() => undefined, problemOf);
    return { day: undefined, problem };
  }

  /** What `verify` says is damaged; a problem if it cannot say. */
  async verify(runtime: FunctionRuntime, name: string): Promise<string[]> {
    const verdict = await runtime
      .command(name, (ports) => verifyLake(ports, { depth: 'full' }))
      .catch(problemOf);
    if (typeof verdict === 'string') return [verdict];
    const { damaged } = countsOf(verdict.findings);
    return damaged === 0 ? [] : verdict.findings.map((finding) => JSON.stringify(finding));
  }

  /** What `repair` could not mend; a problem if it cannot say. */
  async repair(runtime: FunctionRuntime, name: string): Promise<string[]> {
    const report = await runtime
      .command(name, (ports) => repairLake(ports, { depth: 'full' }))
      .catch(problemOf);
    if (typeof report === 'string') return [report];
    return report.failed.map(({ key, why }) => `not mended: ${key}: ${why}`);
  }

  /** What a day manifest would say that names every file whose last version is right. */
  stated(day: number, statesSizes: boolean): StatedDay {
    const versions = new Map<number, number>();
    for (const [file, { day: of, corrects, versions: all }] of this.files.entries()) {
      const right = all.findLastIndex(({ rows }) => rows !== undefined);
      if (of === day && !corrects && right >= 0) versions.set(file, right);
    }
    return { versions, statesSizes };
  }

  private async takeManifest(
    ports: PipelinePorts,
    businessDate: string,
    { versions, statesSizes }: StatedDay,
  ): Promise<void> {
    const files = [...versions].map(([file, version]) => ({
      name: this.files[file]!.sourceKey,
      ...(statesSizes && { sizeBytes: this.files[file]!.versions[version]!.bytes.length }),
    }));
    const text = JSON.stringify({ format: 'positional-lake-day/1', businessDate, files });
    const problems = await takeDayManifest(ports.lake, DATASET, businessDate, 'manifesto.json', text);
    if (problems.length > 0) throw new Error(problems.join('; '));
  }

  fileOf(sourceKey: string): number {
    return this.files.findIndex((file) => file.sourceKey === sourceKey);
  }
}

function problemOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
