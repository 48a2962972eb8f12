import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { createFileLayoutSource, layoutWord } from '../local/adapters/file-layout-source.ts';
import { startDir } from '../local/adapters/project-folders.ts';
import { removeAbandonedFiles } from '../local/adapters/unfinished-files.ts';
import { convertNight, type NightOptions } from '../local/convert-night.ts';
import type { FileSummary } from '../local/file-summary.ts';
import { UsageError } from '../shared/errors.ts';
import { isBusinessDate } from '../shared/keys/business-date.ts';
import { PAGE_CODECS, type PageCodec } from '../shared/layout/layout.ts';
import { loadLayout } from '../shared/pipeline/store/load-layout.ts';
import { nulledTexts } from '../shared/run/invalid-values.ts';
import { LAKE_WORD } from '../shared/run/rejects-refusal.ts';
import { shellWord } from '../shared/shown-text.ts';
import { shortText } from '../shared/totals/record-counts.ts';
import { byteSizeText, parseByteSize } from '../terminal/byte-size.ts';
import { defineCommand, isSet, oneOf, text, texts, usageError } from '../terminal/command-line.ts';
import {
  EXIT_FAILED,
  EXIT_INTERRUPTED,
  EXIT_LOADED,
  EXIT_REFUSED,
  EXIT_USAGE,
  exitCodeOf,
} from '../terminal/exit.ts';
import type { FlagValues } from '../terminal/parse-flags.ts';
import { say, sayJson, warn } from '../terminal/print.ts';
import { createProgress } from '../terminal/progress-line.ts';
import { checkedInputs } from './convert-inputs.ts';
import { prepareLake } from './prepare-lake.ts';

const COMMAND = {
  does: 'Converts positional files into a lake of Parquet, through the same state machine that runs on AWS.',
  usage: 'positional-lake convert --layout LAYOUT --input FILE… --out DIR [flags]',
  flags: {
    layout: text('L', 'a layout file, or the name of one in ./layouts or in the box'),
    input: texts('FILE…', 'one or more files'),
    out: text('DIR', 'the lake; made if it does not exist'),
    'business-date': text('D', 'yyyy-MM-dd; by default the key, the name or the header of a file says it'),
    'raw-root': text('DIR', 'source keys are paths below it; by default the name of the file'),
    compression: oneOf(PAGE_CODECS, 'NAME', "snappy, zstd or none, instead of the layout's"),
    'range-size': text(
      'SIZE',
      'bytes per range; by default at most 1GiB, with equally many ranges for each worker',
    ),
    workers: text('N', 'threads that convert; by default one per core'),
    'expected-files': text(
      'N',
      'publish the day when N files are loaded, or these names (a,b,c); by default after each file',
    ),
    force: isSet(
      'convert again what is already loaded, was rolled back, or arrived under another name or from another folder',
    ),
    'supplement-of': text(
      'KEY',
      'the inputs hold corrected records, which this loaded file of the same day rejected',
    ),
    'no-sync': isSet('do not wait for the disk: for a lake that may be lost with the power'),
    'shared-files': isSet(
      'the umask says who may read the lake, from now on and for every command; by default only this user may',
    ),
    json: isSet('one summary object per file on standard output'),
  },
  notes: 'Exit codes: 0 loaded, 1 failed, 2 usage, 3 refused, 130 interrupted.',
  takesWords: true,
} as const;

type Flags = FlagValues<typeof COMMAND.flags>;

export const command = defineCommand(COMMAND, async (flags, words) => {
  const options = await nightOptions(flags, words);
  const { lakeDir } = options;
  await prepareLake(lakeDir, flags['shared-files']);

  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  process.once('SIGTERM', () => interrupt.abort());
  const progress = createProgress(process.stderr);
  const codes: number[] = [];
  const summaries = convertNight({
    ...options,
    signal: interrupt.signal,
    progress: { ...progress, notified: () => undefined },
  });
  for await (const summary of summaries) {
    progress.done();
    if (interrupt.signal.aborted && summary.status === 'failed') break;
    codes.push(codeOf(summary));
    const reason = summary.reason?.replaceAll(LAKE_WORD, () => `--lake ${shellWord(lakeDir)}`);
    const told = reason === undefined ? summary : { ...summary, reason };
    if (flags.json) sayJson(told);
    else printSummary(told, lakeDir);
  }
  if (interrupt.signal.aborted) {
    await removeAbandonedFiles(lakeDir, { own: true });
    warn(
      'Interrupted: nothing of the unfinished file was published. Run the same command again; finished ranges are kept.',
    );
    return EXIT_INTERRUPTED;
  }
  return [EXIT_FAILED, EXIT_USAGE, EXIT_REFUSED].find((code) => codes.includes(code)) ?? EXIT_LOADED;
});

