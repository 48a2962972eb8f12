import { threadId } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { createOwnThread } from '../../../local/state-machine/own-thread.ts';

const handlerModule = new URL('../../support/echo-functions.ts', import.meta.url);
const own = () => createOwnThread({ handlerModule, setup: { out: 'lake' } });

it('calls the functions of threads in this thread, with the setup, and answers with JSON', async () => {
  const answer = await own().run('echo', { rangeIndex: 3 });
  expect(answer).toEqual({ input: { rangeIndex: 3 }, setup: { out: 'lake' }, threadId });
  expect(await own().run('nothing', null)).toBeNull();
});

it('hands over a copy, so that a function cannot change what belongs to others', async () => {
  const input = { ranges: [1] };
  const { input: handed } = (await own().run('echo', input)) as { input: unknown };
  expect(handed).toEqual(input);
  expect(handed).not.toBe(input);
  await expect(own().run('echo', () => {})).rejects.toMatchObject({ name: 'DataCloneError' });
});

it('rebuilds an error as a thread does', async () => {
  await expect(own().run('fail', null)).rejects.toMatchObject({
    ...{ name: 'StoreUnavailable', where: 'runs/1/ranges.json', why: 'The connection was lost' },
    ...{ next: 'Try again', retryable: true, cause: { name: 'Error', message: 'ECONNRESET' } },
  });
  await expect(own().run('throw-text', null)).rejects.toMatchObject({ name: 'Error', message: 'just text' });
  await expect(own().run('bigint', null)).rejects.toMatchObject({ name: 'TypeError', retryable: false });
});

it('says why the functions could not be loaded', async () => {
  const pool = createOwnThread({ handlerModule: new URL('file:///no/such/module.ts') });
  await expect(pool.run('echo', null)).rejects.toMatchObject({ name: 'Error', message: /module\.ts/ });
});

it('fails with the reason of the signal: before the call, or once the call has ended', async () => {
  const abort = new AbortController();
  const running = own().run('echo', 1, { signal: abort.signal });
  abort.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
  await expect(own().run('echo', 1, { signal: abort.signal })).rejects.toThrow('enough');
});
