import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { OutputUnwritable, StoreUnavailable } from '../../shared/errors.ts';

/**
 * The request that CloudFormation sends when a deployment creates, updates or deletes the stack's tables
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html).
 */
const request = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
});
type StackRequest = z.infer<typeof request>;

export function isStackRequest(event: unknown): event is StackRequest {
  return request.safeParse(event).success;
}

/** An answer has at most 4,096 bytes (…/crpg-ref-responses.html). */
const MOST_REASON = 1_000;

const MOST_TRIES = 10;
const BETWEEN_TRIES_MS = 12_000;

/**
 * Rights that the same deployment gave a moment ago are not there everywhere yet
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html, "Changes that I make are not always immediately visible").
 */
async function onceItMay(
  act: () => Promise<object>,
  waitMs: (milliseconds: number) => Promise<unknown>,
): Promise<object> {
  for (let tries = 1; ; tries++) {
    try {
      return await act();
    } catch (error) {
      const mayPass = error instanceof OutputUnwritable || error instanceof StoreUnavailable;
      if (!mayPass || tries >= MOST_TRIES) throw error;
    }
    await waitMs(BETWEEN_TRIES_MS);
  }
}

/**
 * Does what a deployment needs, and tells CloudFormation how it went: without an answer it would wait until its time is over. A failure is an
 * answer too, and the deployment is then rolled back. Nothing is done for a removal: the tables go with their database, and the files stay.
 */
export async function answerStack(
  { RequestType, ResponseURL, StackId, RequestId, LogicalResourceId }: StackRequest,
  act: () => Promise<object>,
  waitMs: (milliseconds: number) => Promise<unknown> = wait,
): Promise<object> {
  const outcome = await (RequestType === 'Delete' ? Promise.resolve({}) : onceItMay(act, waitMs)).then(
    (done) => ({ Status: 'SUCCESS', done }),
    (error: Error) => ({ Status: 'FAILED', Reason: `${error.name}: ${error.message}`.slice(0, MOST_REASON) }),
  );
  const { Status, ...told } = outcome;
  const answer = {
    Status,
    ...('Reason' in outcome && { Reason: outcome.Reason }),
    // The same for ever: another one would have the resource removed and made anew.
    PhysicalResourceId: LogicalResourceId,
    ...{ StackId, RequestId, LogicalResourceId },
  };
  // The address is signed for a request without a type of content.
  const response = await fetch(ResponseURL, { method: 'PUT', body: Buffer.from(JSON.stringify(answer)) });
  if (response.ok) return { stack: RequestType, Status, ...told };
  throw new StoreUnavailable({
    what: `CloudFormation did not take the answer: ${response.status}`,
    where: LogicalResourceId,
    next: 'The call is made again; everything that it did may be repeated.',
  });
}
