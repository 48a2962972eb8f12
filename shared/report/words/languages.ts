import { ENGLISH, type Words } from './english.ts';
import { PORTUGUESE } from './portuguese.ts';

/** The languages that reports are written in. */
export const REPORT_LANGUAGES = ['en', 'pt'] as const;
export type ReportLanguage = (typeof REPORT_LANGUAGES)[number];

const WORDS: Record<ReportLanguage, Words> = { en: ENGLISH, pt: PORTUGUESE };

export function wordsOf(language: ReportLanguage): Words {
  return WORDS[language];
}

/** The language of a locale, such as `pt_BR.UTF-8`. */
export function languageOf(locale: string | undefined): ReportLanguage {
  return locale !== undefined && /^pt(?![a-z])/i.test(locale) ? 'pt' : 'en';
}
