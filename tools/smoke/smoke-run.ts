import { readFile } from 'node:fs/promises';
import { generateNights } from '../../generator/night.ts';
import type { GeneratedFile } from '../../generator/night-file.ts';
import { dayPartition } from '../../shared/keys/business-date.ts';
import { HIVE_DEFAULT_PARTITION } from '../../shared/keys/partition-path.ts';
import { dayEntries, lastCommit } from '../../shared/pipeline/store/day-ledger.ts';
import { isFinal } from '../../shared/run/ledger-entry.ts';
import { cleanUp } from './clean-up.ts';
import { largeUploadProblems } from './large-upload.ts';
import type { SmokeStage } from './smoke-stage.ts';

const DATASET = 'contracts';

export interface SmokeOptions {
  /** Folder for the generated files. */
  workDir: string;
  records: number;
  /** By default as many as the stage expects on a day, or 2. */
  files?: number | undefined;
  /** yyyy-MM-dd of a day on which nothing else is loaded. */
  businessDate: string;
  seed: number;
  timeoutMs: number;
  /** Do not remove anything afterwards. */
  keep?: boolean | undefined;
  show?: ((line: string) => void) | undefined;
}

interface SmokeResult {
  passed: boolean;
  /** The differences, and the steps that did not happen, one problem per line. */
  problems: string[];
  rows: number;
  publishedInMs: number | undefined;
}

const POLL_MS = 2_000;

/**
 * Uploads a small night, waits until it is published, asks SQL for its totals and compares them with those of the generator. Then writes
 * one object that is too large for a single request. Removes all of it afterwards, whatever the result.
 */
export async function runSmoke(stage: SmokeStage, options: SmokeOptions): Promise<SmokeResult> {
  const { businessDate, workDir, records, seed, show = () => undefined } = options;
  const files = options.files ?? stage.expectedFiles ?? 2;
  const night = await generateNights({ outDir: workDir, records, files, seed, businessDate });
  try {
    show(`${stage.name}: uploading ${files} files of ${businessDate}, ${records} records`);
    for (const file of night) {
      await stage.raw.put(file.key, await readFile(file.path));
      const uploaded = await stage.raw.head(file.key);
      if (uploaded) await stage.announce(file.key, uploaded.version);
    }
    const published = await waitForPublication(stage, night, options);
    if ('problems' in published) return { passed: false, rows: 0, publishedInMs: undefined, ...published };
    show(`published after ${(published.afterMs / 1000).toFixed(0)} s; asking for its totals`);
    const { problems, rows } = await compareTotals(stage, night, businessDate);
    show('writing, joining and copying an object of more than 64 MiB');
    problems.push(...(await largeUploadProblems(stage.lake, `runs/smoke-${seed}/`)));
    return { passed: problems.length === 0, problems, rows, publishedInMs: published.afterMs };
  } finally {
    if (options.keep) show('nothing was removed (--keep)');
    else
      await cleanUp(
        stage,
        DATASET,
        businessDate,
        night.map(({ key }) => key),
      );
  }
}

async function waitForPublication(
  stage: SmokeStage,
  night: GeneratedFile[],
  { businessDate, timeoutMs }: SmokeOptions,
): Promise<{ afterMs: number } | { problems: string[] }> {
  const startedAt = performance.now();
  for (;;) {
    const commit = await lastCommit(stage.lake, DATASET, businessDate);
    const held = new Set(commit?.files.map(({ sourceKey }) => sourceKey));
    if (night.every(({ key }) => held.has(key))) return { afterMs: performance.now() - startedAt };
    const entries = await dayEntries(stage.lake, DATASET, businessDate);
    const stopped = entries.filter(({ state }) => isFinal(state) && state !== 'loaded');
    const reasons = stopped.map(
      ({ sourceKey, state, refusal, failure }) =>
        `${sourceKey} is ${state}: ${refusal?.message ?? failure?.message}`,
    );
    if (reasons.length > 0) return { problems: reasons };
    if (performance.now() - startedAt > timeoutMs) {
      const states = entries.map(({ sourceKey, state }) => `${sourceKey} is ${state}`);
      const seen = states.length > 0 ? states.join(', ') : 'no execution took any file';
      return { problems: [`not published after ${Math.round(timeoutMs / 1000)} s: ${seen}`] };
    }
    await stage.waitMs(POLL_MS);
  }
}

interface ProductTotals {
  rows: number;
  cents: bigint;
}

/** The catalog follows the commit, so a first answer may be incomplete: SQL is asked up to three times. */
async function compareTotals(
  stage: SmokeStage,
  night: GeneratedFile[],
  businessDate: string,
): Promise<{ problems: string[]; rows: number }> {
  for (let tries = 1; ; tries++) {
    const actual = await askTotals(stage, businessDate);
    const problems = differences(night, actual);
    const rows = [...actual.values()].reduce((sum, totals) => sum + totals.rows, 0);
    if (problems.length === 0 || tries === 3) return { problems, rows };
    await stage.waitMs(POLL_MS * 5);
  }
}

async function askTotals(stage: SmokeStage, businessDate: string): Promise<Map<string, ProductTotals>> {
  const { year, month, day } = dayPartition(businessDate);
  // The same statement for DuckDB and for Athena.
  const answer = await stage.query(
    `SELECT tipo_produto, count(*), CAST(sum(valor_contrato) AS VARCHAR) FROM ${DATASET} WHERE year = '${year}' AND month = '${month}' AND day = '${day}' GROUP BY tipo_produto`,
  );
  return new Map(
    answer.map(([product = null, rows, total]) => [
      product === null || product === HIVE_DEFAULT_PARTITION ? '' : product,
      { rows: Number(rows), cents: BigInt((total ?? '0.00').replace('.', '')) },
    ]),
  );
}

function differences(night: GeneratedFile[], actual: Map<string, ProductTotals>): string[] {
  const expected = new Map<string, number>();
  for (const file of night) {
    for (const [product, rows] of Object.entries(file.rowsByProduct)) {
      expected.set(product, (expected.get(product) ?? 0) + rows);
    }
  }
  const problems: string[] = [];
  for (const product of new Set([...expected.keys(), ...actual.keys()])) {
    const wanted = expected.get(product) ?? 0;
    const found = actual.get(product)?.rows ?? 0;
    if (wanted !== found) problems.push(`product '${product}' has ${found} rows, but ${wanted} were sent`);
  }
  const wantedCents = night.reduce((sum, { valueCents }) => sum + valueCents, 0n);
  const foundCents = [...actual.values()].reduce((sum, { cents }) => sum + cents, 0n);
  if (wantedCents !== foundCents) {
    problems.push(`valor_contrato adds up to ${foundCents} cents, but ${wantedCents} were sent`);
  }
  return problems;
}
