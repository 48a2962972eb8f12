import * as z from 'zod';
import { UsageError } from '../../errors.ts';
import type { DeadLetter, DeadLetters } from '../../ports/dead-letters.ts';

interface ReplayReport {
  replayed: number;
  /** Letters that failed again and are still in the queue: the error of each. */
  kept: { id: string; error: string; why: string }[];
}

/**
 * Hands the letters of a queue to whom they were for, each once and at most `atMost`. One that is used leaves the queue; one that fails
 * again stays in it, and the others go on.
 */
export async function replayDeadLetters(
  letters: DeadLetters,
  deliver: (event: unknown) => Promise<unknown>,
  atMost: number,
  hasTime: () => boolean,
): Promise<ReplayReport> {
  const report: ReplayReport = { replayed: 0, kept: [] };
  const failed: DeadLetter[] = [];
  // A letter that is taken and not kept again is hidden from everybody for as long as the function runs.
  for (let count = 0; count < atMost && hasTime(); count++) {
    const letter = await letters.take();
    if (!letter) break;
    try {
      await deliver(eventOf(letter.body));
      await letter.forget();
      report.replayed += 1;
    } catch (error) {
      const { name, message } = error as Error;
      report.kept.push({ id: letter.id, error: name, why: message });
      failed.push(letter);
    }
  }
  // Only now: the next take would find them again.
  for (const letter of failed) await letter.keep();
  return report;
}

const invocationRecord = z.object({ requestContext: z.object({}), requestPayload: z.unknown() });

/**
 * EventBridge and its scheduler leave the event itself. Lambda leaves a record of the invocation, which is why SQS cannot redrive it, with
 * the event inside: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
function eventOf(body: string): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (cause) {
    throw new UsageError({ what: 'this dead letter is not JSON', next: 'Delete it from the queue.', cause });
  }
  return invocationRecord.safeParse(parsed).data?.requestPayload ?? parsed;
}
