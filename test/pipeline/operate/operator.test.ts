import { describe, expect, it } from 'vitest';
import { createOperator } from '../../../functions/operator/handler.ts';
import { UsageError } from '../../../shared/errors.ts';
import { readOperation } from '../../../shared/pipeline/operate/operation.ts';
import type { DeadLetters } from '../../../shared/ports/dead-letters.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';

const DAY = { dataset: 'small', businessDate: '2025-08-12' };

/** A queue in memory; a letter that was taken is seen again only when it is kept. */
class Letters implements DeadLetters {
  readonly waiting: { id: string; body: string }[];
  private readonly taken: { id: string; body: string }[] = [];
  constructor(bodies: unknown[]) {
    this.waiting = bodies.map((body, index) => ({
      id: `letter-${index}`,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }));
  }
  async take() {
    const letter = this.waiting.shift();
    if (!letter) return undefined;
    this.taken.push(letter);
    return { ...letter, forget: async () => {}, keep: async () => void this.waiting.push(letter) };
  }
}

async function operatorOn(
  lake: TestLake,
  letters: unknown[] = [],
  own: unknown[] = [],
  remainingMs = 900_000,
) {
  const delivered: unknown[] = [];
  const reruns: unknown[] = [];
  const starter = new Letters(letters);
  const operate = createOperator({
    ports: lake.ports,
    queues: { starter, watchdog: new Letters([]), operator: new Letters(own) },
    deliver: {
      starter: async (event) => {
        if (JSON.stringify(event).includes('unusable'))
          throw new UsageError({ what: 'this event cannot be used' });
        delivered.push(event);
      },
      watchdog: async () => expect.unreachable(),
    },
    rerun: async (request) => void reruns.push(request),
    adopt: async () => ({ adopted: [], unfit: [] }),
    link: async (key) => ({ url: `https://lake/${key}?signed`, expiresAt: '2025-08-13T07:00:00Z' }),
  });
  return {
    ask: (event: unknown) => operate(readOperation(event), () => remainingMs),
    delivered,
    reruns,
    queue: starter,
  };
}

async function twoVersions(): Promise<TestLake> {
  const lake = await TestLake.make();
  for (const amount of [1, 2]) {
    await lake.putRaw('small_a_20250812.txt', smallFile(smallLine('a', amount)));
    await lake.convert({ layout: smallLayout({ name: 'small' }), sourceKey: 'small_a_20250812.txt' });
  }
  return lake;
}

describe('the operator', () => {
  it('publishes a day, rolls it back, and cleans', async () => {
    const lake = await twoVersions();
    const { ask } = await operatorOn(lake);
    expect(await ask({ action: 'publish', ...DAY })).toMatchObject({ action: 'publish', commit: 2 });
    const back = await ask({ action: 'rollback', ...DAY, reason: 'wrong amounts' });
    expect(back).toMatchObject({ action: 'rollback', commit: 3, restores: 1 });
    expect(await ask({ action: 'clean' })).toEqual({
      action: 'clean',
      removed: 0,
      kept: expect.any(Number),
      failed: [],
      removals: [],
      stays: expect.any(Array),
    });
  });

  it('stops cleaning while there is time to end what it began, and tells people if nobody reads the answer', async () => {
    const lake = await twoVersions();
    const { ask } = await operatorOn(lake, [], [], 120_000);
    expect(await ask({ action: 'clean' })).toEqual({
      ...{ action: 'clean', removed: 0, kept: 0, failed: [], removals: [], stays: [], unfinished: true },
    });
    const told = () => lake.notifications.filter((message) => message.startsWith('The cleaning of'));
    expect(told()).toEqual([]);
    await ask({ action: 'clean', scheduledAt: '2025-08-13T16:00:00Z' });
    expect(told()).toEqual([expect.stringContaining('not enough time')]);
  });

  it('does again what a schedule asked for in vain', async () => {
    const clean = { action: 'clean', scheduledAt: '2025-08-13T16:00:00Z' };
    const fromLambda = { requestContext: {}, requestPayload: clean };
    const { ask } = await operatorOn(await twoVersions(), [], [clean, fromLambda, { action: 'cleen' }]);
    expect(await ask({ action: 'replay', queue: 'operator' })).toMatchObject({
      replayed: 2,
      kept: [{ id: 'letter-2', error: 'UsageError' }],
    });
  });

  it('runs a day again', async () => {
    const { ask, reruns } = await operatorOn(await TestLake.make());
    await ask({ action: 'rerun', layout: 'small', businessDate: '2025-08-12', force: true });
    expect(reruns).toEqual([{ layout: 'small', businessDate: '2025-08-12', force: true }]);
  });

  it('sends dead letters again, also those that Lambda left, and keeps those that fail again', async () => {
    const arrival = { detail: { object: { key: 'a' } } };
    const fromLambda = { requestContext: { condition: 'RetriesExhausted' }, requestPayload: arrival };
    const letters = [arrival, { detail: 'unusable' }, fromLambda, 'no JSON', arrival];
    const { ask, delivered, queue } = await operatorOn(await TestLake.make(), letters);
    const report = await ask({ action: 'replay', queue: 'starter', atMost: 4 });
    expect(delivered).toEqual([arrival, arrival]);
    expect(report).toMatchObject({ replayed: 2, kept: [{ id: 'letter-1' }, { id: 'letter-3' }] });
    expect(queue.waiting.map(({ id }) => id).sort()).toEqual(['letter-1', 'letter-3', 'letter-4']);
  });
});

it.each([
  [{}, /action/],
  [{ action: 'publish', dataset: 'small', businessDate: '12/08/2025' }, /'businessDate': must be a day/],
  [{ action: 'publish', ...DAY, forced: true }, /forced/],
  [{ action: 'publish', ...DAY, partial: { reason: ' ' } }, /'partial\.reason': must say why/],
  [{ action: 'rollback', ...DAY }, /reason/],
  [{ action: 'rollback', ...DAY, reason: 'x', remove: true }, /'remove': needs a 'file'/],
  [{ action: 'rollback', ...DAY, reason: 'x', file: 'a', toCommit: 1 }, /'toCommit': is for the whole day/],
  [{ action: 'clean', runsOlderThanDays: 1 }, /runsOlderThanDays/],
  [{ action: 'replay', queue: 'finalizer' }, /queue/],
])('the operator refuses %j', (event, why) => {
  try {
    readOperation(event);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).why).toMatch(why);
  }
});
