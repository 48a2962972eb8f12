import { describe, expect, it } from 'vitest';
import { correctedVersion, isCorrectedBy, rejectsTheSame } from '../../shared/run/corrected-version.ts';
import type { FileState, LoadedEntry, LoadedVersion } from '../../shared/run/ledger-entry.ts';
import { supplementedRun } from '../../shared/run/ledger-entry.ts';
import { withLoadedAgain } from '../../shared/run/loaded-again.ts';
import { stageDurations } from '../../shared/run/stage-durations.ts';
import { figuresRefusal } from '../../shared/run/stated-figures.ts';
import { sampleEntry } from '../support/sample-entry.ts';

const AT = '2025-08-12T04:00:00.000Z';

describe('a supplement and the version that it corrects', () => {
  const loadedAs = (changes: Partial<LoadedVersion>, rejectsDigest = '01') =>
    sampleEntry('a', { ...(rejectsDigest !== '' && { rejectsDigest }), ...changes }).loaded;
  const run = correctedVersion('a.txt', loadedAs({}));

  it.each<[string, boolean, Partial<LoadedVersion>]>([
    ['the run itself', true, {}],
    ['the run itself, whatever its bytes', true, { contentDigest: 'e' }],
    ['another run of the same bytes', true, { runId: 'again' }],
    ['a run that rejected other records', false, { runId: 'again', rejectsDigest: '02' }],
    ['a run of other bytes', false, { runId: 'again', contentDigest: 'e' }],
    ['a run with another layout', false, { runId: 'again', layoutFingerprint: 'g' }],
    [
      'a run with another number of rejects',
      false,
      { runId: 'again', records: { read: 10, header: 0, detail: 10, trailer: 0, rejected: 2 } },
    ],
  ])('%s: %s', (_, expected, changes) => {
    expect(isCorrectedBy(loadedAs(changes), run)).toBe(expected);
  });

  it('a run that does not say which records it rejected', () => {
    expect(isCorrectedBy(loadedAs({ runId: 'again' }, ''), run)).toBe(true);
  });

  it('which is gone', () => {
    expect(isCorrectedBy(undefined, run)).toBe(false);
  });

  it('tell rejects apart only if both name them', () => {
    const { rejects, ...early } = correctedVersion('a.txt', loadedAs({ rejectsDigest: '01' }));
    expect(rejects).toBe('01');
    expect(correctedVersion('a.txt', loadedAs({}, ''))).not.toHaveProperty('rejects');
    expect(rejectsTheSame({ rejectsDigest: '02' }, early)).toBe(true);
    expect(rejectsTheSame({}, { ...early, rejects: '01' })).toBe(true);
    expect(rejectsTheSame({ rejectsDigest: '01' }, { ...early, rejects: '01' })).toBe(true);
    expect(rejectsTheSame({ rejectsDigest: '02' }, { ...early, rejects: '01' })).toBe(false);
  });

  it('are as the loaded version says; only entries of earlier versions say it for the file', () => {
    const entry = { ...sampleEntry('a'), supplementOf: { ...run, runId: 'of-the-file' } };
    expect(supplementedRun(entry)?.runId).toBe('of-the-file');
    const of = (supplementOf: NonNullable<LoadedEntry['supplementOf']> | null) =>
      supplementedRun({ ...entry, loaded: { ...entry.loaded, supplementOf } });
    expect(of(run)).toEqual(run);
    expect(of(null)).toBeUndefined();
    expect(supplementedRun({ ...entry, loaded: undefined })?.runId).toBe('of-the-file');
  });
});

describe('a source that is the loaded version again', () => {
  const current = (state: FileState, changes: Partial<LoadedEntry> = {}): LoadedEntry => ({
    ...sampleEntry('a'),
    version: 'v2',
    runId: 'run-2',
    state,
    failure: { name: 'Lambda.Timeout', message: 'late' },
    ...changes,
  });

  it.each<[string, boolean, LoadedEntry]>([
    ['after a failure is loaded again', true, current('failed')],
    ['after a refusal is loaded again', true, current('refused')],
    ['while another version runs is loaded again', true, current('parsing', { version: 'v1' })],
    ['while its own run goes on is loaded again', true, current('parsing', { runId: 'run-a' })],
    ['while a forced run of it goes on waits for that', false, current('parsing')],
    ['stays loaded', false, current('loaded')],
    ['after a forced run of it failed is loaded again', true, current('failed')],
  ])('%s', (_, isAgain, entry) => {
    const after = withLoadedAgain(entry, 'v2', 'e2', AT);
    if (!isAgain) expect(after).toBe(entry);
    else {
      const { rows, records } = entry.loaded;
      expect(after).toMatchObject({
        state: 'loaded',
        version: 'v2',
        execution: 'e2',
        runId: 'run-a',
        rows,
        records,
      });
      expect(after.failure).toBeUndefined();
      expect(after.updatedAt).toBe(AT);
    }
  });
});

describe('the stages of a run', () => {
  const step = (state: FileState, minute: number) => ({
    state,
    at: new Date(minute * 60_000).toISOString(),
    execution: 'x',
    version: 'v1',
  });

  it('are unknown for a run whose claim the history has forgotten', () => {
    expect(stageDurations({ history: [step('parsing', 0), step('loaded', 3)] })).toEqual({});
  });

  it('begin with the claim, which may be the first step or the second', () => {
    const claim = [step('splitting', 1), step('parsing', 2)];
    expect(stageDurations({ history: claim })).toEqual({ splitting: 60_000 });
    expect(stageDurations({ history: [step('failed', 0), ...claim] })).toEqual({ splitting: 60_000 });
  });

  it('are added up if a run is in one of them twice', () => {
    const history = [
      step('splitting', 0),
      step('parsing', 1),
      step('merging', 2),
      step('parsing', 4),
      step('loaded', 9),
    ];
    expect(stageDurations({ history })).toEqual({ splitting: 60_000, parsing: 360_000, merging: 120_000 });
  });
});

describe('figures that a day manifest states of a file', () => {
  const figures = { sizeBytes: 10, crc64nvme: 'a', records: 3, details: 2 };
  const codeOf = (
    stated: Parameters<typeof figuresRefusal>[2],
    known: Parameters<typeof figuresRefusal>[3] = figures,
  ) => figuresRefusal('in/a.txt', 'day.json', stated, known)?.code;

  it('must all be those of the file, as far as they are stated and known', () => {
    expect(codeOf({})).toBeUndefined();
    expect(codeOf(figures)).toBeUndefined();
    expect(codeOf(figures, { sizeBytes: 10 })).toBeUndefined();
    expect(codeOf({ ...figures, sizeBytes: 11 })).toBe('size-mismatch');
    expect(codeOf({ ...figures, crc64nvme: 'b' })).toBe('checksum-mismatch');
    expect(codeOf({ ...figures, records: 4 })).toBe('control-total-mismatch');
    expect(codeOf({ ...figures, details: 0 })).toBe('control-total-mismatch');
  });
});
