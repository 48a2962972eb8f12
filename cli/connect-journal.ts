import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { JournalEntry } from '../connector/decide/journal-entry.ts';
import type { Settings } from '../connector/decide/settings.ts';
import { EXIT_LOADED } from '../terminal/exit.ts';
import { say, sayJson } from '../terminal/print.ts';
import { entryLine } from './connect-lines.ts';
import { printAnswer } from './query-answer.ts';

const LAST_ENTRIES = 50;

/** Prints the last entries of the journal of this host, or what SQL asks of all of them. */
export async function answerJournal(
  settings: Settings,
  configDir: string,
  words: string[],
  json: boolean,
): Promise<number> {
  const entries = await journalEntries(join(resolve(configDir, settings.stateFolder), 'journal'));
  if (words.length > 0) {
    const { askJournal } = await import('../local/connector/journal-sql.ts');
    for await (const stream of askJournal(entries, words.join(' ')))
      await printAnswer(stream, json ? 'json' : 'table');
    return EXIT_LOADED;
  }
  for (const entry of entries.slice(-LAST_ENTRIES)) {
    if (json) sayJson(entry);
    else say(entryLine(entry));
  }
  if (entries.length === 0) say('The journal is empty.');
  return EXIT_LOADED;
}

async function journalEntries(folder: string): Promise<JournalEntry[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.jsonl'));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const entries = texts.flatMap((text) => text.split('\n')).flatMap(entryOf);
  return entries.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.sequence - b.sequence));
}

/** A line that a loss of power cut off is no entry. */
function entryOf(line: string): JournalEntry[] {
  try {
    return [JSON.parse(line) as JournalEntry];
  } catch {
    return [];
  }
}
