import { pathToFileURL } from 'node:url';
import { definitionIn, deployedDefinition } from '../../local/state-machine/definition.ts';
import { PART_BYTES } from '../../shared/aws/s3-object-store.ts';
import { UsageError } from '../../shared/errors.ts';
import { FUNCTION_NAMES } from '../../shared/operations/metrics-table.ts';
import { rangeBytesOf } from '../../shared/pipeline/split/range-size.ts';
import { parseByteSize } from '../../terminal/byte-size.ts';
import { text, textOr } from '../../terminal/command-line.ts';
import { changedMachine, type Machine, readMachine } from './machine-definition.ts';
import type { Night } from './night.ts';
import { type RegionQuotas, regionQuotas } from './region-quotas.ts';
import { stageSettings } from './stage-settings.ts';

/** Flags of a night; the help of a command shows those that have a text. */
export const NIGHT_FLAGS = {
  region: textOr('sa-east-1', 'R', 'sa-east-1 or us-east-1'),
  stage: textOr('prod', 'NAME', 'settings of resources/stages'),
  'arrive-over': textOr('0', 'S', 'files arrive evenly over so many seconds; 0: all at once'),
  partitions: textOr('8', 'N', 'merged files per file'),
  'range-size': text('S', 'bytes per range; by default as the stage cuts them'),
  'parser-memory': { type: 'string' },
  concurrency: { type: 'string' },
  seed: textOr('1', 'N', 'luck of the night'),
  stragglers: textOr('0.5', 'P', 'percent of calls that take two to four times as long'),
  faults: textOr('0.01', 'P', 'percent of calls that fail for a reason that passes'),
  'account-concurrency': { type: 'string' },
  'transitions-per-second': { type: 'string' },
  'starts-per-second': { type: 'string' },
  'open-map-runs': { type: 'string' },
  'max-concurrency': { type: 'string' },
  children: { type: 'string' },
  definition: { type: 'string' },
  'ranges-per-child': { type: 'string' },
  'second-start': { type: 'string' },
  'throttled-attempts': { type: 'string' },
  'start-attempts': { type: 'string' },
  'day-reads': { type: 'string' },
  'copies-at-once': { type: 'string' },
  copies: { type: 'string' },
  'only-parts': { type: 'string' },
  'upload-part': { type: 'string' },
  's3-prefixes': { type: 'string' },
  publication: { type: 'string' },
} as const;

/** Flags as they were parsed: those of a night, and a command's own. */
interface NightFlags {
  [flag: string]: string | boolean | string[] | undefined;
}

/** What the code of the pipeline does now, step by step: see `CodeFacts`. */
const CODE_OF_NOW = {
  startAttempts: Infinity,
  dayReads: 'own',
  copiesAtOnce: 256,
  copies: 'new',
  onlyParts: 'taken',
  uploadPartBytes: PART_BYTES,
  prefixes: 1,
} as const;

/** The machine that is deployed, with what the flags change in it. */
export async function flaggedMachine(flags: NightFlags): Promise<Machine> {
  const file = flags.definition;
  const definition = await (file === undefined
    ? deployedDefinition()
    : definitionIn(pathToFileURL(String(file))));
  return changedMachine(readMachine(definition, FUNCTION_NAMES), {
    maxConcurrency: count(flags, 'max-concurrency'),
    children: choice(flags, 'children', ['inline', 'express', 'standard']),
    rangesPerChild: count(flags, 'ranges-per-child'),
    secondStartSeconds: count(flags, 'second-start'),
    throttledAttempts: count(flags, 'throttled-attempts'),
  });
}

/** The night of so many bytes and files in a stage, with what the flags change. */
export async function flaggedNight(flags: NightFlags, inputBytes: number, files: number): Promise<Night> {
  const stage = await stageSettings(String(flags.stage));
  const parsers = count(flags, 'concurrency');
  return {
    ...stage,
    ...{ inputBytes, files },
    arrivalSeconds: share(flags, 'arrive-over', Infinity),
    partitions: count(flags, 'partitions') ?? 8,
    rangeSizeBytes:
      size(flags, 'range-size') ?? rangeBytesOf(inputBytes / files, stage.rangeSizeBytes, files),
    parserMemoryMb: count(flags, 'parser-memory') ?? stage.parserMemoryMb,
    reserved: parsers === undefined ? stage.reserved : { ...stage.reserved, parser: parsers },
    publication: choice(flags, 'publication', ['day', 'file']) ?? stage.publication,
    seed: share(flags, 'seed', Number.MAX_SAFE_INTEGER),
    stragglers: share(flags, 'stragglers', 100) / 100,
    faults: share(flags, 'faults', 100) / 100,
    quotas: flaggedQuotas(flags),
    code: {
      startAttempts: count(flags, 'start-attempts') ?? CODE_OF_NOW.startAttempts,
      dayReads: choice(flags, 'day-reads', ['all', 'own']) ?? CODE_OF_NOW.dayReads,
      copiesAtOnce: count(flags, 'copies-at-once') ?? CODE_OF_NOW.copiesAtOnce,
      copies: choice(flags, 'copies', ['all', 'new', 'own', 'none']) ?? CODE_OF_NOW.copies,
      onlyParts: choice(flags, 'only-parts', ['copied', 'taken']) ?? CODE_OF_NOW.onlyParts,
      uploadPartBytes: size(flags, 'upload-part') ?? CODE_OF_NOW.uploadPartBytes,
      prefixes: count(flags, 's3-prefixes') ?? CODE_OF_NOW.prefixes,
    },
  };
}

function flaggedQuotas(flags: NightFlags): RegionQuotas {
  const quotas = regionQuotas(String(flags.region));
  const transitions = count(flags, 'transitions-per-second');
  const starts = count(flags, 'starts-per-second');
  return {
    ...quotas,
    openMapRuns: count(flags, 'open-map-runs') ?? quotas.openMapRuns,
    accountConcurrency: count(flags, 'account-concurrency') ?? quotas.accountConcurrency,
    ...(transitions !== undefined && {
      stateTransition: { bucketSize: Math.max(800, transitions), refillPerSecond: transitions },
    }),
    ...(starts !== undefined && {
      startExecution: { bucketSize: Math.max(800, starts), refillPerSecond: starts },
    }),
  };
}

/** The whole number above 0 of a flag; undefined if the flag is not given. */
export function count(flags: NightFlags, flag: string): number | undefined {
  const text = flags[flag];
  if (text === undefined) return undefined;
  const number = Number(text);
  if (number > 0 && Number.isInteger(number)) return number;
  throw new UsageError({ what: `--${flag} is '${text}'`, next: 'Give a whole number above 0.' });
}

function size(flags: NightFlags, flag: string): number | undefined {
  const text = flags[flag];
  return text === undefined ? undefined : parseByteSize(String(text));
}

function share(flags: NightFlags, flag: string, most: number): number {
  const number = Number(flags[flag]);
  if (flags[flag] !== '' && number >= 0 && number <= most) return number;
  const upTo = most === Infinity ? '' : ` and up to ${most}`;
  throw new UsageError({ what: `--${flag} is '${flags[flag]}'`, next: `Give a number from 0${upTo}.` });
}

function choice<Value extends string>(flags: NightFlags, flag: string, values: Value[]): Value | undefined {
  const text = flags[flag];
  if (text === undefined) return undefined;
  const value = values.find((one) => one === text);
  if (value !== undefined) return value;
  throw new UsageError({ what: `--${flag} is '${text}'`, next: `Give ${values.join(' or ')}.` });
}
