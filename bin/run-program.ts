import { localVersion } from '../local/local-version.ts';
import { typingDistance } from '../shared/layout/did-you-mean.ts';
import { PROGRAM, usageError } from '../terminal/command-line.ts';
import { EXIT_LOADED, exitCodeFrom } from '../terminal/exit.ts';
import { say } from '../terminal/print.ts';
import { COMMANDS, type CommandGroup } from './commands.ts';
import { completeWords } from './complete-words.ts';

/** Runs `positional-lake` with the words after its name, and answers the exit code. */
export async function runProgram(args: readonly string[]): Promise<number> {
  const [first, ...others] = args;
  return exitCodeFrom(async () => {
    if (first === undefined || first === 'help' || first === '--help' || first === '-h')
      return showHelp(others);
    if (first === '--version' || first === '-V' || first === '-v') {
      say(localVersion());
      return EXIT_LOADED;
    }
    if (first === 'complete') {
      await completeWords(others[0] === '--' ? others.slice(1) : others);
      return EXIT_LOADED;
    }
    return runListed({ name: PROGRAM, summary: '', commands: COMMANDS }, args);
  });
}

/** The commands of the program, or of one word of it. */
interface CommandList {
  name: string;
  summary: string;
  commands: readonly (CommandGroup['commands'][number] | CommandGroup)[];
}

async function runListed(
  { name, commands }: CommandList,
  [word, ...args]: readonly string[],
): Promise<number> {
  const found = commands.find((command) => command.name === word);
  if (found === undefined)
    throw noCommand(
      name,
      word,
      commands.map((command) => command.name),
    );
  if ('load' in found) return (await found.load(args)).run(args);
  const [next] = args;
  if (next === '--help' || next === '-h') {
    say(...listText({ ...found, name: `${name} ${found.name}` }));
    return EXIT_LOADED;
  }
  return runListed({ ...found, name: `${name} ${found.name}` }, args);
}

/** `positional-lake help convert` is `positional-lake convert --help`. */
async function showHelp(words: readonly string[]): Promise<number> {
  const named = words.filter((word) => !word.startsWith('-'));
  if (named.length > 0)
    return runListed({ name: PROGRAM, summary: '', commands: COMMANDS }, [...named, '--help']);
  say(
    'Nightly positional (fixed-width) files to partitioned Parquet, with every input byte accounted for.',
    '',
    ...listText({ name: PROGRAM, summary: '', commands: COMMANDS }),
  );
  return EXIT_LOADED;
}

const EXIT_CODES =
  'Exit codes: 0 done, 1 failed, 2 usage, 3 refused, 130 interrupted; the help of a command says what they mean there.';

function listText({ name, commands }: CommandList): string[] {
  const width = Math.max(...commands.map((command) => command.name.length));
  return [
    `${name} COMMAND [flags]`,
    '',
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    `${name} COMMAND --help shows the flags of a command.${name === PROGRAM ? ` ${PROGRAM} --version shows the version.` : ''}`,
    EXIT_CODES,
  ];
}

/** More letters than this apart, a word is another one. */
const MOST_LETTERS_APART = 3;

function noCommand(program: string, word: string | undefined, names: string[]): Error {
  const help = `${program} --help`;
  if (word === undefined)
    return usageError('a command is missing', `There are ${names.join(', ')}`, help, 'command');
  const near = names.filter(
    (name) => typingDistance(word, name) <= Math.min(MOST_LETTERS_APART, word.length - 1),
  );
  const nearest = near.sort((a, b) => typingDistance(word, a) - typingDistance(word, b))[0];
  const advice = nearest === undefined ? undefined : `Did you mean ${nearest}?`;
  return usageError(`there is no command '${word}'`, advice, help, 'command');
}
