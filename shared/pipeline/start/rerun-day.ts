import { SourceNotFound, UsageError } from '../../errors.ts';
import { dayPath, isBusinessDate } from '../../keys/business-date.ts';
import { executionNameOf } from '../../keys/execution-name.ts';
import { keyProblem } from '../../keys/object-key.ts';
import { didYouMean } from '../../layout/did-you-mean.ts';
import type { StarterPorts } from '../../ports/starter-ports.ts';
import { readsKey } from '../store/layout-of-key.ts';
import { loadLayout } from '../store/load-layout.ts';
import { tellKeyProblem } from './start-arrival.ts';

/** A person's request to convert all files of a day again. */
interface DayRerun {
  layout: string;
  /** yyyy-MM-dd */
  businessDate: string;
  /** Also convert files that are loaded already. */
  force: boolean | undefined;
}

/**
 * Starts one execution for each file of the layout in the day's folder of the raw bucket. `press` tells one request from the next: the
 * same request with the same `press` starts nothing new. `rerun` is checked here, where the layouts are known. Fails with `UsageError` or `SourceNotFound`.
 */
export async function rerunDay(
  ports: StarterPorts,
  rerun: unknown,
  press: string,
): Promise<{ dataset: string; executions: string[]; repeated: number }> {
  const { layout: name, businessDate, force } = await checkedRerun(ports, rerun);
  const { layout } = await loadLayout(ports.layouts, name);
  const folder = `${dayPath(businessDate)}/`;
  const executions: string[] = [];
  let repeated = 0;
  for await (const { key } of ports.raw.list(folder)) {
    if (!readsKey(layout, key)) continue;
    const problem = keyProblem(key);
    if (problem !== undefined) {
      await tellKeyProblem(ports.notifier, key, problem);
      continue;
    }
    const version = (await ports.raw.head(key))?.version;
    if (version === undefined) continue;
    const execution = executionNameOf(key, version, `rerun ${press} ${force === true}`);
    const input = { layout: name, sourceKey: key, ...(force ? { force } : {}) };
    const outcome = await ports.executions.start(execution, input);
    if (outcome === 'started') executions.push(execution);
    else repeated += 1;
  }
  if (executions.length + repeated > 0) return { dataset: layout.name, executions, repeated };
  throw new SourceNotFound({
    what: `there is no file of layout ${name}`,
    where: folder,
    why: `Its 'files' are ${layout.files.join(', ')}.`,
    next: 'Check layout and date; files in Glacier must be restored first.',
  });
}

async function checkedRerun(ports: StarterPorts, rerun: unknown): Promise<DayRerun> {
  const names = await ports.layouts.names();
  const { layout, businessDate, force, ...others }: Record<string, unknown> = Object(rerun);
  const unknown = Object.keys(others);
  const isLayout = typeof layout === 'string' && names.includes(layout);
  const isDay = typeof businessDate === 'string' && isBusinessDate(businessDate);
  const isForce = force === undefined || typeof force === 'boolean';
  if (unknown.length === 0 && isLayout && isDay && isForce) return { layout, businessDate, force };
  const known = ['layout', 'businessDate', 'force'];
  const problems = [
    ...unknown.map((name) => `'${name}' is unknown${didYouMean(name, known)}`),
    ...(isLayout ? [] : [`'layout' is '${layout}'${didYouMean(String(layout), names)}`]),
    ...(isDay ? [] : [`'businessDate' is '${businessDate}' and must be a day as yyyy-MM-dd`]),
    ...(isForce ? [] : ["'force' must be true or false"]),
  ];
  throw new UsageError({
    what: 'this day cannot be run again',
    why: problems.join('; '),
    next: 'Send the operator { "action": "rerun", "layout": "contracts", "businessDate": "2025-08-12", "force": true }; force may be left out.',
  });
}
