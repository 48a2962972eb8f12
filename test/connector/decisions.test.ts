import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayManifestText, missingOf, statedBy } from '../../connector/decide/arrived-day.ts';
import { alarmsOf } from '../../connector/decide/deadline.ts';
import { placeOf } from '../../connector/decide/file-place.ts';
import { judgeFile } from '../../connector/decide/finished-file.ts';
import { type Look, lookedAgain } from '../../connector/decide/looks.ts';
import { partSizeOf, planParts } from '../../connector/decide/part-plan.ts';
import { dateIn, rateAt, timeOfDay } from '../../connector/decide/rate-limit.ts';
import { readSettings } from '../../connector/decide/read-settings.ts';
import type { FileRule } from '../../connector/decide/settings.ts';
import type { TransferRecord } from '../../connector/decide/transfer-record.ts';

const rule = (given: object): FileRule =>
  readSettings(
    JSON.stringify({
      sources: [{ folder: '/in' }],
      files: [{ pattern: '*', finished: { by: 'rename' }, ...given }],
      target: { folder: '/raw' },
      stateFolder: '/state',
    }),
    'c.json',
  ).files[0]!;

describe('where a file belongs', () => {
  it.each([
    [
      '20250812/contratos_20250812_001.txt',
      '{yyyyMMdd}/contratos_{yyyyMMdd}_*.txt',
      'year=2025/month=08/day=12/contratos_20250812_001.txt',
    ],
    ['contratos_20250812_001.txt', 'contratos_*', 'year=2025/month=08/day=12/contratos_20250812_001.txt'],
    ['20250812/fixo.txt', '{yyyyMMdd}/fixo.txt', 'year=2025/month=08/day=12/fixo.txt'],
  ])('%s', (path, pattern, key) => {
    expect(placeOf(path, [rule({ pattern })], '')).toEqual({ rule: 0, key, businessDate: '2025-08-12' });
  });

  it('has a key of the rule’s own form, below the prefix', () => {
    const own = rule({ key: 'contracts/{yyyy-MM-dd}/{stem}-{yyyyMMdd}.dat', pattern: 'C.*' });
    expect(placeOf('a/C.20250812.txt', [own], 'raw/')).toMatchObject({
      key: 'raw/contracts/2025-08-12/C.20250812-20250812.dat',
    });
  });

  it('stays where it is if no rule names it, or if its place is not sure', () => {
    expect(placeOf('other.txt', [rule({ pattern: 'contratos_*' })], '')).toBeUndefined();
    expect(placeOf('a_20250812.txt.tmp', [rule({ pattern: 'a_*', except: ['*.tmp'] })], '')).toBeUndefined();
    expect(placeOf('a.txt', [rule({ pattern: 'a*' })], '')).toEqual({
      problem: 'neither its folders nor its name say which day it is for',
    });
    expect(placeOf('a_20250812_20250813.txt', [rule({ pattern: 'a*' })], '')).toEqual({
      problem: 'it may be for 2025-08-12 or for 2025-08-13',
    });
    expect(placeOf('a_20250812.txt', [rule({ pattern: 'a*' }), rule({ pattern: '*' })], '')).toEqual({
      problem: 'files[0] and files[1] both name it',
    });
    expect(placeOf('x.txt', [rule({ key: '_connector/{name}' })], '')).toMatchObject({
      problem: expect.stringContaining('taken'),
    });
  });

  it('is not that of a marker or a manifest, though a wide pattern fits them', () => {
    const marked = rule({ finished: { by: 'marker', name: '{name}.ok' }, key: '{name}' });
    expect(placeOf('a.txt', [marked], '')).toMatchObject({ key: 'a.txt' });
    expect(placeOf('a.txt.ok', [marked], '')).toBeUndefined();
  });
});

const look = (given: Partial<Look> = {}): Look => ({
  ...{ pin: 'p', version: 'v', sizeBytes: 100, modifiedMs: 1_000, count: 5, firstMs: 0, lastMs: 700_000 },
  ...given,
});

