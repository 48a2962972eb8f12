import { readFile } from 'node:fs/promises';
import { SeededRandom } from '../../generator/seeded-random.ts';
import { isSet, runWithFlags, text, textOr, wholeNumber } from '../../terminal/command-line.ts';
import { EXIT_FAILED, EXIT_LOADED } from '../../terminal/exit.ts';
import { generatedMutants } from './generated-mutants.ts';
import { LISTED_MUTANTS } from './listed-mutants.ts';
import { type Mutant, mutantName } from './mutant.ts';
import { DECIDING_FILES, explanationOf } from './rooms.ts';
import { type Outcome, ScratchProject } from './scratch-project.ts';

const COMMAND = {
  does: 'Breaks one small thing after the other in a copy of the project, and runs the tests of that place: each must be caught.\nThe mutants are a list, and what rules make of the files that decide what is counted, published or removed.',
  usage: 'npm run mutants -- [flags]',
  flags: {
    only: text('TEXT', 'only mutants with this text in their file, code or reason'),
    listed: isSet('only those of the list'),
    sample: text('N', 'only so many of them, drawn by the seed'),
    seed: textOr('1', 'S', 'another seed draws others'),
    workers: textOr('2', 'N', 'copies of the project that are tried at once'),
    limit: textOr('300', 'SECONDS', 'the longest time for the tests of one mutant'),
  },
  notes: `A survivor is a change that no test saw; tools/mutants/rooms.ts explains those that no test can see.
Ends with 1 if fewer than 95 % are caught, a mutant makes a test hang, or
one of the list is stale.`,
} as const;

const LEAST_CAUGHT = 0.95;
const STALE =
  'The file does not hold this code exactly once any more: adapt tools/mutants/listed-mutants.ts.';
/** For the tests of all mutants together, once before the first. */
const LONGEST_MS = 60 * 60 * 1000;

await runWithFlags(COMMAND, async (values) => {
  const limitMs = wholeNumber('--limit', values.limit) * 1000;
  const named = await namedMutants(values.listed === true, values.only);
  const wanted = values.sample === undefined ? named.length : wholeNumber('--sample', values.sample);
  const chosen = drawn(named, wanted, wholeNumber('--seed', values.seed));
  const counts: Record<Outcome | 'explained', number> = {
    caught: 0,
    survived: 0,
    'timed out': 0,
    stale: 0,
    explained: 0,
  };
  const queue = chosen.values();
  const work = async () => {
    await using scratch = await ScratchProject.make();
    for (const { mutant, name } of queue) {
      const outcome = await scratch.tryMutant(mutant, limitMs);
      const explained =
        outcome === 'survived' ? explanationOf(mutant, await sourceOf(mutant.file)) : undefined;
      counts[explained ? 'explained' : outcome]++;
      console.log(`${(explained ? 'explained' : outcome).padEnd(9)}  ${name}`);
      if (outcome === 'stale') console.log(`           ${STALE}`);
      else if (outcome !== 'caught') console.log(`           ${explained ?? mutant.why}`);
    }
  };
  const broken = await failingTests(chosen.map(({ mutant }) => mutant));
  if (broken) {
    console.error('The tests fail without any mutant, so they prove nothing. Run npm test first.');
    return EXIT_FAILED;
  }
  await Promise.all(Array.from({ length: wholeNumber('--workers', values.workers) }, work));
  const judged = chosen.length - counts.explained;
  const share = judged === 0 ? 1 : counts.caught / judged;
  console.log(
    `${chosen.length} mutants: ${counts.caught} caught (${(share * 100).toFixed(1)} %), ${counts.survived} survived, ${counts['timed out']} timed out, ${counts.stale} stale, ${counts.explained} explained.`,
  );
  return share >= LEAST_CAUGHT && counts['timed out'] + counts.stale === 0 ? EXIT_LOADED : EXIT_FAILED;
});

interface NamedMutant {
  mutant: Mutant;
  name: string;
}

async function namedMutants(onlyListed: boolean, only: string | undefined): Promise<NamedMutant[]> {
  const listed = await Promise.all(
    LISTED_MUTANTS.map(async (mutant) => ({ mutant, name: mutantName(mutant, await sourceOf(mutant.file)) })),
  );
  const generated = onlyListed ? [] : Object.entries(DECIDING_FILES);
  const made = await Promise.all(
    generated.map(async ([file, tests]) => {
      const source = await sourceOf(file);
      return generatedMutants(file, source, tests).map((mutant) => ({
        mutant,
        name: mutantName(mutant, source),
      }));
    }),
  );
  return [...listed, ...made.flat()].filter(
    ({ mutant, name }) => only === undefined || `${name} ${mutant.why}`.includes(only),
  );
}

/** `count` of the mutants, in their order. */
function drawn(mutants: NamedMutant[], count: number, seed: number): NamedMutant[] {
  const random = new SeededRandom(seed, 0);
  return mutants
    .map((mutant, index) => ({ mutant, index, draw: random.next() }))
    .sort((a, b) => a.draw - b.draw)
    .slice(0, count)
    .sort((a, b) => a.index - b.index)
    .map(({ mutant }) => mutant);
}

/** Do any tests of these mutants fail in the project as it is? */
async function failingTests(mutants: Mutant[]): Promise<boolean> {
  const tests = [...new Set(mutants.flatMap((mutant) => mutant.tests))];
  if (tests.length === 0) return false;
  await using scratch = await ScratchProject.make();
  return (await scratch.runTests(tests, LONGEST_MS)) !== 'survived';
}

function sourceOf(file: string): Promise<string> {
  return readFile(new URL(`../../${file}`, import.meta.url), 'utf8');
}
