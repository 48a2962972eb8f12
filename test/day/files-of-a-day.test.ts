import { describe, expect, it } from 'vitest';
import { dayCompletion, type ExpectedFiles } from '../../shared/day/expected-files.ts';
import type { FileState } from '../../shared/run/ledger-entry.ts';

const expecting = (files: ExpectedFiles | undefined) => ({ origin: 'settings' as const, files });
const arrived = (sourceKey: string, state: FileState = 'loaded', isLoaded = true) => ({
  sourceKey,
  state,
  ...(isLoaded && { loaded: {} }),
});

describe('the files of a day', () => {
  it('are unexpected only beside names that none of them has', () => {
    const unexpected = (files: ExpectedFiles | undefined) =>
      dayCompletion(expecting(files), [arrived('a.txt')]).files[0]?.unexpected;
    expect(unexpected(undefined)).toBe(false);
    expect(unexpected(1)).toBe(false);
    expect(unexpected(['a.txt'])).toBe(false);
    expect(unexpected(['b.txt'])).toBe(true);
  });

  it('that are missing are nothing but missing', () => {
    const { files, missing } = dayCompletion(expecting(['in/b.txt']), []);
    expect(missing).toBe(1);
    expect(files).toEqual([
      { name: 'b.txt', status: 'missing', loaded: false, supplement: false, unexpected: false },
    ]);
  });

  it.each<[FileState, string]>([
    ['loaded', 'loaded'],
    ['refused', 'refused'],
    ['failed', 'failed'],
    ['splitting', 'running'],
    ['parsing', 'running'],
    ['reconciling', 'running'],
    ['merging', 'running'],
  ])('in state %s are %s', (state, status) => {
    expect(dayCompletion(expecting(1), [arrived('a.txt', state)]).files[0]?.status).toBe(status);
  });

  it('are named up to fifty, and counted beyond', () => {
    const waitingFor = (count: number) =>
      dayCompletion(expecting(Array.from({ length: count }, (_, index) => `f${index}.txt`)), []).waitingFor;
    expect(waitingFor(50)).toMatch(/f49\.txt$/);
    expect(waitingFor(51)).toMatch(/f49\.txt and 1 more$/);
    expect(waitingFor(60)).toMatch(/and 10 more$/);
  });

  it('count as loaded by their number, also if more come than were expected', () => {
    const day = (count: number, ...states: FileState[]) => {
      const files = states.map((state, index) => arrived(`f${index}`, state, state === 'loaded'));
      const { missing, complete, waitingFor } = dayCompletion(expecting(count), files);
      return { missing, complete, waitingFor };
    };
    expect(day(2, 'loaded')).toEqual({ missing: 1, complete: false, waitingFor: '1 of 2 files' });
    expect(day(2, 'loaded', 'refused')).toEqual({ missing: 0, complete: false, waitingFor: '1 of 2 files' });
    expect(day(2, 'loaded', 'loaded')).toEqual({ missing: 0, complete: true, waitingFor: undefined });
    expect(day(2, 'loaded', 'loaded', 'loaded')).toMatchObject({ missing: 0, complete: true });
  });
});
