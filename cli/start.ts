import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { generateNights, planNights } from '../generator/night.ts';
import { queriesDir, startDir } from '../local/adapters/project-folders.ts';
import { convertNight } from '../local/convert-night.ts';
import type { FileSummary } from '../local/file-summary.ts';
import { openLake } from '../local/lake/lake-sql.ts';
import { runQueryFile } from '../local/lake/query-file.ts';
import { defineCommand } from '../terminal/command-line.ts';
import { EXIT_FAILED, EXIT_INTERRUPTED, EXIT_LOADED } from '../terminal/exit.ts';
import { interruption } from '../terminal/interruption.ts';
import { say } from '../terminal/print.ts';
import { printTable } from '../terminal/print-table.ts';
import { createProgress } from '../terminal/progress-line.ts';
import { writeDayReports } from './day-reports.ts';
import { prepareLake } from './prepare-lake.ts';
import { showAnswers } from './start-answers.ts';

/** Two nights of a seed, which a second run finds again. */
const SAMPLE = {
  records: 600_000,
  files: 2,
  nights: 2,
  seed: 1,
  businessDate: '2025-08-12',
  badPercent: 0.05,
};
const RANGE_SIZE_BYTES = 16 * 1024 * 1024;

const QUESTIONS = [
  ['Contracts and value by product', 'contracts-by-product.sql'],
  ['Trend by month, from the last night of each', 'monthly-trend-snapshot.sql'],
  ['Contracts that end in the next 30 days', 'ending-soon-snapshot.sql'],
] as const;

const COMMAND = {
  does: 'Makes two sample nights in ./lake-sample, converts and publishes them, and asks them three questions.',
  usage: 'positional-lake start',
  flags: {},
  worksUnread: true,
  notes:
    'Exit codes: 0 all of it worked, 1 something failed, 2 usage, 130 interrupted. A second run finds everything loaded.',
};

export const command = defineCommand(COMMAND, async () => {
  const sampleDir = join(startDir, 'lake-sample');
  const rawDir = join(sampleDir, 'raw');
  const lakeDir = join(sampleDir, 'lake');
  const { files } = planNights({ ...SAMPLE, outDir: rawDir });
  const known = files.every((file) => existsSync(file.path));
  say(known ? 'The sample nights are there already.' : 'Making two sample nights of contracts …', '');
  const signal = interruption();
  if (!known) await generateNights({ ...SAMPLE, outDir: rawDir, signal });
  await prepareLake(lakeDir);

  const progress = createProgress(process.stderr);
  const summaries = convertNight({
    request: { layout: 'contracts', rangeSizeBytes: RANGE_SIZE_BYTES },
    inputs: files.map((file) => file.path),
    rawRoot: rawDir,
    lakeDir,
    expectedFiles: SAMPLE.files,
    workerCount: availableParallelism(),
    signal,
    progress: process.stderr.isTTY ? { ...progress, notified: () => undefined } : undefined,
  });
  for await (const summary of summaries) {
    progress.done();
    if (signal.aborted) return EXIT_INTERRUPTED;
    say(sentence(summary));
    if (summary.status === 'refused' || summary.status === 'failed') return EXIT_FAILED;
  }
  const last = files.at(-1);
  if (last) await ask(lakeDir, last.businessDate);
  const report = join(sampleDir, 'report.html');
  if (last)
    await writeDayReports(lakeDir, [{ dataset: 'contracts', businessDate: last.businessDate }], report);
  const boards = last && (await showAnswers(lakeDir, join(sampleDir, 'dashboards')));
  printPlaces(sampleDir, lakeDir, report, boards);
  return EXIT_LOADED;
});

function sentence(summary: FileSummary): string {
  const { sourceKey, status, rows, records, seconds, inputBytes, published } = summary;
  if (status === 'failed' || status === 'refused') {
    return `${status}${summary.refusalCode ? ` (${summary.refusalCode})` : ''}: ${summary.reason}`;
  }
  const name = sourceKey.slice(sourceKey.lastIndexOf('/') + 1);
  const speed =
    status === 'loaded'
      ? ` in ${seconds.toFixed(1)} s (${(inputBytes / 1e6 / seconds).toFixed(0)} MB/s)`
      : '';
  const day = published ? `, and ${summary.businessDate} is published` : '';
  return `${status}: ${name}, ${rows.toLocaleString('en')} rows, ${records.rejected} rejected${speed}${day}`;
}

async function ask(lakeDir: string, businessDate: string): Promise<void> {
  const lake = await openLake({ lakeDir });
  try {
    for (const [title, file] of QUESTIONS) {
      say('', `${title} (docs/queries/${file}, ${businessDate})`);
      say(...printTable(await runQueryFile(lake, join(queriesDir, file), businessDate)));
    }
  } finally {
    await lake.close();
  }
}

function printPlaces(sampleDir: string, lakeDir: string, report: string, boards: string | undefined): void {
  const shown = (path: string) => relative(process.cwd(), path);
  const places = `
Input      ${shown(join(sampleDir, 'raw'))}
Lake       ${shown(join(lakeDir, 'processed', 'contracts'))}
Rejects    ${shown(join(lakeDir, 'processed', 'contracts_rejects'))}   (table contracts_rejects: why, where, raw bytes)
Ledger     ${shown(join(lakeDir, 'ledger'))}   (table ledger: one row per file)
Report     ${shown(report)}   (the night in one page; open it in a browser)
Dashboards ${boards === undefined ? '' : shown(boards)}   (and four beside it)

Ask more:  npx positional-lake query --lake ${shown(lakeDir)} "SELECT reason, field, count(*) FROM contracts_rejects GROUP BY ALL"`;
  say(...places.split('\n'));
}
