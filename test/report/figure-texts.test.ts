import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FigureTexts } from '../../shared/report/figure-texts.ts';
import { ENGLISH } from '../../shared/report/words/english.ts';
import { languageOf } from '../../shared/report/words/languages.ts';
import { PORTUGUESE } from '../../shared/report/words/portuguese.ts';

const english = new FigureTexts('en', 'America/Sao_Paulo');
const portuguese = new FigureTexts('pt-BR', 'America/Sao_Paulo');

describe('figures as people write them', () => {
  it('keep every digit of a decimal, however long it is', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.nat({ max: 20 }), (unscaled, scale) => {
        const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
        const [whole, fraction] = [
          digits.slice(0, digits.length - scale),
          digits.slice(digits.length - scale),
        ];
        const text = `${unscaled < 0n ? '-' : ''}${whole}${scale > 0 ? `.${fraction}` : ''}`;
        const shown = portuguese.decimal(text);
        expect(shown.replaceAll('.', '').replace(',', '.').replace('−', '-')).toBe(text);
        expect(english.decimal(text).replaceAll(',', '').replace('−', '-')).toBe(text);
      }),
    );
  });

  it('are grouped and pointed as in each language', () => {
    expect(english.decimal('-1234567.50')).toBe('−1,234,567.50');
    expect(portuguese.decimal('-1234567.50')).toBe('−1.234.567,50');
    expect(portuguese.count(1234)).toBe('1.234');
    expect(english.decimal('not a number')).toBe('not a number');
    expect([999, 12_345, 10_400_000_000].map((bytes) => english.bytes(bytes))).toEqual([
      '999 B',
      '12.3 kB',
      '10.4 GB',
    ]);
    expect([0.0043, 12.5].map((usd) => portuguese.usd(usd))).toEqual(['US$ 0,0043', 'US$ 12,50']);
    expect([125, -1, 0].map((points) => english.signedPercent(points))).toEqual([
      '+1.25 %',
      '−0.01 %',
      '±0.00 %',
    ]);
    expect([120, 4_200, 61_000, 120_000, 11_880_000].map((ms) => english.duration(ms))).toEqual([
      ...['120 ms', '4.2 s', '1 min 1 s', '2 min', '3 h 18 min'],
    ]);
  });

  it('show the clock of the zone', () => {
    const at = '2025-08-13T05:47:03.250Z';
    expect(english.clock(at, 'minutes')).toBe('02:47');
    expect(english.clock(at, 'seconds')).toBe('02:47:03');
    expect(english.clock(at, 'tenths')).toBe('02:47:03.2');
    expect(english.dateAndTime(at)).toBe('13 Aug 2025, 02:47:03');
    expect(portuguese.day('2025-08-12')).toBe('terça-feira, 12 de agosto de 2025');
    expect(portuguese.shortDay('2025-08-12')).toBe('12/08');
    expect(english.month('2025-08')).toBe('August 2025');
  });
});

describe('the words', () => {
  it('are said in both languages, and differ', () => {
    expect(Object.keys(PORTUGUESE).sort()).toEqual(Object.keys(ENGLISH).sort());
    const sample = (words: typeof ENGLISH | typeof PORTUGUESE, name: keyof typeof ENGLISH) => {
      const word = words[name];
      return typeof word === 'string' ? word : (word as (...texts: string[]) => string)('<1>', '<2>');
    };
    // Terms that both languages have.
    const same = new Set([
      'total',
      'controlTotal',
      'commit',
      'checksum',
      'hex',
      'kind_rollback',
      'titleOfMonth',
      'exampleAt',
    ]);
    for (const name of Object.keys(ENGLISH) as (keyof typeof ENGLISH)[]) {
      if (same.has(name)) continue;
      expect([name, sample(PORTUGUESE, name)]).not.toEqual([name, sample(ENGLISH, name)]);
      for (const part of ['<1>', '<2>']) {
        expect([name, sample(PORTUGUESE, name).includes(part)]).toEqual([
          name,
          sample(ENGLISH, name).includes(part),
        ]);
      }
    }
  });

  it('are those of the locale', () => {
    const locales = ['pt_BR.UTF-8', 'pt', 'en_US.UTF-8', 'C', undefined];
    expect(locales.map((locale) => languageOf(locale))).toEqual(['pt', 'pt', 'en', 'en', 'en']);
  });
});
