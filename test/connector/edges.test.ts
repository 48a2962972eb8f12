import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dayManifestText } from '../../connector/decide/arrived-day.ts';
import { alarmsOf } from '../../connector/decide/deadline.ts';
import { besidePath, placeOf, placeOfSeen } from '../../connector/decide/file-place.ts';
import { judgeFile } from '../../connector/decide/finished-file.ts';
import { type Look, lookedAgain } from '../../connector/decide/looks.ts';
import { partSizeOf } from '../../connector/decide/part-plan.ts';
import { keyTemplateProblem } from '../../connector/decide/placeholders.ts';
import { rateAt } from '../../connector/decide/rate-limit.ts';
import { readSettings } from '../../connector/decide/read-settings.ts';
import { headBytesOf, lengthsProblem } from '../../connector/decide/record-lengths.ts';
import { tailBytesOf, trailerFigures } from '../../connector/decide/trailer-figures.ts';
import type { Arrival, TransferRecord } from '../../connector/decide/transfer-record.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';

const MIB = 1024 * 1024;
const settingsOf = (given: object) =>
  readSettings(
    JSON.stringify({
      sources: [{ folder: '/in' }],
      files: [{ pattern: '*', finished: { by: 'rename' }, ...given }],
      target: { folder: '/raw' },
      stateFolder: '/state',
    }),
    'c.json',
  );
const rule = (given: object) => settingsOf(given).files[0]!;
const look = (given: Partial<Look> = {}): Look => ({
  ...{ pin: 'p', version: 'v', sizeBytes: 100, modifiedMs: 1_000, count: 5, firstMs: 0, lastMs: 700_000 },
  ...given,
});

describe('how long a file is looked at', () => {
  const by = (finished: object) => rule({ finished }).finished;
  const marker = by({ by: 'marker', name: 'm' });
  const manifest = by({ by: 'manifest', name: 'm' });
  const rename = by({ by: 'rename' });
  const rest = by({ by: 'rest', minutes: 1, looks: 3 });
  const none = { look: undefined };

  it('is told with how long it may still take', () => {
    expect(judgeFile(rename, look({ lastMs: 1_500 }), none)).toEqual({
      ...{ finished: false, why: 'it was seen once, or changed since the last look', waitMs: 500 },
    });
    expect(judgeFile(rename, look({ firstMs: 1_000, lastMs: 2_999 }), none)).toMatchObject({ waitMs: 1 });
    expect(judgeFile(rename, look({ count: 1 }), none)).toMatchObject({ finished: false, waitMs: 0 });
    expect(judgeFile(rename, look({ count: 2, lastMs: 2_000 }), none)).toEqual({
      finished: true,
      by: 'its name',
    });
    expect(judgeFile(rest, look({ lastMs: 50_000 }), none)).toEqual({
      ...{ finished: false, why: 'it must rest for 1 minutes', waitMs: 10_000 },
    });
    expect(judgeFile(rest, look({ count: 2, lastMs: 60_000 }), none)).toEqual({
      ...{ finished: false, why: 'it must be the same at 3 looks', waitMs: 2_000 },
    });
    expect(judgeFile(rest, look({ count: 3, lastMs: 61_900 }), none)).toEqual({
      finished: true,
      by: '3 looks in 61 s',
    });
    const short = by({ by: 'rest', minutes: 0.001, looks: 2 });
    expect(judgeFile(short, look({ lastMs: 1_999 }), none)).toMatchObject({ finished: false, waitMs: 1 });
    expect(judgeFile(marker, look(), none)).toEqual({
      ...{ finished: false, why: 'its marker is not there', waitMs: 2_000 },
    });
    expect(judgeFile(manifest, look(), none)).toMatchObject({ why: 'its day manifest is not there' });
  });

  it('holds for the day manifest too: one look at it is not enough', () => {
    const stated = { sizeBytes: 100 };
    const judged = (given: Partial<Look>) => judgeFile(manifest, look(), { look: look(given), stated });
    expect(judged({ count: 1 })).toEqual({
      ...{ finished: false, why: 'its day manifest was seen once', waitMs: 2_000 },
    });
    expect(judged({ firstMs: 1_000, lastMs: 2_999 })).toMatchObject({
      why: 'its day manifest was seen once',
    });
    expect(judged({ count: 2, firstMs: 1_000, lastMs: 3_000 })).toEqual({
      ...{ finished: true, by: 'its day manifest', stated },
    });
  });

  it('is longer by what a mount remembers, and so is the time for which its marker was there', () => {
    const remembers = (given: Partial<Look>, beside: Partial<Look>, finished = marker) =>
      judgeFile(finished, look(given), { look: look(beside), stated: { sizeBytes: 100 } }, 4_000);
    expect(remembers({ lastMs: 5_999 }, {})).toMatchObject({ finished: false, waitMs: 1 });
    expect(remembers({ lastMs: 6_000 }, {})).toMatchObject({ finished: true, by: 'its marker' });
    expect(remembers({}, { firstMs: 1_000, lastMs: 4_999 })).toEqual({
      ...{ finished: false, why: 'its marker was not there for long enough', waitMs: 1 },
    });
    expect(remembers({}, { firstMs: 1_000, lastMs: 5_000 })).toMatchObject({ finished: true });
    expect(remembers({}, { firstMs: 0, lastMs: 3_000 }, manifest)).toMatchObject({
      why: 'its day manifest was not there for long enough',
    });
    expect(judgeFile(rest, look({ lastMs: 63_999 }), none, 4_000)).toMatchObject({ waitMs: 1 });
    expect(judgeFile(rest, look({ lastMs: 64_000 }), none, 4_000)).toMatchObject({ finished: true });
    expect(judgeFile(rename, look({ lastMs: 5_999 }), none, 4_000)).toMatchObject({ finished: false });
  });

  it('goes on if the stop watch stands still', () => {
    const seen = { path: 'a', pin: 'p', version: 'v', sizeBytes: 1, modifiedMs: 5 };
    const first = lookedAgain(undefined, seen, 1_000);
    expect(lookedAgain(first, seen, 1_000)).toMatchObject({ count: 2, firstMs: 1_000, lastMs: 1_000 });
  });
});

