import { namedQueries } from '../../local/serve/query-catalog.ts';
import { grantOf, readRoles, unknownQueries, unknownTables } from '../../shared/ask/grant.ts';
import { PipelineError } from '../../shared/errors.ts';
import { datasetsOf } from '../../shared/layout/layout.ts';
import type { PublishedTables } from '../../shared/ports/query-engine.ts';
import { type ShownColumn, shownColumns } from '../template/personal-columns.ts';
import { projectLayouts } from '../template/project-layouts.ts';
import type { Check, Problem } from './template.ts';

const FUNCTION = 'QueryLambdaFunction';

/** The roles of the query service can be read, name tables and columns that there are, and a role that hides people hides them all. */
export const queryRoles: Check = {
  name: 'roles of the query service',
  async run({ template }) {
    const text = String(template.Resources[FUNCTION]?.Properties?.Environment?.Variables?.QUERY_ROLES);
    const problems: Problem[] = [];
    const where = `${FUNCTION}.QUERY_ROLES`;
    const next = 'Correct queryRoles of the stage; docs/ask.md lists its keys.';
    try {
      const roles = readRoles(text, 'queryRoles');
      const columns = await columnsOfTables();
      const published: PublishedTables = new Map(
        [...columns].map(([table, of]) => [table, { columns: of, days: {}, contents: {} }]),
      );
      const unknown = [
        ...unknownTables(roles, published),
        ...unknownQueries(roles, [...(await namedQueries()).keys()]),
      ];
      problems.push(...unknown.map((what) => ({ where, what, next })));
      for (const [name, role] of Object.entries(roles)) {
        for (const [table, seen] of grantOf(name, role, published).tables ?? []) {
          const given = role.tables === 'all' ? 'all' : role.tables[table];
          if (seen === 'all' || given === undefined || given === 'all' || 'only' in given) continue;
          const left = (columns.get(table) ?? []).filter(
            (column) => isOfPeople(column) && seen.includes(column.name),
          );
          if (left.length > 0)
            problems.push({
              where,
              what: `the role ${name} hides ${given.except.join(', ')} of ${table}, but sees ${left.map((column) => column.name).join(', ')}, which the layout marks as personal`,
              next: 'Hide them too, or list the columns that the role sees with "only".',
            });
        }
      }
      return { looked: Object.keys(roles).length, problems };
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error;
      return { looked: 1, problems: [{ where, what: error.message.replace(/\.$/, ''), next }] };
    }
  },
};

function isOfPeople({ shown }: ShownColumn): boolean {
  return shown !== 'whole';
}

async function columnsOfTables(): Promise<Map<string, ShownColumn[]>> {
  const datasets = (await projectLayouts()).flatMap(({ layout }) => datasetsOf(layout));
  return new Map(datasets.map(({ name, columns }) => [name, shownColumns(columns)]));
}
