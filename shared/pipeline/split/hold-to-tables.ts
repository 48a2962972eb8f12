import type { Layout } from '../../layout/layout.ts';
import type { SplitPorts } from '../../ports/pipeline-ports.ts';
import { type Refusal, refuse } from '../../refusal.ts';
import { dayEntries } from '../store/day-ledger.ts';
import { fitTables, unitedSchemas } from '../store/fit-tables.ts';
import { isOnlyLayout } from '../store/kept-terms.ts';
import { tableSchemas } from '../store/table-schemas.ts';

const WIDER = 'a decimal with more digits, without fewer before or after the point';
const WIDER_IN_ATHENA =
  'a decimal with more digits before the point, as many after it, and not from 18 digits or fewer to more';

/**
 * Compares a layout with the tables that its rows will be in, before a byte is converted: those that readers have, and as long as they have
 * none those of the files of the day that are loaded already. A difference that no type can hold is a refusal.
 */
export async function holdToTables(
  ports: Pick<SplitPorts, 'catalog' | 'lake'>,
  layout: Layout,
  sourceKey: string,
  businessDate: string | null,
): Promise<{ refusal?: Refusal; warnings: string[] }> {
  const { rows, rejects } = tableSchemas(layout);
  const wanted = [...rows, rejects];
  const { problems, notes, isNew } = await fitTables(ports.catalog, wanted);
  // Files of one layout fit together, however many there are: none of them need be read.
  if (isNew && businessDate !== null && !(await isOnlyLayout(ports.lake, layout, businessDate))) {
    const entries = await dayEntries(ports.lake, layout.name, businessDate);
    const loaded = entries.filter((entry) => entry.sourceKey !== sourceKey);
    const others = loaded.flatMap((entry) => entry.loaded?.tables ?? []);
    problems.push(...unitedSchemas([], [...others, ...wanted], ports.catalog).problems);
  }
  if (problems.length === 0) return { warnings: notes.map((note) => `${sourceKey}: ${note}`) };
  const refusal = refuse('layout-changed', {
    where: sourceKey,
    what: `layout ${layout.name} does not fit what is loaded under its name: ${[...new Set(problems)].join('; ')}`,
    why: `Readers see all days of a dataset as one table. A type may only become wider: ${ports.catalog.castsNumbers ? WIDER : WIDER_IN_ATHENA}.`,
    next: 'Give the changed layout another name, so that it fills tables of its own; or correct it, or convert the loaded days again into a new lake.',
  });
  return { refusal, warnings: [] };
}