describe('where a file belongs, at the edges', () => {
  it('has no day if it may be for two, unless its key needs one', () => {
    const own = rule({ key: '{name}', pattern: 'a*' });
    expect(placeOf('a_20250812_20250813.txt', [own], '')).toEqual({
      ...{ rule: 0, key: 'a_20250812_20250813.txt', businessDate: undefined },
    });
    expect(placeOf('a_20250812.txt', [own], '')).toMatchObject({ businessDate: '2025-08-12' });
  });

  it('is not that of a manifest, nor below the folders of connectors', () => {
    const manifest = rule({ finished: { by: 'manifest', name: '{stem}.json' }, key: '{name}' });
    expect(placeOf('a.json', [manifest], '')).toBeUndefined();
    expect(placeOf('a.txt', [manifest], '')).toMatchObject({ key: 'a.txt' });
    for (const folder of ['_connector', '.connector', '.incoming'])
      expect(placeOf('x.txt', [rule({ key: `a/${folder}/{name}` })], '')).toEqual({
        problem: expect.stringContaining('are taken'),
      });
    expect(placeOf('x.txt', [rule({ key: 'connector/{name}' })], '')).toMatchObject({ rule: 0 });
  });

  it('is named by its stem up to the last dot, or by its whole name', () => {
    const own = rule({ key: '{stem}/{path}', pattern: '*' });
    expect(placeOf('d/a.b.txt', [own], '')).toMatchObject({ key: 'a.b/d/a.b.txt' });
    expect(placeOf('d/plain', [own], '')).toMatchObject({ key: 'plain/d/plain' });
  });

  it('lies beside its marker, in its own folder', () => {
    expect(besidePath('d/e/a.txt', '{name}.ok', undefined)).toBe('d/e/a.txt.ok');
    expect(besidePath('a.txt', '{stem}_{yyyyMMdd}.ok', '2025-08-12')).toBe('a_20250812.ok');
    expect(besidePath('a.txt', 'x_{yyyyMMdd}.ok', undefined)).toBe('x_{yyyyMMdd}.ok');
  });

  it('is nowhere if its source says that it cannot be taken', () => {
    const settings = settingsOf({ key: '{name}' });
    expect(placeOfSeen({ path: 'a', problem: 'its name' }, settings)).toEqual({ problem: 'its name' });
    expect(placeOfSeen({ path: 'a' }, settings)).toMatchObject({ key: 'a' });
  });

  it('has a key of its own: questions marks are wildcards as stars are', () => {
    expect(keyTemplateProblem('a.txt', 'a?.txt')).toContain('every file would get the same key');
    expect(keyTemplateProblem('{dd}', 'a_{yyyyMMdd}')).toBeUndefined();
    expect(keyTemplateProblem('x', 'a_{yyyy-MM-dd}')).toContain('every file');
    expect(keyTemplateProblem('{stem}', '?/a.txt')).toContain('several folders');
    expect(keyTemplateProblem('{stem}', 'a/b.txt')).toBeUndefined();
  });
});

