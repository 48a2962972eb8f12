import { SourceNotFound, UsageError } from '../../errors.ts';
import { dayPath, isBusinessDate } from '../../keys/business-date.ts';
import { executionNameOf } from '../../keys/execution-name.ts';
import { keyProblem } from '../../keys/object-key.ts';
import { didYouMean } from '../../layout/did-you-mean.ts';
import type { StarterPorts } from '../../ports/starter-ports.ts';
import { readsKey } from '../store/layout-of-key.ts';
import { loadLayout } from '../store/load-layout.ts';
import { tellKeyProblem } from './start-arrival.ts';
import { type Patience, type PlannedStart, startMany } from './start-many.ts';

/** A person's request to convert all files of a day again. */
interface DayRerun {
  layout: string;
  /** yyyy-MM-dd */
  businessDate: string;
  /** Also convert files that are loaded already. */
  force: boolean | undefined;
  /** The first key to start: an answer that had no time for all names it. */
  from: string | undefined;
}

/**
 * Starts one execution for each file of the layout in the day's folder of the raw bucket. `press` tells one request from the next: the
 * same request with the same `press` starts nothing new. `rerun` is checked here, where the layouts are known. Fails with `UsageError` or `SourceNotFound`.
 */
export async function rerunDay(
  ports: StarterPorts,
  rerun: unknown,
  press: string,
  patience: Patience,
): Promise<{ dataset: string; executions: string[]; repeated: number; next?: string }> {
  const { layout: name, businessDate, force, from } = await checkedRerun(ports, rerun);
  const { layout } = await loadLayout(ports.layouts, name);
  const folder = `${dayPath(businessDate)}/`;
  const plan = async (key: string): Promise<PlannedStart | undefined> => {
    const problem = keyProblem(key);
    if (problem !== undefined) {
      await tellKeyProblem(ports.notifier, key, problem);
      return undefined;
    }
    const version = (await ports.raw.head(key))?.version;
    if (version === undefined) return undefined;
    const input = { layout: name, sourceKey: key, ...(force ? { force } : {}) };
    return { name: executionNameOf(key, version, `rerun ${press} ${force === true}`), input };
  };
  const keys = keysFrom(ports.raw, folder, (key) => readsKey(layout, key), from);
  const started = await startMany(ports.executions, keys, plan, patience);
  const { executions, repeated, next } = started;
  if (executions.length + repeated > 0 || next !== undefined) return { dataset: layout.name, ...started };
  throw new SourceNotFound({
    what: `there is no file of layout ${name}`,
    where: folder,
    why: `Its 'files' are ${layout.files.join(', ')}.`,
    next: 'Check layout and date; files in Glacier must be restored first.',
  });
}

/** Keys of a folder in their order, from one on. */
async function* keysFrom(
  raw: StarterPorts['raw'],
  folder: string,
  isWanted: (key: string) => boolean,
  from: string | undefined,
): AsyncGenerator<string> {
  const first = Buffer.from(from ?? '');
  for await (const { key } of raw.list(folder)) {
    // A listing is in the order of the keys' bytes.
    if (isWanted(key) && Buffer.compare(Buffer.from(key), first) >= 0) yield key;
  }
}

async function checkedRerun(ports: StarterPorts, rerun: unknown): Promise<DayRerun> {
  const names = await ports.layouts.names();
  const { layout, businessDate, force, from, ...others }: Record<string, unknown> = Object(rerun);
  const unknown = Object.keys(others);
  const isLayout = typeof layout === 'string' && names.includes(layout);
  const isDay = typeof businessDate === 'string' && isBusinessDate(businessDate);
  const isForce = force === undefined || typeof force === 'boolean';
  const isFrom = from === undefined || typeof from === 'string';
  if (unknown.length === 0 && isLayout && isDay && isForce && isFrom)
    return { layout, businessDate, force, from };
  const known = ['layout', 'businessDate', 'force', 'from'];
  const problems = [
    ...unknown.map((name) => `'${name}' is unknown${didYouMean(name, known)}`),
    ...(isLayout ? [] : [`'layout' is '${layout}'${didYouMean(String(layout), names)}`]),
    ...(isDay ? [] : [`'businessDate' is '${businessDate}' and must be a day as yyyy-MM-dd`]),
    ...(isForce ? [] : ["'force' must be true or false"]),
    ...(isFrom ? [] : ["'from' must be a key"]),
  ];
  throw new UsageError({
    what: 'this day cannot be run again',
    why: problems.join('; '),
    next: 'Send the operator { "action": "rerun", "layout": "contracts", "businessDate": "2025-08-12", "force": true }; force may be left out.',
  });
}
