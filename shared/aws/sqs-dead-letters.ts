import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { DeadLetters } from '../ports/dead-letters.ts';

/** Longer than the function runs, so that a letter that fails does not come back in the same replay. */
const HIDDEN_SECONDS = 900;

/** Dead letters in a queue of SQS. */
export function createSqsDeadLetters(client: SQSClient, QueueUrl: string): DeadLetters {
  return {
    async take() {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 1,
          VisibilityTimeout: HIDDEN_SECONDS,
          // Long polling asks all servers; a short one may miss a letter that is there:
          // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
          WaitTimeSeconds: 2,
        }),
      );
      const [{ MessageId: id = '', ReceiptHandle, Body: body = '' } = {}] = Messages;
      if (ReceiptHandle === undefined) return undefined;
      return {
        id,
        body,
        async forget() {
          await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        },
        async keep() {
          const asked = { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 };
          await client.send(new ChangeMessageVisibilityCommand(asked));
        },
      };
    },
  };
}
