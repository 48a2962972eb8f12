import { join, resolve } from 'node:path';
import { UsageError } from '../shared/errors.ts';
import { dayPath } from '../shared/keys/business-date.ts';
import { businessDays, isoDate, parseBusinessDate } from './business-day.ts';
import { Contracts, knownContracts } from './contract.ts';
import { CONTRACT_BYTES, DateTable } from './contract-record.ts';
import { TRAILER_LAYOUT_BYTES } from './control-record.ts';
import { latin1Bytes } from './latin1.ts';
import {
  type GeneratedFile,
  NightFileContent,
  type NightFilePlan,
  type RecordForm,
  writeNightFile,
} from './night-file.ts';

const LAYOUT_NAMES = ['contracts', 'contracts-with-trailer'] as const;
export type LayoutName = (typeof LAYOUT_NAMES)[number];
const TERMINATORS = { lf: '\n', crlf: '\r\n', none: '' } as const;
export type TerminatorName = keyof typeof TERMINATORS;

export interface NightOptions {
  /** Contracts of the first night, over all its files. */
  records: number;
  /** Output folder; made if it does not exist. */
  outDir: string;
  /** Files a night, 1 to 999. Default 1. */
  files?: number | undefined;
  /** An integer from 0. Default 1. */
  seed?: number | undefined;
  /** yyyy-MM-dd of the first night. Default 2025-08-12. */
  businessDate?: string | undefined;
  /** Share of details the layout must reject, 0 to 100. Default 0. */
  badPercent?: number | undefined;
  layout?: LayoutName | undefined;
  /** Without terminator; default and least is the layout's own. Spaces fill it up. */
  recordLengthBytes?: number | undefined;
  /** Default lf. */
  terminator?: TerminatorName | undefined;
  /** Snapshots on consecutive business days. Default 1. */
  nights?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Called for every block written, with the bytes written of that file. */
  onProgress?: ((key: string, writtenBytes: number) => void) | undefined;
}

export const DEFAULT_BUSINESS_DATE = '2025-08-12';
const MOST_FILES = 999;
/** With more, a contract's number could exceed its twelve digits. */
const MOST_RECORDS = 10_000_000_000;
const MOST_NIGHTS = 10_000;
const LONGEST_RECORD_BYTES = 1_048_576;

/**
 * Writes the files of one or more nights, one after the other, and returns their figures in that order. A file's
 * bytes depend on nothing but the options, its night and its number among that night's files.
 *
 * Fails with `UsageError`, `OutputUnwritable`, or `Interrupted` once `options.signal` is aborted.
 */
export async function generateNights(options: NightOptions): Promise<GeneratedFile[]> {
  const plan = planNights(options);
  const contracts = new Contracts(plan.form.seed, options.records, plan.days);
  const dates = new DateTable(plan.days[0]!, plan.days.at(-1)!);
  const generated: GeneratedFile[] = [];
  for (const file of plan.files) {
    const content = new NightFileContent(file, plan.form, contracts, dates);
    const onProgress = (writtenBytes: number) => options.onProgress?.(file.key, writtenBytes);
    generated.push(await writeNightFile(file.path, content, options.signal, onProgress));
  }
  return generated;
}

interface NightsPlan {
  form: RecordForm;
  /** Business days of the nights, as days since 1970-01-01. */
  days: number[];
  files: NightFilePlan[];
}

/** The files to write and the contracts of each. Fails with `UsageError`. */
export function planNights(options: NightOptions): NightsPlan {
  const {
    files = 1,
    seed = 1,
    badPercent = 0,
    layout = 'contracts',
    terminator = 'lf',
    nights = 1,
  } = options;
  const leastBytes = layout === 'contracts' ? CONTRACT_BYTES : TRAILER_LAYOUT_BYTES;
  const { recordLengthBytes = leastBytes } = options;
  requireInteger('records', options.records, 0, MOST_RECORDS);
  requireInteger('files', files, 1, MOST_FILES);
  requireInteger('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  requireInteger('nights', nights, 1, MOST_NIGHTS);
  requireInteger('record-length', recordLengthBytes, leastBytes, LONGEST_RECORD_BYTES);
  requireOneOf('layout', layout, LAYOUT_NAMES);
  requireOneOf('terminator', terminator, Object.keys(TERMINATORS));
  if (files > Math.max(1, options.records)) {
    throw offLimits(
      'files',
      files,
      `no more than --records, ${options.records}: an empty file would not be a delivery`,
    );
  }
  if (!(badPercent >= 0 && badPercent <= 100)) {
    throw offLimits('bad-percent', badPercent, 'a number from 0 to 100');
  }
  if (options.outDir === '') throw offLimits('out', "''", 'a folder');

  const days = businessDays(parseBusinessDate(options.businessDate ?? DEFAULT_BUSINESS_DATE), nights);
  const plans: NightFilePlan[] = [];
  for (const [night, day] of days.entries()) {
    const businessDate = isoDate(day);
    const contractCount = knownContracts(options.records, night);
    for (let file = 0; file < files; file++) {
      const key = nightFileKey(layout, businessDate, file);
      plans.push({
        path: join(resolve(options.outDir), ...key.split('/')),
        key,
        businessDate,
        night,
        fileNumber: night * MOST_FILES + file,
        firstContract: Math.floor((contractCount * file) / files),
        endContract: Math.floor((contractCount * (file + 1)) / files),
      });
    }
  }
  const form: RecordForm = {
    seed,
    badPercent,
    hasTrailer: layout === 'contracts-with-trailer',
    recordLengthBytes,
    terminator: latin1Bytes(TERMINATORS[terminator]),
  };
  return { form, days, files: plans };
}

/** `year=2025/month=08/day=12/contratos_20250812_001.txt` for file 0. */
function nightFileKey(layout: LayoutName, businessDate: string, file: number): string {
  const prefix = layout === 'contracts' ? 'contratos' : 'contratostr';
  const number = String(file + 1).padStart(3, '0');
  return `${dayPath(businessDate)}/${prefix}_${businessDate.replaceAll('-', '')}_${number}.txt`;
}

function requireInteger(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw offLimits(name, value, `a whole number from ${least} to ${most}`);
}

function requireOneOf(name: string, value: string, valid: readonly string[]): void {
  if (!valid.includes(value)) throw offLimits(name, value, `one of ${valid.join(', ')}`);
}

function offLimits(name: string, value: unknown, valid: string): UsageError {
  return new UsageError({
    what: `--${name} is ${value}`,
    why: `It must be ${valid}`,
    next: 'Run with --help to see every option.',
  });
}