describe('whether a file is finished', () => {
  const by = (finished: object) => rule({ finished }).finished;

  it('never follows from one look, whatever the rule', () => {
    const beside = { look: look(), stated: { sizeBytes: 100 } };
    for (const finished of [
      { by: 'marker', name: 'm' },
      { by: 'manifest', name: 'm' },
      { by: 'rename' },
      { by: 'rest', minutes: 0.001 },
    ]) {
      expect(judgeFile(by(finished), look({ count: 1, lastMs: 0 }), beside)).toMatchObject({
        finished: false,
      });
      expect(judgeFile(by(finished), look({ count: 9, lastMs: 1_999 }), beside)).toMatchObject({
        finished: false,
      });
      expect(judgeFile(by(finished), look({ count: 9, lastMs: 2_000 }), beside)).toMatchObject({
        finished: true,
      });
    }
  });

  it('needs a marker that is not older than the file', () => {
    const marker = by({ by: 'marker', name: 'm' });
    expect(judgeFile(marker, look(), { look: undefined })).toMatchObject({ why: 'its marker is not there' });
    expect(judgeFile(marker, look(), { look: look({ modifiedMs: 999 }) })).toMatchObject({
      why: 'its marker is older than the file',
    });
  });

  it('needs the size that the day manifest states', () => {
    const manifest = by({ by: 'manifest', name: 'm' });
    const judged = (stated: object | string | undefined) =>
      judgeFile(manifest, look(), { look: look(), stated });
    expect(judged(undefined)).toMatchObject({ why: 'its day manifest does not name it' });
    expect(judged('it is not JSON')).toMatchObject({
      why: 'its day manifest cannot be used: it is not JSON',
    });
    expect(judged({})).toMatchObject({ why: 'its day manifest does not state its size' });
    expect(judged({ sizeBytes: 101 })).toMatchObject({
      why: 'it has 100 of the 101 bytes that its day manifest states',
    });
    expect(judged({ sizeBytes: 100, crc64nvme: 'x' })).toMatchObject({
      finished: true,
      stated: { crc64nvme: 'x' },
    });
  });

  it('needs rest by the stop watch and by the number of looks', () => {
    const rest = by({ by: 'rest', minutes: 10 });
    const beside = { look: undefined };
    expect(judgeFile(rest, look({ lastMs: 599_999 }), beside)).toMatchObject({ finished: false, waitMs: 1 });
    expect(judgeFile(rest, look({ lastMs: 600_000, count: 2 }), beside)).toMatchObject({ finished: false });
    expect(judgeFile(rest, look({ lastMs: 600_000, count: 3 }), beside)).toMatchObject({ finished: true });
  });

  it('begins anew with any change, and when the stop watch began anew', () => {
    const seen = { path: 'a', pin: 'p', version: 'v', sizeBytes: 1, modifiedMs: 5 };
    const first = lookedAgain(undefined, seen, 1_000);
    expect(lookedAgain(first, seen, 4_000)).toMatchObject({ count: 2, firstMs: 1_000, lastMs: 4_000 });
    expect(lookedAgain(first, { ...seen, pin: 'q' }, 4_000)).toMatchObject({ count: 1, firstMs: 4_000 });
    expect(lookedAgain(first, seen, 500)).toMatchObject({ count: 1, firstMs: 500 });
  });
});

describe('the parts of a file', () => {
  it('tile it, are not too many, and only the last is smaller', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 50_000_000 }),
        fc.integer({ min: 1_000, max: 5_000_000 }),
        fc.integer({ min: 1, max: 100 }),
        (size, wanted, most) => {
          const partSize = partSizeOf(size, wanted, most);
          const parts = planParts(size, partSize);
          expect(parts.length).toBeLessThanOrEqual(most);
          expect(partSize).toBeGreaterThanOrEqual(wanted);
          let at = 0;
          for (const [index, part] of parts.entries()) {
            expect(part).toMatchObject({ number: index + 1, startByte: at });
            if (index < parts.length - 1) expect(part.sizeBytes).toBe(partSize);
            at += part.sizeBytes;
          }
          expect(at).toBe(size);
        },
      ),
    );
  });
});

