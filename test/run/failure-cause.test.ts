import { expect, test } from 'vitest';
import { firstFailedChild, readCause } from '../../shared/run/failure-cause.ts';

const first = (...children: unknown[]) => firstFailedChild(JSON.stringify(children));

test('a cause of Lambda is its type and message, and any other text is kept as it is', () => {
  const cause = JSON.stringify({ errorType: 'NoSpace', errorMessage: 'full', trace: [] });
  expect(readCause('Task', cause)).toEqual({ name: 'NoSpace', message: 'full' });
  expect(readCause('Task', '{"errorMessage":"full"}')).toEqual({ name: 'Task', message: 'full' });
  for (const text of ['', 'no JSON', '{"errorType":"NoSpace"}', 'null', '7'])
    expect(readCause('Task', text)).toEqual({ name: 'Task', message: text });
});

test('the first child that failed says why a map failed', () => {
  const failed = { Status: 'FAILED', Error: 'NoSpace', Cause: 'full' };
  expect(
    first({ Status: 'SUCCEEDED', Error: 'no', Cause: 'no' }, failed, { ...failed, Error: 'later' }),
  ).toEqual({
    name: 'NoSpace',
    message: 'full',
  });
  expect(first({ Status: 'FAILED' }, null, failed)).toEqual({ name: 'NoSpace', message: 'full' });
  expect(first({ Status: 'FAILED', Error: 'NoSpace', Cause: 7 })).toEqual({ name: 'NoSpace', message: '' });
  expect(first({ Status: 'SUCCEEDED' }, null)).toBeUndefined();
  for (const text of ['{}', 'x', '']) expect(firstFailedChild(text)).toBeUndefined();
});

test('a child that was ended after its time says so if no other failed', () => {
  const late = { Status: 'TIMED_OUT' };
  expect(first({ Status: 'SUCCEEDED' }, late)?.name).toBe('States.Timeout');
  expect(first(late, { Status: 'FAILED', Error: 'NoSpace', Cause: '' })?.name).toBe('NoSpace');
});
