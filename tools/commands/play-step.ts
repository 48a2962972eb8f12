import {
  type Account,
  type Course,
  coursesOf,
  type Said,
  SILENT,
  type Step,
  type TypedCommand,
} from './typed-command.ts';
import { copyOf, type World } from './world.ts';
import { caughtUp, mayLag } from './world-publish.ts';

/** What is possible after a command, or why nothing is. */
export type Judged = { worlds: World[]; complaints: string[] };

/** The worlds that agree with what a command said. */
export function judgeCommand(worlds: readonly World[], command: TypedCommand, said: Said): Judged {
  const courses = worlds.flatMap((world) => coursesOf(world, command.steps));
  return judged(
    courses.map(({ world, account }) => ({
      world: settled(world, command, said),
      complaints: command.complaints(said, account),
    })),
  );
}

/** A command that was killed did some of its steps, and readers may see some of what the last one published. */
export function judgeKilled(worlds: readonly World[], command: TypedCommand): Judged {
  const maybe = command.steps.map(
    (step): Step =>
      (course) => [course, ...step(course)],
  );
  const after = worlds.flatMap((world) =>
    coursesOf(world, maybe).map((course) =>
      command.day ? mayLag(world, course.world, command.day.dataset, command.day.businessDate) : course.world,
    ),
  );
  return { worlds: distinct(after), complaints: [] };
}

/** Two commands at once: what stands is what some order of their steps makes. */
export function judgePair(
  worlds: readonly World[],
  [first, second]: readonly [TypedCommand, TypedCommand],
  [one, other]: readonly [Said, Said],
): Judged {
  const orders = interleaved(first.steps, second.steps);
  const loose: Account = { ...SILENT, isLoose: true };
  const both = worlds.flatMap((world) =>
    orders.flatMap((order) =>
      order.reduce<PairCourse[]>(
        (courses, { of, step }) => courses.flatMap((course) => paired(course, of, step)),
        [{ world, accounts: [loose, loose] }],
      ),
    ),
  );
  return judged(
    both.map(({ world, accounts: [a, b] }) => ({
      world: settled(settled(world, first, one), second, other),
      complaints: [...first.complaints(one, a), ...second.complaints(other, b)],
    })),
  );
}

interface PairCourse {
  world: World;
  accounts: readonly [Account, Account];
}

function paired({ world, accounts: [a, b] }: PairCourse, of: 0 | 1, step: Step): PairCourse[] {
  const courses: Course[] = step({ world, account: of === 0 ? a : b });
  return courses.map((course) => ({
    world: course.world,
    accounts: of === 0 ? [course.account, b] : [a, course.account],
  }));
}

type Ordered = { of: 0 | 1; step: Step }[];

function interleaved(some: readonly Step[], others: readonly Step[]): Ordered[] {
  const [first, ...rest] = some;
  const [other, ...more] = others;
  if (!first || !other)
    return [
      [
        ...some.map((step) => ({ of: 0 as const, step })),
        ...others.map((step) => ({ of: 1 as const, step })),
      ],
    ];
  return [
    ...interleaved(rest, others).map((order): Ordered => [{ of: 0, step: first }, ...order]),
    ...interleaved(some, more).map((order): Ordered => [{ of: 1, step: other }, ...order]),
  ];
}

/** A command that says that it published has finished what another one may have left half done. */
function settled(world: World, { day, words }: TypedCommand, { code, out }: Said): World {
  if (!day || code !== 0) return world;
  if (words[0] === 'convert' && !out.includes('"published":true')) return world;
  return caughtUp(copyOf(world), day.dataset, day.businessDate);
}

function judged(outcomes: { world: World; complaints: string[] }[]): Judged {
  const right = outcomes.filter(({ complaints }) => complaints.length === 0);
  const fewest = outcomes.toSorted((a, b) => a.complaints.length - b.complaints.length)[0];
  return {
    worlds: distinct(right.map(({ world }) => world)),
    complaints: right.length > 0 ? [] : (fewest?.complaints ?? ['no step can end so']),
  };
}

/** Worlds that nothing tells apart are one. */
export function distinct(worlds: World[]): World[] {
  return [...new Map(worlds.map((world) => [JSON.stringify(world), world])).values()];
}
