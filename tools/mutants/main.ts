import { readFile } from 'node:fs/promises';
import { SeededRandom } from '../../generator/seeded-random.ts';
import { isSet, runWithFlags, text, textOr, wholeNumber } from '../../terminal/command-line.ts';
import { EXIT_FAILED, EXIT_LOADED } from '../../terminal/exit.ts';
import { explanationOf } from './explained-mutants.ts';
import { generatedMutants } from './generated-mutants.ts';
import { keptAnswer } from './kept-answer.ts';
import { LISTED_MUTANTS } from './listed-mutants.ts';
import { type Mutant, mutantName } from './mutant.ts';
import { refusedByCompiler } from './refused-by-compiler.ts';
import { DECIDING_FILES } from './rooms.ts';
import { type Outcome, ScratchProject } from './scratch-project.ts';
import { switchedOutcomes } from './switched-run.ts';
import type { NumberedMutant } from './switched-source.ts';

const COMMAND = {
  does: 'Breaks one small thing after the other, and runs the tests of that place: each must be caught.\nThe mutants are what rules make of the files that decide what is counted, published or removed, and a list.',
  usage: 'npm run mutants -- [flags]',
  flags: {
    only: text(
      'TEXT',
      'only mutants with this text in their file, code or reason; commas part several texts',
    ),
    listed: isSet('only those of the list'),
    generated: isSet('only those that rules make'),
    sample: text('N', 'only so many of those that rules make, drawn by the seed'),
    seed: textOr('1', 'S', 'another seed draws others'),
    tries: textOr('1000', 'N', 'at most N tests try a mutant that rules make, the nearest to it first'),
    keep: text('DIR', 'keep there what tests said: a run that was ended goes on if it is asked for the same'),
    limit: textOr('300', 'SECONDS', 'the longest time for the tests of one mutant'),
  },
  notes: `A survivor is a change that no test saw; tools/mutants/explained-mutants.ts explains those that no test can see.
A mutant that never ends is stopped at a limit, and counts as caught: the test that reaches it would fail there.
Ends with 1 if fewer than 95 % are caught, or one of the list is stale.`,
} as const;

const LEAST_CAUGHT = 0.95;
const STALE =
  'The file does not hold this code exactly once any more: adapt tools/mutants/listed-mutants.ts.';
/** A mutant that only slower tests see needs a faster one. */
const SLOWEST_TEST_MS = 5000;

type Verdict = Outcome | 'explained';

await runWithFlags(COMMAND, async (values) => {
  const limitMs = wholeNumber('--limit', values.limit) * 1000;
  const verdicts: Verdict[] = [];
  const tell = async (mutant: Mutant, outcome: Outcome) => {
    const source = await sourceOf(mutant.file);
    const explained = outcome === 'survived' ? explanationOf(mutant, source) : undefined;
    verdicts.push(explained ? 'explained' : outcome);
    console.log(`${(explained ? 'explained' : outcome).padEnd(9)}  ${mutantName(mutant, source)}`);
    if (outcome === 'stale') console.log(`           ${STALE}`);
    else if (outcome !== 'caught') console.log(`           ${explained ?? mutant.why}`);
  };
  const listed = values.generated ? [] : await chosen(LISTED_MUTANTS, values.only);
  const made = values.listed ? [] : await chosen(await allGenerated(), values.only);
  const wanted = values.sample === undefined ? made.length : wholeNumber('--sample', values.sample);
  const sample = await sound(drawn(made, wholeNumber('--seed', values.seed)), wanted, values.keep);
  const outcomes = await switchedOutcomes(sample, {
    slowestTestMs: SLOWEST_TEST_MS,
    silenceMs: limitMs,
    mostTries: wholeNumber('--tries', values.tries),
    kept: values.keep,
  });
  await using scratch = await ScratchProject.make();
  const alone = (mutant: Mutant) =>
    keptAnswer(values.keep, { alone: mutant }, () => scratch.tryMutant(mutant, limitMs));
  for (const { id, mutant } of sample) {
    const outcome = outcomes.get(id) ?? 'survived';
    if (outcome === 'endless') await tell(mutant, 'timed out');
    else await tell(mutant, outcome === 'unsure' ? await alone(mutant) : outcome);
  }
  for (const mutant of listed) await tell(mutant, await alone(mutant));
  return verdictOf(verdicts);
});

function verdictOf(verdicts: readonly Verdict[]): number {
  const count = (verdict: Verdict) => verdicts.filter((each) => each === verdict).length;
  const judged = verdicts.length - count('explained');
  const caught = count('caught') + count('timed out');
  const share = judged === 0 ? 1 : caught / judged;
  console.log(
    `${verdicts.length} mutants: ${caught} caught (${(share * 100).toFixed(1)} %), ${count('timed out')} of them because they never end, ${count('survived')} survived, ${count('stale')} stale, ${count('explained')} explained.`,
  );
  return share >= LEAST_CAUGHT && count('stale') === 0 ? EXIT_LOADED : EXIT_FAILED;
}

async function allGenerated(): Promise<NumberedMutant['mutant'][]> {
  const made = Object.entries(DECIDING_FILES).map(async ([file, tests]) =>
    generatedMutants(file, await sourceOf(file), tests),
  );
  return (await Promise.all(made)).flat();
}

async function chosen<M extends Mutant>(mutants: readonly M[], only: string | undefined): Promise<M[]> {
  if (only === undefined) return [...mutants];
  const names = await Promise.all(
    mutants.map(async (mutant) => `${mutantName(mutant, await sourceOf(mutant.file))} ${mutant.why}`),
  );
  const wanted = only.split(',');
  return mutants.filter((_, index) => wanted.some((each) => names[index]?.includes(each)));
}

/** All mutants in the order in which the seed draws them. */
function drawn(mutants: readonly NumberedMutant['mutant'][], seed: number): NumberedMutant[] {
  const random = new SeededRandom(seed, 0);
  return mutants
    .map((mutant, index) => ({ mutant, id: index + 1, draw: random.next() }))
    .sort((a, b) => a.draw - b.draw)
    .map(({ id, mutant }) => ({ id, mutant }));
}

/** The first mutants that the compiler accepts, in the order of their files. */
async function sound(
  all: readonly NumberedMutant[],
  wanted: number,
  kept: string | undefined,
): Promise<NumberedMutant[]> {
  const candidates = all.slice(0, wanted * 2);
  const ofCompiler = async () => [...(await refusedByCompiler(candidates))];
  const refused = new Set(await keptAnswer(kept, { refusedOf: candidates }, ofCompiler));
  return candidates
    .filter(({ id }) => !refused.has(id))
    .slice(0, wanted)
    .sort((a, b) => a.id - b.id);
}

function sourceOf(file: string): Promise<string> {
  return readFile(new URL(`../../${file}`, import.meta.url), 'utf8');
}
