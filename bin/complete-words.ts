import { layoutNames } from '../local/adapters/project-folders.ts';
import type { Command } from '../terminal/command-line.ts';
import { sayPlain } from '../terminal/print.ts';
import { COMMANDS, type CommandGroup } from './commands.ts';

/** A line that lets the shell complete the names of files. */
const FILES = ':files';

/**
 * Prints what the last of `words` may become, as the scripts of `positional-lake completions` read it: a line for each word, with its
 * meaning after a tab, and `:files` if a file may stand there. `words` are those after the program's name; the last may be empty.
 */
export async function completeWords(words: readonly string[]): Promise<void> {
  const current = words.at(-1) ?? '';
  const found = await candidates(words.slice(0, -1), current);
  const lines = found.filter(([word]) => word === FILES || word.startsWith(current));
  if (lines.length > 0) sayPlain(lines.map((line) => line.join('\t')));
}

type Candidate = [word: string, meaning?: string];
type Entry = (typeof COMMANDS)[number] | CommandGroup['commands'][number];

async function candidates(before: readonly string[], current: string): Promise<Candidate[]> {
  let entries: readonly Entry[] = COMMANDS;
  for (const [index, word] of before.entries()) {
    const entry = entries.find(({ name }) => name === word);
    if (entry === undefined) return [];
    if ('load' in entry) return wordsOf(await entry.load(), before.slice(index + 1), current);
    entries = entry.commands;
  }
  return entries.map(({ name, summary }) => [name, summary]);
}

async function wordsOf({ line }: Command, before: readonly string[], current: string): Promise<Candidate[]> {
  const last = before.at(-1) ?? '';
  const flag = last.startsWith('--') ? line.flags[last.slice(2)] : undefined;
  if (flag?.type === 'string') {
    if (flag.choices) return flag.choices.map((choice) => [choice]);
    return [...(last === '--layout' ? await namesOfLayouts() : []), [FILES]];
  }
  const flags = Object.entries(line.flags).flatMap(([name, { help, multiple }]): Candidate[] =>
    help === undefined || (before.includes(`--${name}`) && !multiple)
      ? []
      : [[`--${name}`, help.split('\n')[0] ?? '']],
  );
  if (current.startsWith('-') || !line.takesWords) return flags;
  return [...(line.usage.includes(' layout ') ? await namesOfLayouts() : []), [FILES]];
}

async function namesOfLayouts(): Promise<Candidate[]> {
  return (await layoutNames()).map((name) => [name, 'a layout']);
}
