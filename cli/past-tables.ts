import { UsageError } from '../shared/errors.ts';
import { parseAsOf } from '../shared/pipeline/operate/as-of.ts';
import { lakeAsOf } from '../shared/pipeline/operate/lake-as-of.ts';
import type { CatalogFile } from '../shared/ports/catalog.ts';
import { shellWord, withShortValues } from '../shared/shown-text.ts';
import { lakePorts } from './lake-arguments.ts';

const MOST_NAMED = 10;

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
      const of = (how: string) => missed.filter(({ lost }) => lost.how === how);
      const [removed, others] = [of('removed'), [...of('damaged'), ...of('aside')]];
      const repair = `"npx positional-lake repair --lake ${shellWord(lake)}"`;
      const history = `"npx positional-lake history --lake ${shellWord(lake)}" says when.`;
      throw new UsageError({
        what: `${first.table} cannot be read as of ${text} any more`,
        why: [
          ...(removed.length > 0
            ? [
                `Files of ${daysText(removed)} were removed: those commits were replaced longer ago than clean keeps files.`,
              ]
            : []),
          ...others
            .map(({ businessDate, commit, lost }) => damageText(`${businessDate}/${commit}`, lost))
            .slice(0, MOST_NAMED),
        ].join(' '),
        next:
          of('damaged').length > 0
            ? `To mend it from what is whole, if that is there: ${repair}. States without it can be read; ${history}`
            : removed.length > 0
              ? `States after those commits were replaced can be read; ${history}`
              : `States without it can be read; ${history}`,
      });
    },
  };
}

type Gone = Awaited<ReturnType<typeof lakeAsOf>>['gone'][number];

function daysText(gone: Gone[]): string {
  const days = new Set(gone.map(({ businessDate, commit }) => `${businessDate}/${commit}`));
  return `${[...days].slice(0, MOST_NAMED).join(', ')}${days.size > MOST_NAMED ? ' and more' : ''}`;
}

function damageText(commit: string, { key, how }: Gone['lost']): string {
  const what = how === 'damaged' ? 'is damaged' : 'was damaged, and repair moved it aside to damaged/';
  return `${withShortValues(key)}, which ${commit} has, ${what}.`;
}