describe('a day', () => {
  const arrival = (sizeBytes: number) => ({
    ...{
      source: 's',
      path: 'p',
      version: 'v',
      sizeBytes,
      crc64nvme: 'rosUhgp5mIg=',
      tag: 't',
      objectVersion: 'o',
      at: '',
      reason: '',
    },
  });
  const record = (name: string, given: Partial<TransferRecord> = {}): TransferRecord => ({
    ...{
      key: `d/${name}`,
      businessDate: '2025-08-12',
      rule: 0,
      layout: null,
      arrivals: [arrival(9)],
      sending: null,
      givenUp: [],
      lease: null,
    },
    ...given,
  });
  const sending = { source: 's', path: 'p', version: 'w', sizeBytes: 1, partSizeBytes: 1, reason: '' };

  it('is complete with the expected number or names, and not while a file is sent again', () => {
    expect(missingOf(2, '2025-08-12', [record('a')])).toBe('1 of 2 files');
    expect(missingOf(2, '2025-08-12', [record('a'), record('b')])).toBeUndefined();
    expect(missingOf(2, '2025-08-12', [record('a'), record('b', { sending })])).toBe(
      '1 files that are being sent',
    );
    expect(missingOf(['a_{yyyyMMdd}.txt', 'b*'], '2025-08-12', [record('b1')])).toBe('a_20250812.txt');
    expect(
      missingOf(['a_{yyyyMMdd}.txt'], '2025-08-12', [
        record('a_20250812.txt'),
        record('gone', { arrivals: [], sending }),
      ]),
    ).toBeUndefined();
  });

  it('has a manifest that its own reader takes, with the counts of trailers', () => {
    const counted = record('b.txt', { arrivals: [arrival(1), { ...arrival(7), records: 12, details: 10 }] });
    const text = dayManifestText('2025-08-12', [counted, record('a.txt')]);
    expect(statedBy(text, 'x/b.txt')).toEqual({
      name: 'b.txt',
      sizeBytes: 7,
      crc64nvme: 'rosUhgp5mIg=',
      records: 12,
      details: 10,
    });
    expect(statedBy(text, 'x/a.txt')).toMatchObject({ sizeBytes: 9 });
    expect(statedBy(text, 'x/c.txt')).toBeUndefined();
    expect(statedBy('{', 'x/c.txt')).toBe('it is not JSON');
  });
});

describe('hours', () => {
  const limits = [
    { from: '22:00', to: '02:00', megabytesPerSecond: 100 },
    { from: '08:00', to: '18:00', megabytesPerSecond: 0 },
  ];
  it('limit the rate, also over midnight', () => {
    expect(
      ['21:59', '22:00', '01:59', '02:00', '08:00', '17:59', '18:00'].map((time) => rateAt(limits, time)),
    ).toEqual([undefined, 1e8, 1e8, undefined, 0, 0, undefined]);
  });
  it('are those of the config’s time zone', () => {
    const now = new Date('2025-08-12T02:30:00Z');
    expect([timeOfDay(now, 'America/Sao_Paulo'), dateIn(now, 'America/Sao_Paulo')]).toEqual([
      '23:30',
      '2025-08-11',
    ]);
    expect(timeOfDay(new Date('2025-08-12T03:00:00Z'), 'America/Sao_Paulo')).toBe('00:00');
  });
});

describe('alarms', () => {
  const view = {
    timeOfDay: '02:50',
    hasFiles: true,
    isComplete: false,
    leftBytes: 60e9,
    bytesPerSecond: 100e6,
  };
  it('tell of a night without files from the time given until noon after it', () => {
    const nothing = (timeOfDay: string, hasFiles = false) =>
      alarmsOf({ nothingBy: '02:45' }, { ...view, timeOfDay, hasFiles, leftBytes: 0 }).length;
    expect([
      nothing('02:44'),
      nothing('02:45'),
      nothing('14:44'),
      nothing('14:45'),
      nothing('02:45', true),
    ]).toEqual([0, 1, 1, 0, 0]);
  });
  it('tell before the deadline that what is left takes longer', () => {
    expect(alarmsOf({ deadline: '03:00' }, view)).toEqual([]);
    expect(alarmsOf({ deadline: '03:00' }, { ...view, bytesPerSecond: 99e6 })).toMatchObject([
      { name: 'late', text: expect.stringContaining('about 03:01') },
    ]);
    expect(alarmsOf({ deadline: '02:30' }, view)).toMatchObject([
      { text: 'the day is not complete at 02:50, and the deadline was 02:30' },
    ]);
    expect(alarmsOf({ deadline: '02:30' }, { ...view, isComplete: true })).toEqual([]);
  });
});
