import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayPath, daysBetween, isBusinessDate } from '../../shared/keys/business-date.ts';
import { datesOfKey } from '../../shared/keys/key-dates.ts';
import {
  commitOfKey,
  dayCommitKey,
  generationLocation,
  ledgerEntryKey,
} from '../../shared/keys/lake-keys.ts';
import { keyProblem } from '../../shared/keys/object-key.ts';
import {
  escapePartitionValue,
  HIVE_DEFAULT_PARTITION,
  partitionPath,
  unfitPartition,
} from '../../shared/keys/partition-path.ts';
import { parquetFileName, runKeys } from '../../shared/keys/run-keys.ts';
import { executionIdOf, isRunId, runIdOf, sourceIdOf } from '../../shared/keys/source-id.ts';

describe('partition values in keys, as Hive writes them', () => {
  test.each([
    ['CREDITO PESSOAL', 'CREDITO PESSOAL'],
    ['CAPITAL/GIRO', 'CAPITAL%2FGIRO'],
    ['CRÉDITO', 'CRÉDITO'],
    ['100%', '100%25'],
    ['A=B', 'A%3DB'],
    ['a:b?c*d', 'a%3Ab%3Fc%2Ad'],
    ['"\'#\\', '%22%27%23%5C'],
    ['{[x]^}', '%7B%5Bx%5D%5E}'],
    ['\u0001\t\u007f', '%01%09%7F'],
    ['\0', '%00'],
    ['%00', '%2500'],
    ['', HIVE_DEFAULT_PARTITION],
    [null, HIVE_DEFAULT_PARTITION],
  ])('%j → %j', (value, escaped) => {
    expect(escapePartitionValue(value)).toBe(escaped);
  });

  test('can be read back by percent decoding, and are one segment without =', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (value) => {
        const escaped = escapePartitionValue(value);
        expect(escaped.replace(/%([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)))).toBe(
          value,
        );
        expect(['/', '=', '\0'].filter((character) => escaped.includes(character))).toEqual([]);
      }),
    );
  });

  test('follow each other in the order of the columns', () => {
    expect(partitionPath({ tipo: 'A/B', uf: null })).toBe(`tipo=A%2FB/uf=${HIVE_DEFAULT_PARTITION}`);
    expect(partitionPath({})).toBe('');
  });
});

describe('values that no partition can have', () => {
  test.each([
    [HIVE_DEFAULT_PARTITION, 'reserved-partition-value'],
    [`${HIVE_DEFAULT_PARTITION}X`, undefined],
    ['B'.repeat(236), undefined],
    ['B'.repeat(237), 'partition-value-too-long'],
    // Escaped, each is three bytes in the folder's name.
    ['/'.repeat(78), undefined],
    ['/'.repeat(79), 'partition-value-too-long'],
    ['É'.repeat(119), 'partition-value-too-long'],
  ])('%j is judged with its column', (value, reason) => {
    expect(unfitPartition('lot', value)).toBe(reason);
  });
});

describe('the business date', () => {
  test.each([
    ['COTAHIST_D25062021.TXT', undefined],
    ['a_202508123.txt', undefined],
    ['a_120250812.txt', undefined],
    ['a_20250230.txt', undefined],
    ['a_99999999_20240229.txt', '2024-02-29'],
    ['20250812', '2025-08-12'],
    // Digits of a folder that is not a day folder are ignored.
    ['20250812/a.txt', undefined],
    ['year=2025/month=02/day=30/a.txt', undefined],
    ['year=2025/month=02/day=28/a.txt', '2025-02-28'],
    // Two days, or a branch number that is a day by accident: the key does not say which.
    ['mov_20250811_gerado_20250812.txt', '2025-08-11', '2025-08-12'],
    ['mov_20250101_20250812.txt', '2025-01-01', '2025-08-12'],
    ['mov_20250812_20250812.txt', '2025-08-12'],
    // The folder says it in so many words.
    ['year=2025/month=08/day=12/mov_20250811.txt', '2025-08-12'],
    ['year=2025/month=08/day=12/year=2025/month=08/day=13/a.txt', '2025-08-12', '2025-08-13'],
  ])('of %s is %s', (key, ...dates) => {
    expect(datesOfKey(key, []).dates).toEqual(dates.filter((date) => date !== undefined));
  });

  test('stands where a pattern of the layout says', () => {
    const key = 'in/mov_20250811_gerado_20250812.txt';
    expect(datesOfKey(key, ['other_{yyyyMMdd}*', 'mov_{yyyyMMdd}_gerado_*']).dates).toEqual(['2025-08-11']);
    expect(datesOfKey(key, ['in/mov_*_gerado_{yyyyMMdd}.txt']).dates).toEqual(['2025-08-12']);
    expect(datesOfKey(key, ['*{yyyyMMdd}*']).dates).toEqual(['2025-08-11', '2025-08-12']);
    expect(datesOfKey('D2025-08-12.txt', ['D{yyyy-MM-dd}.txt']).dates).toEqual(['2025-08-12']);
    expect(datesOfKey('mov_2025081100017.txt', ['mov_{yyyyMMdd}?????.txt']).dates).toEqual(['2025-08-11']);
    const folder = 'year=2025/month=08/day=12/mov_20250811_1.txt';
    expect(datesOfKey(folder, ['mov_{yyyyMMdd}_*'])).toEqual({
      origin: 'key',
      dates: ['2025-08-12'],
      others: ['2025-08-11'],
    });
    const twice = 'year=2025/month=08/day=12/mov_20250811_gerado_20250813.txt';
    const others = (patterns: string[]) => datesOfKey(twice, patterns).others;
    expect(others(['mov_{yyyyMMdd}_*'])).toEqual(['2025-08-11']);
    expect(others([])).toEqual(['2025-08-11', '2025-08-13']);
    expect(others(['other_{yyyyMMdd}_*'])).toEqual(['2025-08-11', '2025-08-13']);
  });

  test('is a day that exists', () => {
    expect(['2024-02-29', '2025-12-31', '1990-01-01'].map(isBusinessDate)).toEqual([true, true, true]);
    const wrong = ['2025-02-29', '2025-13-01', '2025-00-10', '2025-1-01', '20250101', '1989-12-31', ''];
    expect(wrong.filter(isBusinessDate)).toEqual([]);
    expect(daysBetween('2025-08-12', '2025-09-01')).toBe(20);
    expect(dayPath('2025-08-12')).toBe('year=2025/month=08/day=12');
  });
});

