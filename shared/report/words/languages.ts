import { ENGLISH, type Words } from './english.ts';
import { PORTUGUESE } from './portuguese.ts';

/** The languages that reports are written in. */
export const REPORT_LANGUAGES = ['en', 'pt'] as const;
export type ReportLanguage = (typeof REPORT_LANGUAGES)[number];

const WORDS: Record<ReportLanguage, Words> = { en: ENGLISH, pt: PORTUGUESE };

export function wordsOf(language: ReportLanguage): Words {
  return WORDS[language];
}

/** The language of a locale, such as `pt_BR.UTF-8`, or of a time zone: one of Brazil reads Portuguese. */
export function languageOf(locale: string | undefined, timeZone?: string): ReportLanguage {
  if (locale !== undefined && /^pt\b|^pt_/i.test(locale)) return 'pt';
  return locale === undefined &&
    timeZone !== undefined &&
    /^America\/(Sao_Paulo|Bahia|Fortaleza|Manaus|Recife|Belem)$/.test(timeZone)
    ? 'pt'
    : 'en';
}
