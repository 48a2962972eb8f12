import { resolve } from 'node:path';
import { startDir } from '../local/adapters/project-folders.ts';
import { removeAbandonedFiles } from '../local/adapters/unfinished-files.ts';
import { inLots } from '../local/convert-lots.ts';
import { convertNight } from '../local/convert-night.ts';
import { LAKE_WORD } from '../shared/run/rejects-refusal.ts';
import { shellWord } from '../shared/shown-text.ts';
import { defineCommand, usageError } from '../terminal/command-line.ts';
import { EXIT_FAILED, EXIT_INTERRUPTED, EXIT_LOADED, EXIT_REFUSED, EXIT_USAGE } from '../terminal/exit.ts';
import { interruption } from '../terminal/interruption.ts';
import { say, sayJson, warn } from '../terminal/print.ts';
import { createProgress } from '../terminal/progress-line.ts';
import { CONVERT, type ConvertOptions, nightOptions } from './convert-options.ts';
import { codeOf, printSummary } from './convert-summary.ts';
import { dryRun } from './dry-run.ts';
import { requireLakePlace } from './lake-folder.ts';
import { prepareLake, requireWritable } from './prepare-lake.ts';
import { requireReportPlace } from './report-file.ts';

export const command = defineCommand(CONVERT, async (flags, words) => {
  const options = await nightOptions(flags, words);
  const signal = interruption();
  try {
    if (flags['dry-run'] && flags.report !== undefined) {
      throw usageError('--report is given with --dry-run', 'A dry run writes nothing: leave one of them out');
    }
    if (flags['dry-run']) return await dryRun({ ...options, signal }, flags.json === true);
    const report = flags.report === undefined ? undefined : resolve(startDir, flags.report);
    if (report !== undefined) await requireReportPlace(report, '--report');
    await requireWritable(options.lakeDir);
    if (!flags['any-folder']) await requireLakePlace(options.lakeDir, 'If it is meant, add --any-folder.');
    await prepareLake(options.lakeDir, flags['shared-files']);
    return await convertInto({ ...options, signal }, flags.json === true, report);
  } finally {
    await options.remove?.();
  }
});

async function convertInto(
  options: ConvertOptions & { signal: AbortSignal },
  asJson: boolean,
  report: string | undefined,
): Promise<number> {
  const { lakeDir } = options;
  const progress = createProgress(process.stderr);
  const codes: number[] = [];
  const dates = new Set<string>();
  const summaries = convertNight({
    ...options,
    worksHere: true,
    progress: { ...progress, notified: () => undefined },
  });
  for await (const summary of summaries) {
    progress.done();
    if (options.signal.aborted && summary.status === 'failed') break;
    codes.push(codeOf(summary));
    if (summary.businessDate !== null) dates.add(summary.businessDate);
    const reason = summary.reason?.replaceAll(LAKE_WORD, () => `--lake ${shellWord(lakeDir)}`);
    const told = reason === undefined ? summary : { ...summary, reason };
    if (asJson) sayJson(told);
    else printSummary(told, lakeDir);
  }
  if (options.signal.aborted) {
    await removeAbandonedFiles(lakeDir, { own: true });
    warn(await interruptedText(options, codes.length));
    return EXIT_INTERRUPTED;
  }
  if (report !== undefined && dates.size > 0) {
    // Few conversions write one, and all of them start faster without it.
    const { writeDayReports } = await import('./day-reports.ts');
    const days = [...dates].sort().map((businessDate) => ({ dataset: options.dataset, businessDate }));
    for (const line of await writeDayReports(lakeDir, days, report)) (asJson ? warn : say)(line);
  }
  return [EXIT_FAILED, EXIT_USAGE, EXIT_REFUSED].find((code) => codes.includes(code)) ?? EXIT_LOADED;
}

/** Tells a person who interrupted the command what is kept. Files converted in one lot keep nothing until the whole lot is loaded. */
async function interruptedText(options: ConvertOptions, done: number): Promise<string> {
  const count = options.inputs.length;
  const before = count === 1 ? '' : `${done} of ${count} files were done, and `;
  const isTogether = (await inLots(options)).has(options.inputs[done] ?? '');
  const kept = isTogether
    ? 'it goes on with the files that are not loaded yet, from the beginning of each.'
    : 'finished ranges are kept.';
  return `Interrupted: ${before}nothing of the unfinished ${isTogether ? 'ones' : 'file'} was published. Run the same command again; ${kept}`;
}
