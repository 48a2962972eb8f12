import type { Look } from './engine.ts';

/** What the looks of a reader came to. */
export interface LooksVerdict {
  looks: number;
  /** Different states that were seen. */
  states: number;
  /** Looks that had begun before a switch of the table, and ended after it. */
  acrossSwitches: number;
  problems: string[];
}

/** So many looks must have had a switch in them: fewer say nothing about a reader that is overtaken. */
const LEAST_ACROSS = 3;

/** Each look must be one of the states that the table had, in their order, and the last one the last. */
export function judgeLooks(
  looks: readonly Look[],
  states: readonly string[],
  switchesMs: readonly number[],
): LooksVerdict {
  const problems: string[] = [];
  const seen = new Set<string>();
  let at = 0;
  for (const { saw } of looks) {
    const next = states.indexOf(saw, at);
    if (next < 0) problems.push(`a look saw ${saw}, which is no state from ${at} on`);
    else at = next;
    seen.add(saw);
  }
  const last = looks.at(-1)?.saw;
  if (last !== states.at(-1)) problems.push(`the last look saw ${last}, not ${states.at(-1)}`);
  const unseen = states.filter((state) => !seen.has(state)).length;
  if (unseen > 0) problems.push(`${unseen} states were not seen`);
  const acrossSwitches = looks.filter(({ fromMs, toMs }) =>
    switchesMs.some((ms) => fromMs < ms && ms < toMs),
  ).length;
  if (switchesMs.length > 0 && acrossSwitches < LEAST_ACROSS)
    problems.push(`only ${acrossSwitches} looks were under way when the table was switched`);
  return { looks: looks.length, states: seen.size, acrossSwitches, problems };
}
