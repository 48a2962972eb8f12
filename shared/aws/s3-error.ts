import {
  ObjectClosed,
  ObjectNotFound,
  OutputUnwritable,
  PipelineError,
  PreconditionFailed,
  SourceChanged,
  StoreThrottled,
  StoreUnavailable,
} from '../errors.ts';

/** The parts of an SDK error that are read. Answers to HEAD have no body, and therefore only a status. */
interface SdkError {
  name?: string;
  message?: string;
  code?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string; attempts?: number };
}

/** Names of errors that mean throttling (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html). */
const THROTTLED = new Set([
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'TooManyRequestsException',
  'KMSThrottlingException',
  'RequestLimitExceeded',
]);

const PASSING = new Set([
  ...THROTTLED,
  'ServiceUnavailable',
  'InternalError',
  'InternalServiceException',
  'OperationTimeoutException',
  'ConcurrentModificationException',
  'RequestTimeout',
  'RequestTimeTooSkewed',
  'TimeoutError',
  'NetworkingError',
  'ConditionalRequestConflict',
  'OperationAborted',
]);

/** Codes that Node, its TLS and its DNS give for lost connections. */
const NETWORK_CODE =
  /^(ECONN\w+|EPIPE|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ERR_STREAM_PREMATURE_CLOSE)$/;

/** Anything may be thrown; what is not an object has none of the parts. */
function sdkError(error: unknown): SdkError {
  return typeof error === 'object' && error !== null ? error : {};
}

export function errorName(error: unknown): string | undefined {
  return sdkError(error).name;
}

/** How often the SDK sent the request. */
export function attemptsOf(error: unknown): number {
  return sdkError(error).$metadata?.attempts ?? 1;
}

/** True if the service answered at all; a connection that broke has no answer. */
export function isAnswer(error: unknown): boolean {
  return sdkError(error).$metadata !== undefined;
}

export function statusOf(error: unknown): number | undefined {
  return sdkError(error).$metadata?.httpStatusCode;
}

function isThrottled(error: unknown): boolean {
  return statusOf(error) === 429 || THROTTLED.has(sdkError(error).name ?? '');
}

/** Throttling, 5xx, time-outs and lost connections: the SDK has already retried them. */
export function isPassing(error: unknown): boolean {
  const { name = '', code = '', message = '' } = sdkError(error);
  const status = statusOf(error) ?? 0;
  // A connection that ends early shows as a plain Error named `aborted`.
  return (
    status >= 500 ||
    status === 429 ||
    status === 409 ||
    PASSING.has(name) ||
    NETWORK_CODE.test(code) ||
    message === 'aborted'
  );
}

export function isNotFound(error: unknown): boolean {
  const name = errorName(error);
  return name !== 'NoSuchVersion' && name !== 'NoSuchBucket' && statusOf(error) === 404;
}

/** The typed error of a failed read of `where`; errors that are not S3's come back as they are. */
export function readError(error: unknown, where: string): unknown {
  const status = statusOf(error);
  const name = errorName(error);
  if (error instanceof PipelineError) return error;
  if (isPassing(error)) return unavailable(error, where);
  if (name === 'NoSuchVersion' || name === 'InvalidRange' || status === 412 || status === 416) {
    return sourceChanged(where, error);
  }
  if (isNotFound(error)) {
    return new ObjectNotFound({
      what: 'there is no such object',
      where,
      next: 'Check bucket and key.',
      cause: error,
    });
  }
  if (status === undefined && name !== 'CredentialsProviderError') return error;
  const Denied = status === 403 ? ObjectClosed : ObjectNotFound;
  return new Denied({
    what: 'the object cannot be read',
    where,
    why: reason(error),
    next: 'Check that it exists and that this role may read it (s3:GetObject, s3:ListBucket, kms:Decrypt).',
    cause: error,
  });
}

/** The typed error of a failed write of `where`; errors that are not S3's come back as they are. */
export function writeError(error: unknown, where: string): unknown {
  const status = statusOf(error);
  if (error instanceof PipelineError) return error;
  if (status === 412) {
    return new PreconditionFailed({
      what: 'the object was not written',
      where,
      why: 'Somebody else wrote it first.',
      cause: error,
    });
  }
  if (isPassing(error)) return unavailable(error, where);
  if (status === undefined && errorName(error) !== 'CredentialsProviderError') return error;
  return new OutputUnwritable({
    what: 'the object cannot be written',
    where,
    why: reason(error),
    next: 'Check that the bucket exists and that this role may write to it (s3:PutObject, s3:DeleteObject, kms:GenerateDataKey).',
    cause: error,
  });
}

/** The error of a conditional write of an object that is gone. */
export function goneError(cause: unknown, where: string): PreconditionFailed {
  return new PreconditionFailed({
    what: 'the object was not written',
    where,
    why: 'It no longer exists.',
    cause,
  });
}

export function sourceChanged(where: string, cause?: unknown): SourceChanged {
  return new SourceChanged({
    what: 'the object is not the one that was planned for',
    where,
    why: 'It was replaced or removed, or is shorter than when the run began.',
    next: 'Start a run for its present version; nothing of this run was published.',
    cause,
  });
}

/** `StoreUnavailable` with what the service said; also for services other than S3. */
export function unavailable(error: unknown, where: string): StoreUnavailable {
  const attempts = attemptsOf(error);
  const Unavailable = isThrottled(error) ? StoreThrottled : StoreUnavailable;
  return new Unavailable({
    what: attempts > 1 ? `no success in ${attempts} attempts` : 'the service did not answer',
    where,
    why: reason(error),
    next: 'It is tried again; if this continues, look at throttling, quotas and network.',
    cause: error,
  });
}

/** The service's answer, with the id of the request. */
function reason(error: unknown): string {
  const { name = 'Error', message = '', code, $metadata } = sdkError(error);
  const request = $metadata?.requestId ? ` (request ${$metadata.requestId})` : '';
  return `${code ?? name}: ${message.replace(/[.\s]+$/, '')}${request}`;
}

/** `AccessDeniedException: User is not authorized …` */
export function nameAndMessage(error: unknown): string {
  const { name = '', message = '' } = sdkError(error);
  return `${name}: ${message}`;
}

/** The typed error of a call to another service: it passes, or it stays as it is. */
export function unavailableOr(error: unknown, where: string): unknown {
  return !(error instanceof PipelineError) && isPassing(error) ? unavailable(error, where) : error;
}
