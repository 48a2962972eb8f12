import { UsageError } from '../shared/errors.ts';
import { parseAsOf } from '../shared/pipeline/operate/as-of.ts';
import { lakeAsOf } from '../shared/pipeline/operate/lake-as-of.ts';
import type { CatalogFile } from '../shared/ports/catalog.ts';
import { shellWord } from '../shared/shown-text.ts';
import { lakePorts } from './lake-arguments.ts';

/** The tables of a lake as they were. */
interface PastTables {
  catalogs: CatalogFile[];
  /** Fails with `UsageError` if the SQL names a table of which files are gone. */
  requireThere(sql: string): void;
}

/** The tables as they were at `text`: a commit, a snapshot, a time or a date. Fails with `UsageError` if the lake has no such state. */
export async function pastTables(lake: string, text: string): Promise<PastTables> {
  const asOf = parseAsOf(text);
  const { catalogs, gone } = await lakeAsOf(await lakePorts(lake), asOf);
  // A table that this state has lost is in no SQL; the others must not stumble over it.
  const lost = new Set(gone.map(({ table }) => table));
  return {
    catalogs: catalogs.filter(({ dataset }) => !lost.has(dataset)),
    requireThere(sql) {
      const words = new Set(sql.toLowerCase().match(/[\p{L}\p{N}_]+/gu));
      const missed = gone.filter(({ table }) => words.has(table.toLowerCase()));
      const [first] = missed;
      if (!first) return;
      const days = new Set(missed.map(({ businessDate, commit }) => `${businessDate}/${commit}`));
      throw new UsageError({
        what: `${first.table} cannot be read as of ${text} any more`,
        why: `Files of ${[...days].slice(0, 10).join(', ')}${days.size > 10 ? ' and more' : ''} were removed: those commits were replaced longer ago than clean keeps files.`,
        next: `States after those commits were replaced can be read; "npx positional-lake history --lake ${shellWord(lake)}" says when.`,
      });
    },
  };
}
