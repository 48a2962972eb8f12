import { parseArgs } from 'node:util';
import { Interrupted, OutputUnwritable, PipelineError, UsageError } from '../shared/errors.ts';
import { jsonText, shownText } from '../shared/shown-text.ts';
import {
  DEFAULT_BUSINESS_DATE,
  generateNights,
  type LayoutName,
  type NightOptions,
  type TerminatorName,
} from './night.ts';
import type { GeneratedFile } from './night-file.ts';

const HELP = `Writes nights of positional contract files, the same bytes for the same options.

npm run -s generate -- --records N --out DIR [options]

  --records N           contracts of the first night, over all its files
  --out DIR             files go to DIR/year=YYYY/month=MM/day=DD/contratos_YYYYMMDD_001.txt and so on
  --files K             files per night (1)
  --seed S              another seed gives other bytes (1)
  --business-date D     first night as yyyy-MM-dd (${DEFAULT_BUSINESS_DATE})
  --nights N            the same contracts again on the following business days, some new, ended or changed (1)
  --bad-percent P       share of records that the layout must reject; a few others get impossible dates (0)
  --layout L            contracts | contracts-with-trailer (contracts)
  --record-length B     bytes per record without terminator, filled up with spaces (the layout's)
  --terminator T        lf | crlf | none (lf)
  --json                a JSON object for each file, one per line, with the figures that a conversion must produce
  --help                this text
`;

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof PipelineError)) throw error;
  process.stderr.write(`${shownText(`${error.name}: ${error.message}`)}\n`);
  process.exitCode = exitCodeOf(error);
}

async function main(args: string[]): Promise<number> {
  const values = parsedFlags(args);
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const progress = process.stderr.isTTY ? progressLine() : undefined;
  const files = await generateNights({
    ...nightOptions(values),
    signal: interrupt.signal,
    onProgress: progress?.show,
  }).finally(() => progress?.clear());
  for (const file of files)
    process.stdout.write(`${values.json ? jsonLine(file) : shownText(textLine(file))}\n`);
  return 0;
}

type Flags = ReturnType<typeof parsedFlags>;

function parsedFlags(args: string[]) {
  try {
    const text = { type: 'string' } as const;
    const flag = { type: 'boolean' } as const;
    return parseArgs({
      args,
      strict: true,
      allowPositionals: false,
      options: {
        records: text,
        files: text,
        seed: text,
        out: text,
        'business-date': text,
        'bad-percent': text,
        layout: text,
        'record-length': text,
        terminator: text,
        nights: text,
        json: flag,
        help: flag,
      },
    }).values;
  } catch (cause) {
    throw new UsageError({
      what: (cause as Error).message.replaceAll('\n', ' '),
      next: 'Run with --help to see every option.',
      cause,
    });
  }
}

/** `generateNights` checks the values; this only turns text into numbers. */
function nightOptions(flags: Flags): NightOptions {
  const required = (name: 'records' | 'out'): string => {
    const value = flags[name];
    if (value !== undefined) return value;
    throw new UsageError({
      what: `--${name} is missing`,
      next: 'For example: npm run -s generate -- --records 100000 --out nights.',
    });
  };
  const number = (name: Exclude<keyof Flags, 'json' | 'help'>): number | undefined => {
    const text = flags[name];
    if (text === undefined) return undefined;
    if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
    throw new UsageError({
      what: `--${name} is '${text}'`,
      why: 'It must be a number',
      next: 'Run with --help to see every option.',
    });
  };
  return {
    records: number('records') ?? Number(required('records')),
    outDir: required('out'),
    files: number('files'),
    seed: number('seed'),
    businessDate: flags['business-date'],
    badPercent: number('bad-percent'),
    layout: flags.layout as LayoutName | undefined,
    recordLengthBytes: number('record-length'),
    terminator: flags.terminator as TerminatorName | undefined,
    nights: number('nights'),
  };
}

/** Sums as decimal strings: they may exceed what a JSON reader takes for an exact number. */
function jsonLine(file: GeneratedFile): string {
  return jsonText({
    ...file,
    valueCents: String(file.valueCents),
    trailerValueCents: file.trailerValueCents === undefined ? undefined : String(file.trailerValueCents),
  });
}

function textLine({ path, bytes, records, badRecords }: GeneratedFile): string {
  return `${path}  ${bytes} bytes, ${records} records, ${badRecords} of them bad`;
}

/** One line on the terminal, rewritten at most ten times a second. */
function progressLine(): { show: (key: string, writtenBytes: number) => void; clear: () => void } {
  let shownAtMs = 0;
  return {
    show(key, writtenBytes) {
      const nowMs = performance.now();
      if (nowMs - shownAtMs < 100) return;
      shownAtMs = nowMs;
      process.stderr.write(`\r\x1b[K${shownText(key)}  ${(writtenBytes / 1e6).toFixed(0)} MB`);
    },
    clear() {
      process.stderr.write('\r\x1b[K');
    },
  };
}

function exitCodeOf(error: PipelineError): number {
  if (error instanceof UsageError || error instanceof OutputUnwritable) return 2;
  return error instanceof Interrupted ? 130 : 1;
}
