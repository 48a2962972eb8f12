import { SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetters } from '../ports/dead-letters.ts';
import { patient } from './client-patience.ts';
import type { FunctionVariables } from './function-variables.ts';
import { createSqsDeadLetters } from './sqs-dead-letters.ts';

/** The queues whose letters an operator sends again. */
export function createDeadLetterQueues({ need }: Pick<FunctionVariables, 'need'>): {
  starter: DeadLetters;
  watchdog: DeadLetters;
  operator: DeadLetters;
} {
  const client = new SQSClient(patient());
  return {
    starter: createSqsDeadLetters(client, need('STARTER_DEAD_LETTERS_URL')),
    watchdog: createSqsDeadLetters(client, need('WATCHDOG_DEAD_LETTERS_URL')),
    operator: createSqsDeadLetters(client, need('OPERATOR_DEAD_LETTERS_URL')),
  };
}
