import type { Content } from './content.ts';
import type { Form } from './form.ts';
import {
  type Account,
  type Course,
  type Said,
  SILENT,
  type Step,
  type TypedCommand,
} from './typed-command.ts';
import { copyOf, dayOf, type Meaning, shownFiles, standing, type World } from './world.ts';
import { besideAnother, type FileVerdict, loadFile } from './world-load.ts';
import { publishDay } from './world-publish.ts';
import { type RollbackRequest, rollBack } from './world-rollback.ts';

export const LAKE = 'lake';

interface ConvertOptions {
  layout: number;
  force: boolean;
  expectedFiles?: number | string[] | undefined;
  rangeSize?: string | undefined;
}

/** Converts files of one day. */
export function convertCommand(
  meaning: Meaning,
  name: string,
  contents: readonly Content[],
  options: ConvertOptions,
): TypedCommand {
  const { form, businessDate, corrects } = contents[0]!;
  const { layout, force, expectedFiles, rangeSize } = options;
  const day = { dataset: form.dataset, businessDate };
  const loads = contents.map(
    ({ id, key }): Step =>
      ({ world, account }) => {
        const request = { ...day, content: id, layout, force, expectedFiles };
        const after = loadFile(meaning, world, request);
        const others = account.isLoose ? besideAnother(meaning, world, request) : [];
        return [...after, ...others].map((one) => ({
          world: one.world,
          account: noted(account, key, one.verdict),
        }));
      },
  );
  return {
    name,
    words: [
      ...['convert', '--layout', form.dataset, '--out', LAKE, '--json', '--workers', '1', '--no-sync'],
      ...(corrects === undefined ? [] : ['--business-date', businessDate, '--supplement-of', corrects]),
      ...(force ? ['--force'] : []),
      ...(expectedFiles === undefined ? [] : ['--expected-files', String(expectedFiles)]),
      ...(rangeSize === undefined ? [] : ['--range-size', rangeSize]),
      ...['--input', ...contents.map(({ key }) => key)],
    ],
    files: [...layoutFiles(form, layout), ...contents.map(({ key, bytes }) => ({ path: key, bytes }))],
    day,
    steps: [...loads, (course) => publishedAfter(meaning, course, day)],
    complaints: conversionComplaints,
  };
}

function layoutFiles({ dataset, layouts }: Form, layout: number): { path: string; bytes: string }[] {
  const text = layouts[layout];
  return text === undefined ? [] : [{ path: `layouts/${dataset}.json`, bytes: text }];
}

function noted(account: Account, key: string, verdict: FileVerdict): Account {
  const verdicts = { ...account.verdicts, [key]: verdict };
  return { ...account, exits: [Object.values(verdicts).includes('refused') ? 3 : 0], verdicts };
}

/** Files that one command converts may be published one by one, or several at once. */
function publishedAfter(
  meaning: Meaning,
  { world, account }: Course,
  { dataset, businessDate }: { dataset: string; businessDate: string },
): Course[] {
  const verdicts = Object.values(account.verdicts).filter((verdict) => verdict !== 'refused');
  if (verdicts.length === 0) return [{ world, account }];
  const { world: after } = publishDay(meaning, world, dataset, businessDate, false);
  const state = dayOf(copyOf(after), dataset, businessDate);
  const shown = shownFiles(state);
  const isPublished = Object.keys(account.verdicts).every((key) => shown[key] === standing(state, key));
  const published: Account = { ...account, isPublished };
  const [was, is] = [world, after].map((one) => dayOf(copyOf(one), dataset, businessDate).last);
  if (was === is) return [{ world: after, account: published }];
  return verdicts.map((_, more) => {
    const later = copyOf(after);
    const day = dayOf(later, dataset, businessDate);
    const commit = day.commits[day.last]!;
    if (more > 0) delete day.commits[day.last];
    day.last += more;
    day.commits[day.last] = commit;
    return { world: later, account: published };
  });
}

interface Summary {
  sourceKey: string;
  status: string;
  published: boolean;
  reason?: string;
}

function conversionComplaints(said: Said, { exits, verdicts, isPublished, isLoose }: Account): string[] {
  const summaries = jsonLines(said.out) as Summary[];
  const exit = exitComplaints(said, exits);
  return [
    ...exit,
    ...Object.entries(verdicts).flatMap(([key, verdict]) => {
      const summary = summaries.find(({ sourceKey }) => sourceKey === key);
      if (!summary) return [`nothing is said of ${key}`];
      const { status, published, reason = '' } = summary;
      const isSame = status === verdict || (isLoose && status !== 'refused' && verdict !== 'refused');
      if (!isSame) return [`${key} is ${status}, and should be ${verdict}: ${reason}`];
      const isSaid =
        verdict === 'refused' || isPublished === undefined || isLoose || published === isPublished;
      if (isSaid || Object.keys(verdicts).length > 1) return [];
      return [`${key} is said to be ${published ? '' : 'not '}published`];
    }),
  ];
}

