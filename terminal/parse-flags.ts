import { Command, CommanderError, Option } from 'commander';
import { usageError } from './usage-error.ts';

/** One flag of a command, as it is parsed and as the help shows it. A flag without `help` works but is not shown. */
interface Flag {
  type: 'string' | 'boolean';
  multiple?: boolean;
  default?: string;
  /** Name of the value in the help, such as `DIR`. */
  valueName?: string;
  /** All its values, if they are few: for completions. */
  choices?: readonly string[];
  /** Meaning of the flag; further lines are indented under the first. */
  help?: string;
}

export type Flags = Readonly<Record<string, Flag>>;

/** The parsed values of a command's flags: undefined for a flag that was not given. */
export type FlagValues<F extends Flags> = {
  -readonly [Name in keyof F]: FlagValue<F[Name]>;
};

type FlagValue<Of extends Flag> = Of['type'] extends 'boolean'
  ? boolean | undefined
  : Of extends { multiple: true }
    ? string[] | undefined
    : Of extends { default: string }
      ? string
      : string | undefined;

/** The words of a command line, read: what each flag was given, and the words that belong to none. */
interface ParsedWords<F extends Flags> {
  values: FlagValues<F>;
  words: string[];
}

/** Reads the words after a command's name. Fails with `UsageError`, which names the nearest flag if one is misspelt. */
export function parseFlags<F extends Flags>(flags: F, args: readonly string[], help: string): ParsedWords<F> {
  const options = new Map(Object.entries(flags).map(([name, flag]) => [name, optionOf(name, flag)]));
  refuseMissingValues(flags, args, help);
  const parser = new Command().exitOverride().helpOption(false).allowExcessArguments();
  parser.configureOutput({ writeErr: () => undefined });
  for (const option of options.values()) parser.addOption(option);
  try {
    parser.parse(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) throw wrongFlag(error, help);
    throw error;
  }
  const values = Object.fromEntries(
    [...options].map(([name, option]) => {
      const value: unknown = parser.getOptionValue(option.attributeName());
      // To the library `--no-sync` says that `sync` is false.
      return [name, option.negate ? (value === false ? true : undefined) : value];
    }),
  );
  return { values: values as FlagValues<F>, words: parser.args };
}

function optionOf(name: string, flag: Flag): Option {
  if (flag.type === 'boolean') return new Option(`--${name}`);
  const option = new Option(`--${name} <value>`);
  if (flag.default !== undefined) option.default(flag.default);
  if (flag.multiple) {
    option.argParser<string[]>((value, before) => [...(before ?? []), value]);
  }
  return option;
}

/** `--lake --json`: the second word is a flag, and no folder of that name. */
function refuseMissingValues(flags: Flags, args: readonly string[], help: string): void {
  for (const [index, word] of args.entries()) {
    if (word === '--') return;
    const flag = word.startsWith('--') ? flags[word.slice(2)] : undefined;
    const next = args[index + 1];
    if (flag?.type !== 'string' || (next !== undefined && !/^-./.test(next))) continue;
    const example = `${word} ${flag.valueName ?? 'VALUE'}`;
    if (next === undefined) throw usageError(`${word} has no value`, `Write ${example}`, help);
    throw usageError(
      `${word} has no value: what follows it is ${next}`,
      `Write ${example}, or ${word}=${next} if that is the value`,
      help,
    );
  }
}

/** What the library says of a wrong flag, in our words. */
function wrongFlag({ message }: CommanderError, help: string): Error {
  const [, unknown] = /unknown option '([^']*)'/.exec(message) ?? [];
  const [, nearest] = /\(Did you mean (?:one of )?(.*)\?\)/s.exec(message) ?? [];
  if (unknown === undefined)
    return usageError(message.replace(/^error: /, '').replaceAll('\n', ' '), undefined, help);
  const advice =
    nearest === undefined ? undefined : `Did you mean ${nearest.replace(/, (?=[^,]*$)/, ' or ')}?`;
  return usageError(`there is no flag ${unknown}`, advice, help);
}
