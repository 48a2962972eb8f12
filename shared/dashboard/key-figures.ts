import { addDecimals } from './add-decimals.ts';
import type { Dashboard } from './dashboards.ts';
import { type DashboardLanguage, figureText } from './figure-text.ts';
import type { PartAnswer } from './part-answer.ts';

/** The figures above a dashboard, of the rows of its first part. Sums of money are exact. */
export function keyFigures(
  dashboard: Dashboard,
  answer: PartAnswer | undefined,
  language: DashboardLanguage,
): { name: string; text: string }[] {
  return dashboard.figures.map(({ column, of, kind, ...names }) => {
    const at = answer?.columns.findIndex(({ name }) => name === column) ?? -1;
    const values = (answer?.rows ?? []).map((row) => row[at]);
    const value =
      of === 'rows'
        ? values.length
        : sumOf(of === 'last' ? ofNight(dashboard, answer, values) : values, kind === 'money');
    return { name: names[language], text: figureText(value, kind, language) };
  });
}

/** The value of the night that is asked for: a night without contracts has no row, and the last row is then of another night. */
function ofNight({ parts }: Dashboard, answer: PartAnswer | undefined, values: unknown[]): unknown[] {
  const at = answer?.columns.findIndex(({ name }) => name === parts[0]?.chart?.label) ?? -1;
  return values.filter((_, row) => String(answer?.rows[row]?.[at]) === String(answer?.params.business_date));
}

function sumOf(values: unknown[], isMoney: boolean): unknown {
  const known = values.filter((value) => value !== null && value !== undefined);
  if (isMoney) return addDecimals(known.map(String));
  return known.reduce<number>((sum, value) => sum + Number(value), 0);
}
