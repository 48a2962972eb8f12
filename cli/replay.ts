import * as z from 'zod';
import { defineCommand, isSet, oneOf, text, usageError } from '../terminal/command-line.ts';
import { say, sayJson, warn } from '../terminal/print.ts';
import { askOperator } from './ask-operator.ts';

const QUEUES = ['starter', 'watchdog', 'operator'] as const;

const COMMAND = {
  does: 'Hands dead letters of AWS once more to the function that they were for.',
  usage: 'positional-lake replay --queue QUEUE [flags]',
  flags: {
    queue: oneOf(QUEUES, 'QUEUE', `whose letters: ${QUEUES.join(', ')}`),
    'at-most': text('N', 'letters; 100 by default, 1000 at most'),
    json: isSet('the outcome as one object'),
  },
  worksUnread: true,
  notes: `A letter that fails again stays in its queue. The environment variable STAGE names the stage.
Exit codes: 0 all of them were used, 1 failed, for one letter at least, 2 usage.`,
};

const replayedShape = z.object({
  replayed: z.int(),
  kept: z.array(z.object({ id: z.string(), error: z.string(), why: z.string() })),
});

export const command = defineCommand(COMMAND, async ({ queue: named, 'at-most': most, json }) => {
  const queue = QUEUES.find((name) => name === named);
  if (!queue) throw usageError(`--queue is ${named ?? 'missing'}`, `Give one of ${QUEUES.join(', ')}`);
  if (most !== undefined && !/^[1-9]\d{0,3}$/.test(most))
    throw usageError(`--at-most '${most}' is no number of letters`);
  const atMost = most === undefined ? {} : { atMost: Number(most) };
  const outcome = await askOperator({ action: 'replay', queue, ...atMost }, replayedShape);
  if (json) sayJson({ queue, ...outcome });
  else say(`${outcome.replayed} letters of ${queue} were used`);
  for (const { id, error, why } of json ? [] : outcome.kept)
    warn(`letter ${id} failed again: ${error}: ${why}`);
  return outcome.kept.length > 0 ? 1 : 0;
});
