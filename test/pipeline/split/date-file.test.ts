import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BusinessDateUnknown } from '../../../shared/errors.ts';
import { addDays } from '../../../shared/keys/business-date.ts';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import type { BusinessDateRules } from '../../../shared/layout/layout.ts';
import { dateFile } from '../../../shared/pipeline/split/date-file.ts';
import { readsKey } from '../../../shared/pipeline/store/layout-of-key.ts';
import type { Refusal } from '../../../shared/refusal.ts';
import { smallLayout } from '../../support/small-contracts.ts';

const NOW = new Date('2025-08-13T05:00:00Z');
const RULES: BusinessDateRules = {
  headerField: 'day',
  onMismatch: 'warn',
  mostDaysAgo: 1826,
  mostDaysAhead: 31,
};

function date(
  sourceKey: string,
  {
    requested,
    header,
    rules = {},
    files = [],
  }: {
    requested?: string;
    header?: string;
    rules?: Partial<BusinessDateRules>;
    files?: string[];
  } = {},
) {
  const geometry = {
    header:
      header === undefined
        ? null
        : { values: { day: header === '' ? { text: null, invalid: 'invalid-date' } : { text: header } } },
  };
  return dateFile(
    { sourceKey, ...(requested === undefined ? {} : { businessDate: requested }) },
    { businessDate: { ...RULES, ...rules }, files },
    { geometry },
    NOW,
  );
}

describe('the business date of a file', () => {
  test('comes from the command, else the folders, else the name, else the header', () => {
    const inFolder = 'in/year=2025/month=08/day=12/contratos_20250812_001.txt';
    expect(date(inFolder).businessDate).toBe('2025-08-12');
    expect(date('in/contratos_20250811_001.txt', { header: '2025-08-11' })).toEqual({
      businessDate: '2025-08-11',
      warnings: [],
    });
    expect(date('in/contratos.txt', { header: '2025-08-10' }).businessDate).toBe('2025-08-10');
    expect(date('in/contratos.txt', { requested: '2025-08-09' })).toEqual({
      businessDate: '2025-08-09',
      warnings: [],
    });
    expect(() => date('in/contratos.txt')).toThrow(BusinessDateUnknown);
    expect(() => date('in/contratos.txt')).toThrow('nothing says which business date this file belongs to');
  });

  test('two days in a name are said by somebody else, or not at all', () => {
    const key = 'mov_20250811_gerado_20250812.txt';
    expect(() => date(key)).toThrow(/2025-08-11 and 2025-08-12.*--business-date.*\{yyyyMMdd\}/s);
    expect(date(key, { requested: '2025-08-11' })).toEqual({ businessDate: '2025-08-11', warnings: [] });
    expect(date(key, { header: '2025-08-12' })).toEqual({ businessDate: '2025-08-12', warnings: [] });
    expect(date(key, { files: ['mov_{yyyyMMdd}_gerado_*'] }).businessDate).toBe('2025-08-11');
    expect(date(key, { requested: '2025-08-10' }).warnings).toEqual([
      `${key}: its name says 2025-08-11 and 2025-08-12, and the command says 2025-08-10`,
    ]);
    expect(date(key, { header: '2025-08-10' }).warnings).toHaveLength(1);
  });

  test('another day in a folder or a name is a warning, another day in the header also a refusal if the layout says so', () => {
    const key = 'year=2025/month=08/day=12/mov_20250811.txt';
    expect(date(key).warnings).toEqual([`${key}: its name says 2025-08-11, and its key says 2025-08-12`]);
    expect(date('year=2025/month=08/day=12/mov_20250812.txt').warnings).toEqual([]);
    const named = 'mov_20250812.txt';
    expect(date(named, { header: '2025-08-11' }).warnings).toEqual([
      `${named}: its header says 2025-08-11, and its name says 2025-08-12`,
    ]);
    const refused = date(named, { header: '2025-08-11', rules: { onMismatch: 'refuse' } });
    expect(refused.refusal?.code).toBe('business-date-mismatch');
  });

  test('a pattern of files with a date reads the files of any day, and only those', () => {
    const layout = readLayout(
      smallLayout({ files: ['mov_{yyyyMMdd}_*', 'D{yyyy-MM-dd}.txt'] }),
      'small.json',
    );
    const keys = [
      'in/mov_20250811_gerado_20250812.txt',
      'D2025-08-12.txt',
      'mov_gerado_20250812.txt',
      'D20250812.txt',
    ];
    expect(keys.map((key) => readsKey(layout, key))).toEqual([true, true, false, false]);
  });

  test('a header that should say the date and does not is a warning', () => {
    expect(date('mov_20250812.txt', { header: '' }).warnings).toEqual([
      'mov_20250812.txt: its header holds no date in day',
    ]);
    expect(() => date('mov.txt', { header: '' })).toThrow(BusinessDateUnknown);
  });

  test('far from today is a warning', () => {
    const warned = (requested: string, rules?: Partial<BusinessDateRules>) =>
      date('a.txt', { requested, ...(rules ? { rules } : {}) }).warnings.length;
    expect(warned('2020-08-13')).toBe(0);
    expect(warned('2020-08-12')).toBe(1);
    expect(warned('2025-09-13')).toBe(0);
    expect(warned('2025-09-14')).toBe(1);
    expect(warned('2025-08-12', { mostDaysAgo: 0 })).toBe(1);
    expect(warned('2025-08-14', { mostDaysAhead: 0 })).toBe(1);
    expect(date('a.txt', { requested: '2052-08-12' }).warnings[0]).toContain('mostDaysAhead');
  });

  test('a file that cannot be read is refused for that, whatever its name says', () => {
    const refusal: Refusal = { code: 'empty-file', message: 'it is empty' };
    const of = (sourceKey: string) =>
      dateFile({ sourceKey }, { businessDate: RULES, files: [] }, refusal, NOW);
    expect(of('mov_20250811_20250812.txt')).toEqual({ businessDate: null, warnings: [], refusal });
    expect(of('mov_20250811.txt').businessDate).toBe('2025-08-11');
  });

  test('whatever the names hold: a date without a warning is a date that every source agrees with', () => {
    const day = fc.integer({ min: -1826, max: 31 }).map((days) => addDays('2025-08-13', days));
    const digits = day.map((text) => text.replaceAll('-', ''));
    const noise = fc.constantFrom('branch', '0001', '00012345', '2025', '');
    const name = fc
      .array(fc.oneof(digits, noise), { maxLength: 4 })
      .map((parts) => ['mov', ...parts].join('_'));
    const optional = fc.option(day, { nil: undefined });
    fc.assert(
      fc.property(name, optional, optional, optional, (stem, folder, requested, header) => {
        const path =
          folder && `year=${folder.slice(0, 4)}/month=${folder.slice(5, 7)}/day=${folder.slice(8)}/`;
        const options = { ...(requested ? { requested } : {}), ...(header ? { header } : {}) };
        let found: ReturnType<typeof date>;
        try {
          found = date(`${path ?? ''}${stem}.txt`, options);
        } catch (error) {
          expect(error).toBeInstanceOf(BusinessDateUnknown);
          return;
        }
        if (found.warnings.length > 0) return;
        const named = stem
          .split('_')
          .filter((part) => /^(199|20[0-4])\d{5}$/.test(part) && part !== '00012345');
        for (const said of [folder, requested, header]) if (said) expect(said).toBe(found.businessDate);
        if (named.length > 0) expect(named).toContain(found.businessDate!.replaceAll('-', ''));
        if (new Set(named).size > 1) expect(folder ?? requested ?? header).toBeDefined();
      }),
    );
  });
});
