import { resolve } from 'node:path';
import { startDir } from '../local/adapters/project-folders.ts';
import { removeAbandonedFiles } from '../local/adapters/unfinished-files.ts';
import { convertNight } from '../local/convert-night.ts';
import { LAKE_WORD } from '../shared/run/rejects-refusal.ts';
import { shellWord } from '../shared/shown-text.ts';
import { defineCommand, usageError } from '../terminal/command-line.ts';
import { EXIT_FAILED, EXIT_INTERRUPTED, EXIT_LOADED, EXIT_REFUSED, EXIT_USAGE } from '../terminal/exit.ts';
import { say, sayJson, warn } from '../terminal/print.ts';
import { createProgress } from '../terminal/progress-line.ts';
import { CONVERT, type ConvertOptions, nightOptions } from './convert-options.ts';
import { codeOf, printSummary } from './convert-summary.ts';
import { dryRun } from './dry-run.ts';
import { prepareLake, requireWritable } from './prepare-lake.ts';
import { requireReportPlace } from './report-file.ts';

export const command = defineCommand(CONVERT, async (flags, words) => {
  const options = await nightOptions(flags, words);
  try {
    if (flags['dry-run'] && flags.report !== undefined) {
      throw usageError('--report is given with --dry-run', 'A dry run writes nothing: leave one of them out');
    }
    if (flags['dry-run']) return await dryRun(options, flags.json === true);
    const report = flags.report === undefined ? undefined : resolve(startDir, flags.report);
    if (report !== undefined) await requireReportPlace(report, '--report');
    await requireWritable(options.lakeDir);
    await prepareLake(options.lakeDir, flags['shared-files']);
    return await convertInto(options, flags.json === true, report);
  } finally {
    await options.remove?.();
  }
});

async function convertInto(
  options: ConvertOptions,
  asJson: boolean,
  report: string | undefined,
): Promise<number> {
  const { lakeDir } = options;

  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  process.once('SIGTERM', () => interrupt.abort());
  const progress = createProgress(process.stderr);
  const codes: number[] = [];
  const dates = new Set<string>();
  const summaries = convertNight({
    ...options,
    worksHere: true,
    signal: interrupt.signal,
    progress: { ...progress, notified: () => undefined },
  });
  for await (const summary of summaries) {
    progress.done();
    if (interrupt.signal.aborted && summary.status === 'failed') break;
    codes.push(codeOf(summary));
    if (summary.businessDate !== null) dates.add(summary.businessDate);
    const reason = summary.reason?.replaceAll(LAKE_WORD, () => `--lake ${shellWord(lakeDir)}`);
    const told = reason === undefined ? summary : { ...summary, reason };
    if (asJson) sayJson(told);
    else printSummary(told, lakeDir);
  }
  if (interrupt.signal.aborted) {
    await removeAbandonedFiles(lakeDir, { own: true });
    warn(
      'Interrupted: nothing of the unfinished file was published. Run the same command again; finished ranges are kept.',
    );
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
