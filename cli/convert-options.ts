import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { createFileLayoutSource, layoutWord } from '../local/adapters/file-layout-source.ts';
import { startDir } from '../local/adapters/project-folders.ts';
import type { NightOptions } from '../local/night.ts';
import { UsageError } from '../shared/errors.ts';
import { isBusinessDate } from '../shared/keys/business-date.ts';
import { COMPRESSIONS, type Compression } from '../shared/layout/layout.ts';
import { loadLayout } from '../shared/pipeline/store/load-layout.ts';
import { shellWord } from '../shared/shown-text.ts';
import { parseByteSize } from '../terminal/byte-size.ts';
import { isSet, oneOf, text, texts, usageError } from '../terminal/command-line.ts';
import { counted } from '../terminal/counted.ts';
import type { FlagValues } from '../terminal/parse-flags.ts';
import { warn } from '../terminal/print.ts';
import { checkedInputs, spooledInput } from './convert-inputs.ts';

export const CONVERT = {
  does: 'Converts positional files into a lake of Parquet, through the same state machine that runs on AWS.',
  usage: 'positional-lake convert --layout LAYOUT --input FILE… --out DIR [flags]',
  flags: {
    layout: text('L', 'a layout file, or the name of one in ./layouts or in the box'),
    input: texts(
      'FILE…',
      'files; folders, of which the files that the layout reads; patterns in quotes; - is standard input',
    ),
    'stdin-name': text('NAME', 'the name of the file that standard input is; its key in the lake'),
    'dry-run': isSet(
      'converts in the temporary folder, shows geometry, first rows and totals, and writes nothing into the lake',
    ),
    out: text('DIR', 'the lake; made if it does not exist'),
    'any-folder': isSet('makes the lake in a folder that holds other things too'),
    'business-date': text('D', 'yyyy-MM-dd; by default the key, the name or the header of a file says it'),
    'raw-root': text('DIR', 'source keys are paths below it; by default the name of the file'),
    compression: oneOf(
      COMPRESSIONS,
      'NAME',
      "auto, snappy, zstd, zstd-fast or none, instead of the layout's",
    ),
    'range-size': text(
      'SIZE',
      'bytes per range; by default at most 1GiB, with equally many ranges for each worker',
    ),
    workers: text('N', 'threads that convert; by default, and at most, one per core'),
    'expected-files': text(
      'N',
      'publish the day when N files are loaded, or these names (a,b,c); by default as files are loaded',
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
    report: text('FILE.html', 'writes the report of the day when all is done; of several days one page each'),
    json: isSet('one summary object per file on standard output'),
  },
  worksUnread: true,
  notes: 'Exit codes: 0 loaded, 1 failed, 2 usage, 3 refused, 130 interrupted.',
  takesWords: true,
} as const;

type Flags = FlagValues<typeof CONVERT.flags>;

export interface ConvertOptions extends NightOptions {
  /** Name of the layout, and of the days in the ledger. */
  dataset: string;
  /** Takes away what was kept of standard input. */
  remove?: () => Promise<void>;
}

/** Names the missing flags, and shows the whole command with the values that were given. */
function incomplete({ layout, input, out }: Flags, words: string[]): UsageError {
  const needed = { '--layout': layout, '--input': input, '--out': out };
  const missing = Object.entries(needed).flatMap(([flag, value]) => (value ? [] : [flag]));
  const files = [...(input ?? []), ...words].map(shellWord).join(' ') || 'FILE';
  const whole = `--layout ${layout ? shellWord(layout) : 'LAYOUT'} --input ${files} --out ${out ? shellWord(out) : 'lake'}`;
  return usageError(
    `${new Intl.ListFormat('en-GB').format(missing)} ${missing.length === 1 ? 'is' : 'are'} missing`,
    `Write npx positional-lake convert ${whole}`,
  );
}

/** Reads the flags into the options of a night, with absolute paths. Fails if a flag, the layout or an input is wrong. */
export async function nightOptions(flags: Flags, words: string[]): Promise<ConvertOptions> {
  // `--input a b c`: what follows the first file arrives as words.
  const inputs = flags.input ? [...flags.input, ...words] : [];
  if (!flags.layout || inputs.length === 0 || !flags.out) throw incomplete(flags, words);
  const businessDate = flags['business-date'];
  if (businessDate !== undefined && !isBusinessDate(businessDate)) {
    throw new UsageError({ what: `--business-date '${businessDate}' is not a day as yyyy-MM-dd` });
  }
  const layout = await layoutWord(flags.layout);
  const { layout: known } = await loadLayout(createFileLayoutSource(), layout);
  const rawRoot = flags['raw-root'] === undefined ? undefined : resolve(startDir, flags['raw-root']);
  const rangeSizeBytes = flags['range-size'] === undefined ? undefined : parseByteSize(flags['range-size']);
  const settings = {
    dataset: known.name,
    lakeDir: resolve(startDir, flags.out),
    rawRoot,
    workerCount: workersOf(flags.workers),
    expectedFiles: expectedFiles(flags['expected-files']),
    sync: !flags['no-sync'],
    request: {
      layout,
      businessDate,
      rangeSizeBytes,
      compression: compressionOf(flags.compression),
      force: flags.force,
      supplementOf: flags['supplement-of'],
    },
  };
  if (!inputs.includes('-')) return { ...settings, inputs: await checkedInputs(inputs, rawRoot, known) };
  if (inputs.length > 1) throw usageError("'-' is standard input, and no other input can be beside it");
  const name = flags['stdin-name'];
  if (name === undefined)
    throw usageError(
      '--stdin-name is missing',
      'It names the file that standard input is, such as contratos_20250812.txt',
    );
  const { path, remove } = await spooledInput(name);
  return { ...settings, rawRoot: undefined, isStandardInput: true, inputs: [path], remove };
}

/** More threads than cores only take turns, and each takes memory. */
function workersOf(flag: string | undefined): number {
  const cores = availableParallelism();
  const asked = positiveInteger('--workers', flag) ?? cores;
  if (asked > cores)
    warn(`--workers ${asked}: ${counted(cores, 'thread')} will convert, one for each core of this machine.`);
  return Math.min(asked, cores);
}

function compressionOf(name: string | undefined): Compression | undefined {
  const known = COMPRESSIONS.find((one) => one === name);
  if (name === undefined || known) return known;
  throw new UsageError({
    what: `--compression '${name}' is not known`,
    next: `Give one of ${COMPRESSIONS.join(', ')}.`,
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
  if (/^\d+$/.test(value)) return positiveInteger('--expected-files', value);
  const names = value.split(',').map((name) => name.trim());
  if (!/^[-+]?[\d.]+$/.test(value) && names.every((name) => name !== '')) return names;
  throw usageError(
    `--expected-files '${value}' is neither a whole number nor names of files`,
    'Give a number such as 10, or names with commas between them: a.txt,b.txt',
  );
}
