import { expect, test } from 'vitest';
import { createProgress } from '../../terminal/progress-line.ts';

const FILE = 'year=2025/month=08/day=12/contratos_20250812_001.txt';
const PART = { inputBytes: 0, rows: 1, rejected: 1 } as Parameters<
  ReturnType<typeof createProgress>['rangeDone']
>[0];

/** What a terminal of this width shows of a file that is half read, and after its end. */
function shownAt(columns: number, isTTY = true) {
  let text = '';
  let [now, read] = [0, 0];
  const progress = createProgress({ isTTY, columns, write: (piece: string) => (text += piece) }, () => now);
  progress.fileStarted(FILE, { totalBytes: 1e9, bytesRead: () => read });
  progress.planned(1);
  progress.stage('ParseOnlyRange');
  [now, read] = [75_000, 500e6];
  progress.rangeDone(PART);
  progress.stage('MergePartitions');
  progress.done();
  return text.split(isTTY ? '\r\x1b[K' : '\n').filter((line) => line !== '');
}

test('moves with the bytes, and says what is left in every width', () => {
  const bar = '████████████░░░░░░░░░░░░';
  expect(shownAt(200).at(-2)).toBe(
    `${FILE}  reading  ${bar}  50 %  1:15 left  1:15 elapsed  500 MB of 1.0 GB  7 MB/s  1 row  1 reject`,
  );
  expect(shownAt(60).at(-2)).toBe('contratos_20250812_001.txt  reading  ████████░░░░░░░░  50 %');
  for (let columns = 60; columns <= 200; columns++) {
    const line = shownAt(columns).at(-2) ?? '';
    expect(line.length).toBeLessThan(columns);
    expect(line).toMatch(/reading .*50 %/);
  }
  expect(shownAt(100).at(-1)).toMatch(/ merging /);
});

test('is plain lines where there is no terminal', () => {
  expect(shownAt(80, false)).toEqual([
    `${FILE}: 1 range`,
    `${FILE}: 1:15 left  1:15 elapsed  500 MB of 1.0 GB  7 MB/s  1 row  1 reject`,
  ]);
});
