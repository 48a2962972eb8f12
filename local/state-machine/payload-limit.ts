import { StatesError } from './states-error.ts';

/** What Step Functions lets pass as input or output of a state, a task or an execution. */
export const PAYLOAD_LIMIT_BYTES = 256 * 1024;

/**
 * Fails with `States.DataLimitExceeded`, which no Retry and no Catch matches, when the JSON text of `value`
 * has more than 256 KiB of UTF-8. Without it a plan passed in a payload would work on a laptop and fail on AWS.
 */
export function assertPayloadSize(value: unknown, what: string): void {
  const sizeBytes = Buffer.byteLength(JSON.stringify(value) ?? 'null');
  if (sizeBytes > PAYLOAD_LIMIT_BYTES) {
    throw new StatesError(
      'States.DataLimitExceeded',
      `${what} has ${sizeBytes} bytes, more than the ${PAYLOAD_LIMIT_BYTES} bytes that states may pass. ` +
        'Write it to the store and pass its key.',
    );
  }
}
