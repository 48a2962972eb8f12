import { parseArgs } from 'node:util';
import { UsageError } from '../shared/errors.ts';
import { EXIT_LOADED, runCommand } from './exit.ts';
import { say } from './print.ts';

/** One flag of a command, as `parseArgs` takes it and as the help shows it. A flag without `help` works but is not shown. */
interface Flag {
  type: 'string' | 'boolean';
  multiple?: boolean;
  default?: string;
  /** Name of the value in the help, such as `DIR`. */
  valueName?: string;
  /** Meaning of the flag; further lines are indented under the first. */
  help?: string;
}

type Flags = Readonly<Record<string, Flag>>;

/** The declaration of a command: its flags are parsed and its help is written from it. */
interface CommandLine<F extends Flags> {
  /** One sentence: what the command does. */
  does: string;
  /** Ways to type it. */
  usage: string;
  flags: F;
  /** The end of the help, after the flags: units, defaults, exit codes. */
  notes: string;
  /** True if words that belong to no flag are part of the command, such as SQL. */
  takesWords?: boolean;
}

/** A flag that is there or not. */
export function isSet(help: string) {
  return { type: 'boolean', help } as const;
}

/** A flag with a value. */
export function text(valueName: string, help: string) {
  return { type: 'string', valueName, help } as const;
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
 * Runs a command with its parsed flags and ends the process with the exit code that `main` answers. `--help` prints the
 * help; a word that belongs to no flag is a `UsageError` unless the command takes words.
 */
export async function runWithFlags<F extends Flags>(
  command: CommandLine<F>,
  main: (values: FlagValues<F>, words: string[]) => Promise<number>,
): Promise<never> {
  return runCommand(async () => {
    const withHelp: Flags = { ...command.flags, help: { type: 'boolean' } };
    if (parseFlags(withHelp).values.help === true) {
      say(...helpText(command).split('\n'));
      return EXIT_LOADED;
    }
    const { values, positionals } = parseFlags(command.flags);
    const [word] = positionals;
    if (word !== undefined && !command.takesWords) throw usageError(`'${word}' belongs to no flag`);
    return main(values, positionals);
  });
}

/** The parsed values of a command's flags: undefined for a flag that was not given. */
export type FlagValues<F extends Flags> = ReturnType<typeof parseFlags<F>>['values'];

function parseFlags<F extends Flags>(options: F) {
  return parseArgs({ options, allowPositionals: true });
}

function helpText({ does, usage, flags, notes }: CommandLine<Flags>): string {
  const shown = Object.entries(flags).flatMap(([name, { valueName = '', help }]) =>
    help === undefined ? [] : [{ flag: `--${name} ${valueName}`.trimEnd(), help }],
  );
  const width = Math.max(...shown.map(({ flag }) => flag.length));
  const lines = shown.map(({ flag, help }) => {
    const indent = `\n${' '.repeat(width + 4)}`;
    return `  ${flag.padEnd(width)}  ${help.replaceAll('\n', indent)}`;
  });
  return `${does}\n\n${usage}\n\n${lines.join('\n')}\n\n${notes}`;
}

/** A wrong command line: what is wrong, what to give instead, and where every flag is explained. */
export function usageError(what: string, next?: string): UsageError {
  const help = '--help shows every flag';
  return new UsageError({ what, next: next === undefined ? help : `${next}; ${help}` });
}

/** `--nights 500` → 500. Fails with `UsageError` for anything but up to nine digits. */
export function wholeNumber(flag: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw usageError(`${flag} '${value}' is not a whole number`);
}