describe('sizes and hours, at the edges', () => {
  it('parts are as configured as long as they are not too many, and then whole MiB', () => {
    expect(partSizeOf(100, 10, 10)).toBe(10);
    expect(partSizeOf(101, 10, 10)).toBe(MIB);
    expect(partSizeOf(30 * MIB + 1, MIB, 10)).toBe(4 * MIB);
  });

  it('hours that are one moment hold never', () => {
    const limits = [{ from: '08:00', to: '08:00', megabytesPerSecond: 1 }];
    expect(['07:59', '08:00', '08:01'].map((time) => rateAt(limits, time))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('an alarm tells of the deadline that is over, and not of one that is reached, nor of a night that is another', () => {
    const view = { timeOfDay: '02:50', hasFiles: true, isComplete: false, leftBytes: 0, bytesPerSecond: 0 };
    const late = (given: object, deadline = '02:50') => alarmsOf({ deadline }, { ...view, ...given });
    expect(late({})).toMatchObject([{ text: expect.stringContaining('is not complete at 02:50') }]);
    expect(late({}, '02:51')).toEqual([]);
    expect(late({ hasFiles: false })).toEqual([]);
    expect(late({ hasFiles: false, leftBytes: 600, bytesPerSecond: 1 })).toEqual([]);
    expect(late({ timeOfDay: '14:49' })).toHaveLength(1);
    expect(late({ timeOfDay: '14:50' })).toEqual([]);
    // Nothing is known of the rate, or nothing is left.
    expect(late({ leftBytes: 1e12 }, '03:00')).toEqual([]);
    expect(late({ bytesPerSecond: 1 }, '03:00')).toEqual([]);
    // One byte a second: a minute for 60 bytes.
    expect(late({ leftBytes: 600, bytesPerSecond: 1 }, '03:00')).toEqual([]);
    expect(late({ leftBytes: 601, bytesPerSecond: 1 }, '03:00')).toMatchObject([
      { text: 'what is left would arrive at about 03:01, after the deadline of 03:00' },
    ]);
    expect(late({ leftBytes: 1, bytesPerSecond: 0.01 }, '02:51')).toHaveLength(1);
    const next = { timeOfDay: '23:00', leftBytes: 7_200, bytesPerSecond: 1 };
    expect(late(next, '23:30')).toMatchObject([
      { text: expect.stringContaining('about 01:00 (1 d later),') },
    ]);
    expect(late({ ...next, leftBytes: 3_540 }, '23:30')).toMatchObject([
      { text: expect.stringContaining('about 23:59,') },
    ]);
    expect(late({ ...next, leftBytes: 3_600 + 2 * 86_400 }, '23:30')).toMatchObject([
      { text: expect.stringContaining('about 00:00 (3 d later),') },
    ]);
  });
});

describe('the ends of a file, at the edges', () => {
  const layoutOf = (path: string) =>
    readLayout(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'), path);
  const lines = layoutOf('layouts/contracts-with-trailer.json');
  const trailer = (all = '00000000004', details = '00000000002') =>
    `99${'FILE'.padEnd(20)}20250812${all}${details}${'0'.repeat(18)}`;
  const counts = { records: 4, details: 2 };

  it('is read as far back as its longest records and what may follow them', () => {
    expect(tailBytesOf(lines)).toBe(lines.record.lengthBytes * 4 + lines.record.fileTrailerBytes + 4_096);
    const fixed = { ...lines, record: { ...lines.record, format: 'fixed' as const } };
    expect(tailBytesOf(fixed)).toBe(tailBytesOf(lines));
    expect(tailBytesOf({ ...lines, record: { ...lines.record, format: 'rdw' as const } })).toBe(0);
  });

  it('may be padded with nothing but fillers, also before a line end', () => {
    for (const end of ['\r', '\0\0', '\x1a', '  ', '\n\r\n\0 \x1a'])
      expect(trailerFigures(lines, Buffer.from(`x\n${trailer()}${end}`))).toEqual(counts);
    expect(trailerFigures(lines, Buffer.from(`x\n${trailer()}\nrecord`))).toEqual({});
    expect(trailerFigures(lines, Buffer.from(trailer()))).toEqual(counts);
    expect(trailerFigures(lines, Buffer.from('\n\n'))).toEqual({});
    const cut = { ...lines, record: { ...lines.record, fileTrailerBytes: 3 } };
    expect(trailerFigures(cut, Buffer.from(`x\n${trailer()}\nEOF`))).toEqual(counts);
    expect(trailerFigures(cut, Buffer.from('E'))).toEqual({});
  });

  it('of fixed records may have a line end of one or two bytes, or none', () => {
    const lengthBytes = trailer().length;
    const fixed = { ...lines, record: { ...lines.record, format: 'fixed' as const, lengthBytes } };
    const detail = 'x'.repeat(lengthBytes);
    for (const end of ['', '\n', '\r\n'])
      expect(trailerFigures(fixed, Buffer.from(`${detail}${end}${trailer()}${end}`))).toEqual(counts);
    expect(trailerFigures(fixed, Buffer.from(trailer()))).toEqual(counts);
    expect(trailerFigures(fixed, Buffer.from(trailer().slice(1)))).toEqual({});
    expect(trailerFigures(fixed, Buffer.from(`${trailer()}\r\n\n`))).toEqual({});
  });

  it('states only counts that are whole numbers', () => {
    const figures = (all: string) => trailerFigures(lines, Buffer.from(`${trailer(all)}\n`));
    expect(figures('00000000000')).toEqual({ records: 0, details: 2 });
    expect(figures('-0000000001')).toEqual({ details: 2 });
  });

  it('shows lengths in its first 128 KiB, up to what the layout leaves out at its end', () => {
    const v = layoutOf('test/golden/records-v/layout.json');
    expect(headBytesOf(v)).toBe(v.record.fileHeaderBytes + 128 * 1024);
    const record = Buffer.concat([Buffer.of(0, 14, 0, 0), Buffer.alloc(10, 0xc1)]);
    const file = Buffer.concat([record, record, Buffer.alloc(5, 0xff)]);
    const withEnd = { ...v, record: { ...v.record, fileTrailerBytes: 5 } };
    expect(lengthsProblem(withEnd, file, file.length)).toBeUndefined();
    expect(lengthsProblem(v, file, file.length)).toBeDefined();
    // Of a longer file only the head is there.
    const many = Buffer.concat(Array.from({ length: 20 }, () => record));
    expect(lengthsProblem(v, many.subarray(0, 150), many.length)).toBeUndefined();
  });
});

it('a day manifest lists its files by their names, whatever the order of their keys', () => {
  const arrival: Arrival = {
    ...{ source: 's', path: 'p', version: 'v', sizeBytes: 1, crc64nvme: 'rosUhgp5mIg=', tag: 't' },
    ...{ objectVersion: 'o', at: '', reason: '' },
  };
  const record = (key: string): TransferRecord => ({
    ...{ key, businessDate: '2025-08-12', rule: 0, layout: null },
    ...{ arrivals: [arrival], sending: null, givenUp: [], lease: null },
  });
  const text = dayManifestText('2025-08-12', ['z/a', 'y/c', 'x/b'].map(record));
  expect(JSON.parse(text).files.map(({ name }: { name: string }) => name)).toEqual(['a', 'b', 'c']);
});
