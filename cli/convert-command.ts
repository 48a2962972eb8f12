import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createFileLayoutSource } from '../local/adapters/file-layout-source.ts';
import { removeAbandonedFiles } from '../local/adapters/file-object-store.ts';
import { startDir } from '../local/adapters/project-folders.ts';
import { convertNight, type FileSummary } from '../local/convert-night.ts';
import { SourceNotFound, UsageError } from '../shared/errors.ts';
import { isBusinessDate } from '../shared/keys/business-date.ts';
import { COMPRESSIONS, type Compression } from '../shared/layout/layout.ts';
import { loadLayout } from '../shared/pipeline/store/load-layout.ts';
import { byteSizeText, parseByteSize } from '../terminal/byte-size.ts';
import {
  EXIT_FAILED,
  EXIT_INTERRUPTED,
  EXIT_LOADED,
  EXIT_REFUSED,
  EXIT_USAGE,
  exitCodeOf,
  runCommand,
} from '../terminal/exit.ts';
import { createProgress } from '../terminal/progress-line.ts';

const HELP = `Converts positional files into a lake of Parquet, through the same state machine that runs on AWS.

npm run -s convert -- --layout LAYOUT --input FILE… --out DIR [flags]

  --layout L            a layout file, or a name in layouts/
  --input FILE…         one or more files
  --out DIR             the lake; made where it is not there
  --business-date D     yyyy-MM-dd; else the key, the name or the header of a file says it
  --raw-root DIR        source keys are paths below it; by default the name of the file
  --compression NAME    snappy, zstd or none, in place of the layout's
  --range-size SIZE     bytes a range; by default 1GiB at most, as many ranges for each worker
  --workers N           threads that convert; by default one a core
  --expected-files N    publish the day when N files are loaded, or these names (a,b,c); by default after each file
  --force               convert again what is already loaded, was rolled back, or came under another name
  --supplement-of KEY   the inputs bring records that this loaded file of the same day rejected, corrected
  --json                one summary object a file on standard output

Exit codes: 0 loaded, 1 failed, 2 usage, 3 refused, 130 interrupted.`;

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    options: {
      layout: { type: 'string' },
      input: { type: 'string', multiple: true },
      out: { type: 'string' },
      'business-date': { type: 'string' },
      'raw-root': { type: 'string' },
      'range-size': { type: 'string' },
      compression: { type: 'string' },
      workers: { type: 'string' },
      'expected-files': { type: 'string' },
      force: { type: 'boolean' },
      'supplement-of': { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(HELP);
    return EXIT_LOADED;
  }
  // `--input a b c`: what follows the first file arrives as positionals.
  const inputs = [...(values.input ?? []), ...(values.input ? positionals : [])];
  if (!values.layout || inputs.length === 0 || !values.out) {
    throw new UsageError({
      what: '--layout, --input and --out are needed',
      next: 'Run it with --help to see every flag.',
    });
  }
  if (values['business-date'] !== undefined && !isBusinessDate(values['business-date'])) {
    throw new UsageError({ what: `--business-date '${values['business-date']}' is no day as yyyy-MM-dd` });
  }
  const layout = /[/.]/.test(values.layout) ? resolve(startDir, values.layout) : values.layout;
  await loadLayout(createFileLayoutSource(), layout);
  const files = await checkedInputs(inputs);
  const lakeDir = resolve(startDir, values.out);
  await removeAbandonedFiles(lakeDir);

  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  process.once('SIGTERM', () => interrupt.abort());
  const progress = createProgress(process.stderr);
  const codes: number[] = [];
  const summaries = convertNight({
    layout,
    inputs: files,
    lakeDir,
    rawRoot: values['raw-root'] === undefined ? undefined : resolve(startDir, values['raw-root']),
    businessDate: values['business-date'],
    rangeSizeBytes: values['range-size'] === undefined ? undefined : parseByteSize(values['range-size']),
    compression: compressionOf(values.compression),
    workerCount: positiveInteger('--workers', values.workers) ?? availableParallelism(),
    expectedFiles: expectedFiles(values['expected-files']),
    force: values.force,
    supplementOf: values['supplement-of'],
    signal: interrupt.signal,
    progress: { ...progress, notified: () => undefined },
  });
  for await (const summary of summaries) {
    progress.done();
    if (interrupt.signal.aborted && summary.status === 'failed') break;
    codes.push(codeOf(summary));
    if (values.json) console.log(JSON.stringify(summary));
    else printSummary(summary, lakeDir);
  }
  if (interrupt.signal.aborted) {
    await removeAbandonedFiles(lakeDir, process.pid);
    console.error(
      'Interrupted: nothing of the unfinished file was published. Run the same command again; ranges that are done are kept.',
    );
    return EXIT_INTERRUPTED;
  }
  return [EXIT_FAILED, EXIT_USAGE, EXIT_REFUSED].find((code) => codes.includes(code)) ?? EXIT_LOADED;
});

