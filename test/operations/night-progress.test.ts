import { describe, expect, it } from 'vitest';
import { nightProgress } from '../../shared/operations/night-progress.ts';

describe('the progress of a night', () => {
  const minutes = (from: number, to: number) => ({ fromMs: from * 60_000, toMs: to * 60_000 });
  const clock = new Date(100 * 60_000);

  it('does not count waiting for files as slowness', () => {
    const done = { sizeBytes: 100, doneBytes: 100 };
    const files = [
      { ...done, worked: minutes(0, 10) },
      { ...done, worked: minutes(5, 10) },
      { sizeBytes: 100, doneBytes: 0, worked: minutes(90, 100) },
    ];
    const progress = nightProgress(files, 0, clock);
    expect(progress.percentDone).toBe(66.66);
    // 200 bytes in 20 minutes of work: another 100 take 10.
    expect(progress.estimatedEnd).toEqual(new Date(110 * 60_000));
  });

  it('counts a missing file as large as the others', () => {
    const files = [{ sizeBytes: 100, doneBytes: 100, worked: minutes(0, 10) }];
    expect(nightProgress(files, 3, clock)).toEqual({ percentDone: 25, estimatedEnd: new Date(130 * 60_000) });
    expect(nightProgress([], 3, clock)).toEqual({ percentDone: 0, estimatedEnd: undefined });
  });
});