/** Reads the flags into the options of a night, with absolute paths. Fails if a flag, the layout or an input is wrong. */
async function nightOptions(flags: Flags, words: string[]): Promise<NightOptions> {
  // `--input a b c`: what follows the first file arrives as words.
  const inputs = flags.input ? [...flags.input, ...words] : [];
  if (!flags.layout || inputs.length === 0 || !flags.out) {
    throw usageError('--layout, --input and --out are needed');
  }
  const businessDate = flags['business-date'];
  if (businessDate !== undefined && !isBusinessDate(businessDate)) {
    throw new UsageError({ what: `--business-date '${businessDate}' is not a day as yyyy-MM-dd` });
  }
  const layout = await layoutWord(flags.layout);
  await loadLayout(createFileLayoutSource(), layout);
  const rawRoot = flags['raw-root'] === undefined ? undefined : resolve(startDir, flags['raw-root']);
  return {
    inputs: await checkedInputs(inputs, rawRoot),
    lakeDir: resolve(startDir, flags.out),
    rawRoot,
    workerCount: positiveInteger('--workers', flags.workers) ?? availableParallelism(),
    expectedFiles: expectedFiles(flags['expected-files']),
    sync: !flags['no-sync'],
    request: {
      layout,
      businessDate,
      rangeSizeBytes: flags['range-size'] === undefined ? undefined : parseByteSize(flags['range-size']),
      compression: pageCodecOf(flags.compression),
      force: flags.force,
      supplementOf: flags['supplement-of'],
    },
  };
}

function pageCodecOf(name: string | undefined): PageCodec | undefined {
  const known = PAGE_CODECS.find((codec) => codec === name);
  if (name === undefined || known) return known;
  throw new UsageError({
    what: `--compression '${name}' is not known`,
    next: `Give one of ${PAGE_CODECS.join(', ')}.`,
  });
}

function positiveInteger(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) {
    throw new UsageError({ what: `${flag} '${value}' is not a whole number of at least 1` });
  }
  return number;
}

function expectedFiles(value: string | undefined): number | string[] | undefined {
  if (value === undefined) return undefined;
  return /^\d+$/.test(value) ? positiveInteger('--expected-files', value) : value.split(',');
}

function codeOf({ status, errorName }: FileSummary): number {
  if (status === 'refused') return EXIT_REFUSED;
  return status === 'failed' ? exitCodeOf(errorName) : EXIT_LOADED;
}

function printSummary(summary: FileSummary, lakeDir: string): void {
  const { sourceKey, status, records, rows, rowGroups, seconds, inputBytes } = summary;
  if (status === 'refused' || status === 'failed') {
    warn(`${status}: ${summary.reason}`);
    for (const text of nulledTexts(summary.nulled, summary.nulledExamples)) warn(`  ${text}`);
    for (const warning of summary.warnings ?? []) warn(`  warning: ${warning}`);
    return;
  }
  const speed = seconds > 0 ? `, ${(inputBytes / 1e6 / seconds).toFixed(0)} MB/s` : '';
  const took = status === 'already-loaded' ? '' : ` in ${seconds.toFixed(1)} s${speed}`;
  say(`${status}: ${sourceKey} (${byteSizeText(inputBytes)})${took}`);
  say(
    `  ${records.read.toLocaleString('en')} records: ${records.header} header, ${records.detail.toLocaleString('en')} details, ${records.trailer} trailer; ${rows.toLocaleString('en')} rows, ${records.rejected.toLocaleString('en')} rejected`,
  );
  if (records.short) say(`  ${shortText(records.short)}`);
  for (const text of nulledTexts(summary.nulled, summary.nulledExamples)) say(`  ${text}`);
  for (const total of summary.controlTotals) {
    const stated = total.pending ? 'its control file has not arrived' : `as stated (${total.expected})`;
    say(`  ${total.name}: ${total.actual}, ${stated}`);
  }
  const outputBytes = summary.outputs.reduce((sum, output) => sum + output.bytes, 0);
  say(
    `  ${summary.outputs.length} Parquet files, ${byteSizeText(outputBytes)}; ${rowGroups.count} row groups of ${rowGroups.min.toLocaleString('en')} to ${rowGroups.max.toLocaleString('en')} rows, median ${rowGroups.median.toLocaleString('en')}`,
  );
  say(
    `  ${summary.published ? `published for ${summary.businessDate}` : 'loaded, and waiting for the other files of its day'} in ${lakeDir}`,
  );
  for (const warning of summary.warnings ?? []) warn(`  warning: ${warning}`);
}
