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
    case 'money': {
      const [whole = '0', fraction = ''] = String(value).split('.');
      const sign = whole.startsWith('-') ? '−' : '';
      const digits = new Intl.NumberFormat(locale).format(BigInt(whole.replace('-', '')));
      return `${sign}${digits}${language === 'pt' ? ',' : '.'}${fraction.padEnd(2, '0').slice(0, 2)}`;
    }
    case 'share':
      return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 }).format(
        Number(value),
      );
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

/** The same for an axis: 38376678403.93 → `38.4 bn`. */
export function shortText(value: number, kind: FigureKind, language: DashboardLanguage): string {
  if (kind === 'share') return figureText(value, kind, language);
  const locale = LOCALES[language];
  const [from, unit] = SHORT_UNITS[language].find(([least]) => Math.abs(value) >= least) ?? [1, ''];
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(value / from)}${unit}`;
}
