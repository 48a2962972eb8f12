import { EXIT_LOADED, exitCodeFrom, runCommand } from './exit.ts';
import { worksUnread } from './output.ts';
import { type Flags, type FlagValues, parseFlags } from './parse-flags.ts';
import { say } from './print.ts';
import { explainedBy, usageError } from './usage-error.ts';

export { usageError } from './usage-error.ts';

/** The name under which people install and type the command. */
export const PROGRAM = 'positional-lake';

/** The declaration of a command: its flags are parsed, and its help and its completions are written from it. */
interface CommandLine<F extends Flags> {
  /** One sentence: what the command does. */
  does: string;
  /** Ways to type it; the first begins with the whole name of the command. */
  usage: string;
  flags: F;
  /** The end of the help, after the flags: units, defaults, exit codes. */
  notes: string;
  /** True if words that belong to no flag are part of the command, such as SQL. */
  takesWords?: boolean;
  /** True if the command is there for what it does: it goes on if nobody reads what it prints. */
  worksUnread?: boolean;
}

/** A command that can be run: with the words after its name, to its exit code. */
export interface Command {
  line: CommandLine<Flags>;
  run(args: readonly string[]): Promise<number>;
}

/** A flag that is there or not. */
export function isSet(help: string) {
  return { type: 'boolean', help } as const;
}

/** A flag with a value. */
export function text(valueName: string, help: string) {
  return { type: 'string', valueName, help } as const;
}

/** A flag with a value of a few. */
export function oneOf(choices: readonly string[], valueName: string, help: string) {
  return { type: 'string', choices, valueName, help } as const;
}

/** A flag with a value that has a default, which the help shows in parentheses. */
export function textOr(defaultValue: string, valueName: string, help: string) {
  return { type: 'string', default: defaultValue, valueName, help: `${help} (${defaultValue})` } as const;
}

/** A flag with a value that may be given several times. */
export function texts(valueName: string, help: string) {
  return { type: 'string', multiple: true, valueName, help } as const;
}

/**
 * A command from its declaration and from what it does with its parsed flags, which answers the exit code. `--help` prints the help; a
 * word that belongs to no flag is a `UsageError` unless the command takes words. Errors are printed as `exitCodeFrom` does.
 */
export function defineCommand<const F extends Flags>(
  line: CommandLine<F>,
  main: (values: FlagValues<F>, words: string[]) => Promise<number>,
): Command {
  return {
    line,
    run: (args) =>
      exitCodeFrom(async () => {
        worksUnread(line.worksUnread === true);
        if (asksForHelp(args)) {
          say(...helpText(line).split('\n'));
          return EXIT_LOADED;
        }
        const help = `${nameOf(line)} --help`;
        explainedBy(help);
        const { values, words } = parseFlags(line.flags, args, help);
        const [word] = words;
        if (word !== undefined && !line.takesWords)
          throw usageError(`'${word}' belongs to no flag`, undefined, help);
        return main(values, words);
      }),
  };
}

/** Runs a command that is a script of its own, and ends the process with its exit code. */
export async function runWithFlags<const F extends Flags>(
  line: CommandLine<F>,
  main: (values: FlagValues<F>, words: string[]) => Promise<number>,
): Promise<void> {
  return runCommand(() => defineCommand(line, main).run(process.argv.slice(2)));
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).some((word) => word === '--help' || word === '-h');
}

/** `positional-lake layout guess DATA [flags]` → `positional-lake layout guess`, `npm run chaos -- [flags]` → `npm run chaos --`. */
function nameOf({ usage }: CommandLine<Flags>): string {
  return /^\S+(?: [a-z][a-z:-]*)*(?: --(?= ))?/.exec(usage)?.[0] ?? PROGRAM;
}

function helpText({ does, usage, flags, notes }: CommandLine<Flags>): string {
  const shown = Object.entries(flags).flatMap(([name, { valueName = '', help }]) =>
    help === undefined ? [] : [{ flag: `--${name} ${valueName}`.trimEnd(), help }],
  );
  const width = Math.max(0, ...shown.map(({ flag }) => flag.length));
  const lines = shown.map(({ flag, help }) => {
    const indent = `\n${' '.repeat(width + 4)}`;
    return `  ${flag.padEnd(width)}  ${help.replaceAll('\n', indent)}`;
  });
  return [does, usage, lines.join('\n'), notes].filter((part) => part !== '').join('\n\n');
}

/** `--nights 500` → 500. Fails with `UsageError` for anything but up to nine digits. */
export function wholeNumber(flag: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw usageError(`${flag} '${value}' is not a whole number`);
}