async function checkedInputs(inputs: string[]): Promise<string[]> {
  return Promise.all(
    inputs.map(async (input) => {
      const path = resolve(startDir, input);
      const stats = await stat(path).catch(() => undefined);
      if (stats?.isFile()) return path;
      throw new SourceNotFound({
        what: stats ? 'this is not a file' : 'there is no such input file',
        where: input,
        next: stats ? 'Name the files in it, for example with DIR/*.txt.' : 'Check the path.',
      });
    }),
  );
}

function compressionOf(name: string | undefined): Compression | undefined {
  const known = COMPRESSIONS.find((compression) => compression === name);
  if (name === undefined || known) return known;
  throw new UsageError({
    what: `--compression '${name}' is not known`,
    next: `Give one of ${COMPRESSIONS.join(', ')}.`,
  });
}

function positiveInteger(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) {
    throw new UsageError({ what: `${flag} '${text}' is no whole number of at least 1` });
  }
  return number;
}

function expectedFiles(text: string | undefined): number | string[] | undefined {
  if (text === undefined) return undefined;
  return /^\d+$/.test(text) ? positiveInteger('--expected-files', text) : text.split(',');
}

function codeOf({ status, errorName }: FileSummary): number {
  if (status === 'refused') return EXIT_REFUSED;
  return status === 'failed' ? exitCodeOf(errorName) : EXIT_LOADED;
}

function printSummary(summary: FileSummary, lakeDir: string): void {
  const { sourceKey, status, records, rows, rowGroups, seconds, inputBytes } = summary;
  if (status === 'refused' || status === 'failed') {
    console.error(`${status}: ${summary.reason}`);
    return;
  }
  const speed = seconds > 0 ? `, ${(inputBytes / 1e6 / seconds).toFixed(0)} MB/s` : '';
  const took = status === 'already-loaded' ? '' : ` in ${seconds.toFixed(1)} s${speed}`;
  console.log(`${status}: ${sourceKey} (${byteSizeText(inputBytes)})${took}`);
  console.log(
    `  ${records.read.toLocaleString('en')} records: ${records.header} header, ${records.detail.toLocaleString('en')} details, ${records.trailer} trailer; ${rows.toLocaleString('en')} rows, ${records.rejected.toLocaleString('en')} rejected`,
  );
  for (const total of summary.controlTotals) {
    const stated = total.pending ? 'its control file has not come' : `as stated (${total.expected})`;
    console.log(`  ${total.name}: ${total.actual}, ${stated}`);
  }
  const outputBytes = summary.outputs.reduce((sum, output) => sum + output.bytes, 0);
  console.log(
    `  ${summary.outputs.length} Parquet files, ${byteSizeText(outputBytes)}; ${rowGroups.count} row groups of ${rowGroups.min.toLocaleString('en')} to ${rowGroups.max.toLocaleString('en')} rows, median ${rowGroups.median.toLocaleString('en')}`,
  );
  console.log(
    `  ${summary.published ? `published for ${summary.businessDate}` : 'loaded, and waiting for the other files of its day'} in ${lakeDir}`,
  );
  for (const warning of summary.warnings ?? []) console.error(`  warning: ${warning}`);
}
