import type { FigureKind } from './dashboards.ts';

export type DashboardLanguage = 'en' | 'pt';

const LOCALES: Record<DashboardLanguage, string> = { en: 'en', pt: 'pt-BR' };
const SHORT_UNITS: Record<DashboardLanguage, [from: number, unit: string][]> = {
  en: [
    [1e12, ' tn'],
    [1e9, ' bn'],
    [1e6, ' m'],
    [1e3, ' k'],
  ],
  pt: [
    [1e12, ' tri'],
    [1e9, ' bi'],
    [1e6, ' mi'],
    [1e3, ' mil'],
  ],
};

/** A figure as people read it: money with its two digits, exact; shares in percent. */
export function figureText(value: unknown, kind: FigureKind, language: DashboardLanguage): string {
  if (value === null || value === undefined) return '–';
  const locale = LOCALES[language];
  switch (kind) {
    case 'money':
      return money(String(value), language);
    case 'share':
      return percent(Number(value), language, 2);
    case 'count':
      return new Intl.NumberFormat(locale).format(Number(value));
    case 'number':
      return new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(Number(value));
    case 'month':
      return String(value).slice(0, 7);
    case 'date':
    case 'text':
      return String(value);
  }
}

/** With two digits, or as many more as the amount has: none is cut off. A text that is no decimal stays as it is. */
function money(text: string, language: DashboardLanguage): string {
  const [, minus, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return text;
  const grouped = new Intl.NumberFormat(LOCALES[language]).format(BigInt(whole));
  return `${minus ? '−' : ''}${grouped}${language === 'pt' ? ',' : '.'}${fraction.padEnd(2, '0')}`;
}

/** As many digits in each row of a column; on an axis only those that say something. */
function percent(share: number, language: DashboardLanguage, leastDigits: number): string {
  const digits = { minimumFractionDigits: leastDigits, maximumFractionDigits: 2 };
  return new Intl.NumberFormat(LOCALES[language], { style: 'percent', ...digits }).format(share);
}

/** The same for an axis: 38376678403.93 → `38.4 bn`. */
export function shortText(value: number, kind: FigureKind, language: DashboardLanguage): string {
  if (kind === 'share') return percent(value, language, 0);
  const locale = LOCALES[language];
  const [from, unit] = SHORT_UNITS[language].find(([least]) => Math.abs(value) >= least) ?? [1, ''];
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(value / from)}${unit}`;
}
