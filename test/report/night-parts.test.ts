import { describe, expect, it } from 'vitest';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { comparisons } from '../../shared/report/day-comparison.ts';
import type { DayFacts, FileFacts, StatusFacts } from '../../shared/report/night-facts.ts';
import { fileTimeline } from '../../shared/report/night-timeline.ts';
import { nightVerdict, tasksOf, type VerdictFacts } from '../../shared/report/night-verdict.ts';
import { rejectExample } from '../../shared/report/reject-example.ts';
import { sampleEntry } from '../support/sample-entry.ts';

const status = (changes: Partial<StatusFacts> = {}): StatusFacts => ({
  expectation: { origin: 'settings', files: 2 },
  counts: { loaded: 2, running: 0, refused: 0, failed: 0, missing: 0 },
  files: [],
  totals: { records: 0, rows: 0, rejected: 0, corrected: 0, sums: {} },
  published: { commit: 1, committedAt: '2025-08-13T06:00:00Z', files: 2, rows: 0, rejectedRows: 0 },
  ...changes,
});
const facts = (changes: Partial<VerdictFacts> = {}): VerdictFacts => ({
  ...{ status: status(), deadline: '2025-08-13T12:00:00Z', publishedAt: '2025-08-13T06:00:00Z', damaged: [] },
  ...changes,
});
const counts = { loaded: 1, running: 0, refused: 0, failed: 0, missing: 0 };

describe('the verdict on a night', () => {
  it('says first what its reader must know', () => {
    const open = { published: null, waitingFor: '1 of 2 files' };
    const states: [Partial<VerdictFacts>, string, number | undefined][] = [
      [{}, 'published', 360],
      [{ deadline: undefined }, 'published', undefined],
      [{ publishedAt: '2025-08-13T12:00:30Z' }, 'late', -1],
      [{ publishedAt: '2025-08-13T12:00:00Z' }, 'published', 0],
      [
        { publishedAt: undefined, status: status({ ...open, counts: { ...counts, missing: 1 } }) },
        'waiting',
        undefined,
      ],
      [
        { publishedAt: undefined, status: status({ ...open, counts: { ...counts, running: 1 } }) },
        'running',
        undefined,
      ],
      [
        {
          publishedAt: undefined,
          status: status({ ...open, counts: { ...counts, refused: 1, running: 1 } }),
        },
        'refused',
        undefined,
      ],
      [
        { publishedAt: undefined, status: status({ ...open, counts: { ...counts, failed: 1, refused: 1 } }) },
        'failed',
        undefined,
      ],
      [{ damaged: [{ key: 'ledger/x', why: 'it is not JSON' }] }, 'damaged', 360],
      [
        {
          publishedAt: undefined,
          status: status({ published: { ...status().published!, partial: { reason: 'r', missing: 'm' } } }),
        },
        'partial',
        undefined,
      ],
    ];
    expect(states.map(([changes]) => nightVerdict(facts(changes)).state)).toEqual(
      states.map(([, state]) => state),
    );
    expect(states.map(([changes]) => nightVerdict(facts(changes)).marginMinutes)).toEqual(
      states.map(([, , margin]) => margin),
    );
  });

  it('lists what waits for somebody, what stops the day first', () => {
    const refused = {
      ...sampleEntry('b'),
      state: 'refused',
      refusal: { code: 'too-many-rejects', message: 'To see them: rejects --lake LAKE' },
    } as const;
    const night = {
      status: status({
        files: [
          { name: 'b.txt', status: 'refused' },
          { name: 'c.txt', status: 'missing' },
        ],
        counts: { ...counts, refused: 1, missing: 1 },
        totals: { records: 9, rows: 5, rejected: 4, corrected: 1, sums: {} },
        pending: { commit: 2, committedAt: '', files: 1, rows: 1, rejectedRows: 0 },
      }),
      files: [{ entry: refused, parts: [] }],
      ...{ damaged: [], lake: 'my lake' },
    };
    expect(tasksOf(night)).toEqual([
      {
        kind: 'refused',
        file: 'b.txt',
        code: 'too-many-rejects',
        message: "To see them: rejects --lake 'my lake'",
      },
      { kind: 'missing', file: 'c.txt' },
      { kind: 'pending', commit: 2 },
      { kind: 'rejects', count: 3 },
    ]);
  });
});

