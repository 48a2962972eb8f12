import { addDecimals } from './add-decimals.ts';
import type { Dashboard } from './dashboards.ts';
import { type DashboardLanguage, figureText } from './figure-text.ts';
import type { PartAnswer } from './part-answer.ts';

/** The figures above a dashboard, of the rows of its first part. Sums of money are exact. */
export function keyFigures(
  { figures }: Dashboard,
  answer: PartAnswer | undefined,
  language: DashboardLanguage,
): { name: string; text: string }[] {
  return figures.map(({ column, of, kind, ...names }) => {
    const at = answer?.columns.findIndex(({ name }) => name === column) ?? -1;
    const values = (answer?.rows ?? []).map((row) => row[at]);
    const value =
      of === 'rows' ? values.length : of === 'last' ? values.at(-1) : sumOf(values, kind === 'money');
    return { name: names[language], text: figureText(value, kind, language) };
  });
}

function sumOf(values: unknown[], isMoney: boolean): unknown {
  const known = values.filter((value) => value !== null && value !== undefined);
  if (isMoney) return addDecimals(known.map(String));
  return known.reduce<number>((sum, value) => sum + Number(value), 0);
}
