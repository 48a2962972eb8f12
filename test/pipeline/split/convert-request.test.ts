import { expect, test } from 'vitest';
import { checkRequest } from '../../../shared/pipeline/split/convert-request.ts';

const REQUEST = { layout: 'contracts', sourceKey: 'in/a.txt' };

function problemsOf(request: unknown): string {
  try {
    checkRequest(request);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

test.each([
  {},
  { businessDate: '2025-08-12', rangeSizeBytes: 1, force: true },
  { compression: 'zstd', supplementOf: 'in/b.txt', force: false },
  { compression: 'none', businessDate: undefined },
  { compression: 'snappy' },
])('a request with %o is taken', (changes) => {
  expect(problemsOf({ ...REQUEST, ...changes })).toBe('');
});

test.each<[object, string]>([
  [{ compression: 'gzip' }, "'compression' is 'gzip'"],
  [{ rangeSizeBytes: 0 }, "'rangeSizeBytes' must be"],
  [{ rangeSizeBytes: 1.5 }, "'rangeSizeBytes' must be"],
  [{ rangeSizeBytes: '5' }, "'rangeSizeBytes' must be"],
  [{ businessDate: '2025-02-30' }, "'businessDate' must be"],
  [{ businessDate: 20250812 }, "'businessDate' must be"],
  [{ force: 'true' }, "'force' must be"],
  [{ supplementOf: '' }, "'supplementOf' must be"],
  [{ supplementOf: 5 }, "'supplementOf' must be"],
  [{ supplementOf: '/a.txt' }, "'supplementOf' must be"],
  [{ layout: '' }, "'layout' must be"],
  [{ layout: undefined }, "'layout' is missing"],
  [{ sourceKey: 's3://bucket/a.txt' }, 'without s3://'],
  [{ sourceKey: '/a.txt' }, "'sourceKey' cannot be a key"],
  [{ sourceKey: 5 }, "'sourceKey' must be the key"],
  [{ sourcekey: 'a' }, "'sourcekey' is unknown"],
])('a request with %o is refused', (changes, text) => {
  const problems = problemsOf({ ...REQUEST, ...changes });
  expect(problems).toContain(text);
});

test.each([undefined, null, 'contracts', [REQUEST]])('a request that is %o is no object', (request) => {
  expect(problemsOf(request)).toContain('It must be a JSON object');
});

test('a day without a file is told what starts a whole day, and nobody else is', () => {
  const day = 'a whole day is started by the starter';
  expect(problemsOf({ layout: 'contracts', businessDate: '2025-08-12' })).toContain(day);
  expect(problemsOf({ layout: 'contracts' })).not.toContain(day);
  expect(problemsOf({ ...REQUEST, layout: undefined, businessDate: '2025-08-12' })).not.toContain(day);
});
