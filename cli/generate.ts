import { resolve } from 'node:path';
import {
  DEFAULT_BUSINESS_DATE,
  generateNights,
  type LayoutName,
  type NightOptions,
  type TerminatorName,
} from '../generator/night.ts';
import type { GeneratedFile } from '../generator/night-file.ts';
import { startDir } from '../local/adapters/project-folders.ts';
import { defineCommand, isSet, text, usageError } from '../terminal/command-line.ts';
import { interruption } from '../terminal/interruption.ts';
import type { FlagValues } from '../terminal/parse-flags.ts';
import { rewriteLine, say, sayJson } from '../terminal/print.ts';

const COMMAND = {
  does: 'Writes nights of positional contract files, the same bytes for the same flags.',
  usage: 'positional-lake generate --records N --out DIR [flags]',
  flags: {
    records: text('N', 'contracts of the first night, over all its files'),
    out: text('DIR', 'files go to DIR/year=YYYY/month=MM/day=DD/contratos_YYYYMMDD_001.txt and so on'),
    files: text('K', 'files per night (1)'),
    seed: text('S', 'another seed gives other bytes (1)'),
    'business-date': text('D', `first night as yyyy-MM-dd (${DEFAULT_BUSINESS_DATE})`),
    nights: text(
      'N',
      'the same contracts again on the following business days, some new, ended or changed (1)',
    ),
    'bad-percent': text(
      'P',
      'share of records that the layout must reject; a few others get impossible dates (0)',
    ),
    layout: text('L', 'contracts or contracts-with-trailer (contracts)'),
    'record-length': text('B', "bytes per record without terminator, filled up with spaces (the layout's)"),
    terminator: text('T', 'lf, crlf or none (lf)'),
    json: isSet('a JSON object for each file, one per line, with the figures that a conversion must produce'),
  },
  worksUnread: true,
  notes: 'Exit codes: 0 written, 1 failed, 2 usage or unwritable output, 130 interrupted.',
};

const HELP = 'positional-lake generate --help';

type Flags = FlagValues<typeof COMMAND.flags>;

export const command = defineCommand(COMMAND, async (values) => {
  const progress = process.stderr.isTTY ? progressLine() : undefined;
  const files = await generateNights({
    ...nightOptions(values),
    signal: interruption(),
    onProgress: progress?.show,
  }).finally(() => progress?.clear());
  for (const file of files) {
    if (values.json) sayJson(jsonFile(file));
    else say(textLine(file));
  }
  return 0;
});

/** `generateNights` checks the values; this only turns text into numbers. */
function nightOptions(flags: Flags): NightOptions {
  const number = (name: Exclude<keyof Flags, 'json'>): number | undefined => {
    const given = flags[name];
    if (given === undefined) return undefined;
    if (/^\d+(\.\d+)?$/.test(given)) return Number(given);
    throw usageError(`--${name} is '${given}', and must be a number`, undefined, HELP);
  };
  const records = number('records') ?? Number(required(flags, 'records'));
  const out = required(flags, 'out');
  return {
    records,
    outDir: out === '' ? out : resolve(startDir, out),
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

function required(flags: Flags, name: 'records' | 'out'): string {
  const given = flags[name];
  if (given !== undefined) return given;
  const example = 'For example: npx positional-lake generate --records 100000 --out nights';
  throw usageError(`--${name} is missing`, example, HELP);
}

/** Sums as decimal strings: they may exceed what a JSON reader takes for an exact number. */
function jsonFile(file: GeneratedFile) {
  return {
    ...file,
    valueCents: String(file.valueCents),
    trailerValueCents: file.trailerValueCents === undefined ? undefined : String(file.trailerValueCents),
  };
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
      rewriteLine(`${key}  ${(writtenBytes / 1e6).toFixed(0)} MB`);
    },
    clear: () => rewriteLine(''),
  };
}