describe('the timeline of a file', () => {
  it('is that of its last run, with what its ranges waited for', () => {
    const at = (seconds: number) => new Date(Date.UTC(2025, 7, 13, 6, 0, seconds)).toISOString();
    const step = (
      state: 'splitting' | 'parsing' | 'failed' | 'merging' | 'reconciling',
      seconds: number,
    ) => ({ state, at: at(seconds), execution: 'e', version: 'v' });
    const entry = {
      ...sampleEntry('a'),
      state: 'merging' as const,
      history: [
        step('splitting', 0),
        step('failed', 5),
        step('splitting', 60),
        step('parsing', 61),
        step('reconciling', 70),
        step('merging', 72),
      ],
    };
    const part = (
      rangeIndex: number,
      asked: number,
      from: number,
      to: number,
    ): FileFacts['parts'][number] => ({
      ...{
        rangeIndex,
        startByte: 0,
        endByte: 1,
        records: { detail: 1, accepted: 1, rejected: 0, discarded: 0 },
      },
      work: { startedAt: at(from), endedAt: at(to) },
      child: { startedAt: at(asked), endedAt: at(to) },
    });
    const timeline = fileTimeline({ entry, parts: [part(0, 61, 61, 65), part(1, 61, 66, 69)] }, at(80), true);
    expect(timeline.stages.map(({ stage, from, to }) => [stage, Date.parse(to) - Date.parse(from)])).toEqual([
      ['splitting', 1000],
      ['parsing', 9000],
      ['reconciling', 2000],
      // Still going on when it was read.
      ['merging', 8000],
    ]);
    expect(timeline).toMatchObject({
      claims: 2,
      ranges: { count: 2, waitedMs: 5000, delayed: 1, work: { total: 7000, min: 3000, max: 4000 } },
    });
  });
});

it('nights are compared exactly, with the last one and with the same weekday', () => {
  const day = (businessDate: string, rows: number, sum: string): DayFacts => ({
    ...{ businessDate, rows, records: rows, rejected: 0, bytes: 1, sums: { 'sum(v)': sum } },
    ...{ publishedAt: '', isPartial: false },
  });
  const past = [day('2025-08-05', 0, '0.00'), day('2025-08-11', 100, '90071992547409930.00')];
  const found = comparisons('2025-08-12', day('2025-08-12', 101, '90071992547409930.90'), past);
  expect(found.map((one) => [one.with, one.businessDate])).toEqual([
    ['night-before', '2025-08-11'],
    ['same-weekday', '2025-08-05'],
  ]);
  expect(found[0]?.changes.find(({ figure }) => figure === 'rows')?.basisPoints).toBe(100);
  expect(found[0]?.changes.find(({ isSum }) => isSum)).toMatchObject({
    now: '90071992547409930.90',
    basisPoints: 0,
  });
  const [third] = comparisons('2025-08-12', day('2025-08-12', 5, '0'), [day('2025-08-11', 6, '0')]);
  expect(third?.changes[0]?.basisPoints).toBe(-1667);
  // Nothing is a percentage of nothing.
  expect(found[1]?.changes[0]?.basisPoints).toBeUndefined();
});

it('of a packed number the report shows the half bytes that are no digits', () => {
  const layout = readLayout(
    JSON.stringify({
      ...{ name: 'p', encoding: 'cp037', record: { format: 'fixed', length: 8 } },
      fields: [
        { name: 'valor', start: 1, end: 4, type: 'decimal(7,2)', usage: 'packed' },
        { name: 'nome', start: 5, end: 8, type: 'string' },
      ],
    }),
    'p.json',
  );
  const raw = Uint8Array.of(0x12, 0x3b, 0x56, 0x7c, 0xc1, 0xf1, 0x00, 0x40);
  const shape = (field: string | null) =>
    rejectExample(layout, { sourceKey: 'k', byteOffset: 0, field, raw }, false);
  expect(shape('valor')).toMatchObject({
    why: 'shape',
    value: { text: '99 9b 99 9c' },
    positions: { from: 1, to: 4 },
  });
  expect(shape('nome').value).toEqual({ text: 'A9· ' });
  expect(shape(null).value?.text).not.toMatch(/[1-8]/);
});
