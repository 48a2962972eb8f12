import { LAKE } from './lake-commands.ts';
import type { Said, TypedCommand } from './typed-command.ts';

/** Something that a message tells people to type, and the exit codes that keep its promise. */
interface Advice {
  words: string[];
  exits: readonly number[];
}

/** These say what is left as they should, and that is no broken promise. */
const EXITS: Record<string, readonly number[]> = { verify: [0, 3], repair: [0, 3], publish: [0, 3] };

/** What the message of a command that did not do what it was asked tells people to type. */
export function adviceOf(command: TypedCommand, said: Said): Advice[] {
  // A dry run leaves nothing, and says what to type after a conversion.
  if (said.code === 0 || command.words.includes('--dry-run')) return [];
  const text = textOf(said);
  return [...commandsIn(text), ...againWith(command, text)];
}

/** A text of people, and the reasons in objects for programs. */
function textOf({ out, err }: Said): string {
  return `${err}\n${out.replaceAll('\\"', '"')}`;
}

/** Whole commands, between quotes or on a line of their own. */
export function commandsIn(text: string): Advice[] {
  const found = [...text.matchAll(/npx positional-lake ((?:[^"\n\\]|\\[^n])+)/g)].map(
    ([, line = '']) => line,
  );
  return [...new Set(found)].flatMap((line) => {
    const words = shellWords(line).map((word) => (['LAKE', 'DIR'].includes(word) ? LAKE : word));
    const isForm = words.some((word) => /^[A-Z]{3,}$/.test(word) || word === '…');
    const [name = ''] = words;
    return isForm || words.length < 2 ? [] : [{ words, exits: EXITS[name] ?? [0] }];
  });
}

/** The same command with one word more. */
function againWith({ words }: TypedCommand, text: string): Advice[] {
  const [name] = words;
  const more = (word: string) => (words.includes(word) ? [] : [{ words: [...words, word], exits: [0] }]);
  const isOneFile = words.indexOf('--input') === words.length - 2;
  if (name === 'convert' && isOneFile && /convert this one with --force/.test(text)) {
    const [first = '', ...others] = words;
    return words.includes('--force') ? [] : [{ words: [first, '--force', ...others], exits: [0] }];
  }
  if (name === 'rollback' && /with --remove/.test(text)) return more('--remove');
  return [];
}

function shellWords(line: string): string[] {
  const words = line.trim().match(/(?:'[^']*'|[^\s'])+/g) ?? [];
  return words.map((word) => word.replaceAll("'", ''));
}
