import { StatesError } from './states-error.ts';

/** The largest input or output of a state, a task or an execution that Step Functions allows. */
export const PAYLOAD_LIMIT_BYTES = 256 * 1024;

/**
 * Fails with `States.DataLimitExceeded`, which no Retry and no Catch matches, if the JSON text of `value` has more than
 * 256 KiB of UTF-8. Otherwise a plan passed in a payload would work on a laptop and fail on AWS.
 */
export function assertPayloadSize(value: unknown, what: string): void {
  payloadText(value, what);
}

/** The JSON text of a payload, which fails in the same way. */
export function payloadText(value: unknown, what: string): string {
  const text = JSON.stringify(value) ?? 'null';
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes > PAYLOAD_LIMIT_BYTES) {
    throw new StatesError(
      'States.DataLimitExceeded',
      `${what} has ${sizeBytes} bytes, more than the ${PAYLOAD_LIMIT_BYTES} bytes that states may pass. ` +
        'Write it to the store and pass its key.',
    );
  }
  return text;
}