describe('source and run ids', () => {
  test('differ for two keys with the same file name, and are safe in a key', () => {
    const ids = ['a/file.txt', 'b/file.txt', 'file.txt', 'a/file.dat'].map(sourceIdOf);
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^file-[0-9a-f]{8}$/);
    expect(sourceIdOf('a/CRÉDITO 1.txt')).toMatch(/^CR_DITO_1-[0-9a-f]{8}$/);
    expect(sourceIdOf('a/.txt')).toMatch(/^file-[0-9a-f]{8}$/);
    expect(sourceIdOf(`a/${'x'.repeat(300)}.txt`).length).toBe(89);
    expect(sourceIdOf('a/file.txt')).toBe(ids[0]);
  });

  test('of executions are hashes', () => {
    expect(executionIdOf('a')).toMatch(/^[0-9a-f]{20}$/);
    expect(executionIdOf('a')).not.toBe(executionIdOf('b'));
    expect(isRunId(runIdOf({ a: 1 }))).toBe(true);
  });
});

describe('keys of lake and run', () => {
  test('name generations, ledger entries and day commits', () => {
    expect(generationLocation('contracts', '2025-08-12', { tipo: 'A/B' }, 7)).toBe(
      'contracts/year=2025/month=08/day=12/tipo=A%2FB/gen=00007/',
    );
    expect(generationLocation('contracts', '2025-08-12', {}, 1)).toBe(
      'contracts/year=2025/month=08/day=12/gen=00001/',
    );
    expect(ledgerEntryKey('contracts', null, 'a-1')).toBe('ledger/contracts/undated/a-1.json');
    const commit = dayCommitKey('contracts', '2025-08-12', 12);
    expect(commit).toBe('ledger/contracts/year=2025/month=08/day=12/_day/12.json');
    expect(commitOfKey(commit)).toBe(12);
    for (const other of ['a.json', '_terms/1.json', '_day/1.report.html', '_day/x/1.json'])
      expect(commitOfKey(`ledger/contracts/year=2025/month=08/day=12/${other}`)).toBeUndefined();
  });

  test('differ for parts of different ranges and partitions', () => {
    const keys = runKeys('r');
    const parts = [
      keys.part(0, {}),
      keys.part(1, {}),
      keys.part(0, { a: 'x' }),
      keys.part(0, { a: 'x/y' }),
      keys.rejects(0),
      keys.merged({}, parquetFileName('s', 0, 'snappy')),
      keys.mergedRejects(parquetFileName('s', 0, 'snappy')),
    ];
    expect(new Set(parts).size).toBe(parts.length);
    for (const key of parts) expect([key, keyProblem(key)]).toEqual([key, undefined]);
  });

  test('have a problem if a store cannot hold them', () => {
    const wrong = ['', '/a', 'a//b', 'a/', 'a/../b', './a', 'a\0b', 'x'.repeat(1025)];
    expect(wrong.filter((key) => keyProblem(key) === undefined)).toEqual([]);
    expect(keyProblem('a/b=c d/é.parquet')).toBeUndefined();
    expect(keyProblem('')).toBe('it is empty');
    expect(keyProblem('x'.repeat(1024))).toBeUndefined();
    expect(keyProblem('é'.repeat(513))).toBe('it is longer than 1,024 bytes');
  });
});