function exitComplaints({ code, out, err }: Said, exits: readonly number[]): string[] {
  if (/^\s+at .+:\d+:\d+\)?$/m.test(err)) return [`it crashes: ${err.slice(0, 2000)}`];
  if (code !== null && exits.includes(code)) return [];
  return [`it ends with ${code}, and should with ${exits.join(' or ')}: ${(err || out).slice(0, 1500)}`];
}

export function jsonLines(text: string): unknown[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): unknown => JSON.parse(line));
}

export function rollbackCommand(meaning: Meaning, name: string, request: RollbackRequest): TypedCommand {
  const { dataset, businessDate, file, remove, to } = request;
  const step: Step = ({ world, account }) => {
    const unchanged = (...exits: number[]) => ({ world, account: { ...account, exits } });
    const after = rollBack(meaning, world, request);
    if (!after) return [unchanged(2)];
    const done = after.map((one): Course => ({ world: one, account: { ...account, exits: [0] } }));
    // What `clean` removed cannot come back.
    return world.isCleaned ? [...done, unchanged(1)] : done;
  };
  return {
    ...{ name, files: [], day: { dataset, businessDate }, steps: [step] },
    words: [
      ...['rollback', '--lake', LAKE, '--dataset', dataset, '--business-date', businessDate, '--json'],
      ...(file === undefined ? [] : ['--file', file]),
      ...(remove ? ['--remove'] : []),
      ...(to === undefined ? [] : ['--to', String(to)]),
      ...['--reason', 'a try'],
    ],
    complaints: (said, { exits }) => exitComplaints(said, exits),
  };
}

interface PublishOptions {
  inPart: boolean;
  force: boolean;
  manifest?: { name: string; stated: Record<string, number> } | undefined;
}

export function publishCommand(
  meaning: Meaning,
  name: string,
  { dataset, businessDate }: { dataset: string; businessDate: string },
  { inPart, force, manifest }: PublishOptions,
): TypedCommand {
  const text = manifest && manifestText(businessDate, manifest.stated);
  const step: Step = ({ world, account }) => {
    const told = copyOf(world);
    if (manifest) dayOf(told, dataset, businessDate).stated = manifest.stated;
    const { world: after, isDone } = publishDay(meaning, told, dataset, businessDate, inPart);
    return [{ world: after, account: { ...account, exits: [isDone ? 0 : 3] } }];
  };
  return {
    ...{ name, day: { dataset, businessDate }, steps: [step] },
    words: [
      ...['publish', '--lake', LAKE, '--dataset', dataset, '--business-date', businessDate, '--json'],
      ...(inPart ? ['--partial', '--reason', 'the rest comes later'] : []),
      ...(force ? ['--force'] : []),
      ...(manifest ? ['--day-manifest', manifest.name] : []),
    ],
    files: manifest && text !== undefined ? [{ path: manifest.name, bytes: text }] : [],
    complaints: (said, { exits }) => exitComplaints(said, exits),
  };
}

function manifestText(businessDate: string, stated: Record<string, number>): string {
  const files = Object.entries(stated).map(([file, sizeBytes]) => ({ name: file, sizeBytes }));
  return JSON.stringify({ format: 'positional-lake-day/1', businessDate, files });
}

export function cleanCommand(flags: readonly string[]): TypedCommand {
  const isDry = flags.includes('--dry-run');
  const cleaned = (world: World): World => ({ ...copyOf(world), isCleaned: world.isCleaned || !isDry });
  return {
    ...{ name: 'clean', files: [], day: undefined },
    words: ['clean', '--lake', LAKE, '--json', ...flags],
    steps: [({ world, account }) => [{ world: cleaned(world), account }]],
    complaints: (said, { exits }) => exitComplaints(said, exits),
  };
}

/** A command that only looks, or has nothing to mend. */
export function lookCommand(
  name: string,
  words: readonly string[],
  exits: readonly number[] = SILENT.exits,
): TypedCommand {
  return {
    ...{ name, words, files: [], day: undefined, steps: [] },
    complaints: (said) => exitComplaints(said, exits),
  };
}
