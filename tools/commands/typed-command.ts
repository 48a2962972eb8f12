import type { World } from './world.ts';
import type { FileVerdict } from './world-load.ts';

/** A command as people type it, and what it must do. */
export interface TypedCommand {
  /** Counted in the table of steps. */
  name: string;
  /** Words after `npx positional-lake`. */
  words: readonly string[];
  /** Files that must be there before: inputs, the layout, a day manifest. */
  files: readonly { path: string; bytes: string | Uint8Array }[];
  /** The day whose readers may see a change; undefined if it changes nothing that is seen. */
  day: { dataset: string; businessDate: string } | undefined;
  /** What it does, one after the other; another command may come between two steps. */
  steps: readonly Step[];
  /** What is wrong with what it printed. */
  complaints(said: Said, account: Account): string[];
}

/** What a command said and how it ended. */
export interface Said {
  code: number | null;
  signal?: NodeJS.Signals | null;
  out: string;
  err: string;
}

/** What a command must say, as far as its steps were done. */
export interface Account {
  exits: readonly number[];
  verdicts: Readonly<Record<string, FileVerdict>>;
  isPublished?: boolean;
  /** Another command ran at the same time. */
  isLoose?: boolean;
}

export interface Course {
  world: World;
  account: Account;
}

/** Every way in which a step may go right. */
export type Step = (course: Course) => Course[];

export const SILENT: Account = { exits: [0], verdicts: {} };

/** Every way in which all steps may go right. */
export function coursesOf(world: World, steps: readonly Step[]): Course[] {
  return steps.reduce<Course[]>((courses, step) => courses.flatMap(step), [{ world, account: SILENT }]);
}

/** The words as a shell takes them. */
export function pasted({ words }: Pick<TypedCommand, 'words'>): string {
  const shown = words.map((word) => (/^[\w./=:,+-]+$/.test(word) ? word : `'${word}'`));
  return `npx positional-lake ${shown.join(' ')}`;
}
