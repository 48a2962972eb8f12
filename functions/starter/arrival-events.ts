import * as z from 'zod';
import { UsageError } from '../../shared/errors.ts';
import type { Arrival } from '../../shared/pipeline/start/start-arrival.ts';

const NO_KEY = 'it names no key';
const NO_DETAIL = "it has no 'detail.object'";
const NO_RECORDS = "it has neither 'detail' nor 'Records'";
const NO_S3 = "a record has no 's3.object'";

const bucket = z.object({ name: z.string().optional() }).nullish();
const key = z.string(NO_KEY).min(1, NO_KEY);
const version = z.string().nullish();
/** The parts that are read of EventBridge's "Object Created" event. */
const objectCreated = z.object({
  detail: z.object(
    { bucket, object: z.object({ key, 'version-id': version, etag: version }, NO_DETAIL) },
    NO_DETAIL,
  ),
});
/** The parts that are read of a notification that S3 sends directly. */
const notification = z.object(
  {
    Records: z.array(
      z.object(
        {
          s3: z.object(
            { bucket, object: z.object({ key, versionId: version, eTag: version }, NO_S3) },
            NO_S3,
          ),
        },
        NO_S3,
      ),
      NO_RECORDS,
    ),
  },
  NO_RECORDS,
);

export type ArrivalEvent = z.infer<typeof objectCreated> | z.infer<typeof notification>;

/** Parses what announces an arrival. Fails with `UsageError` if it is another kind of event. */
export function readArrivalEvent(event: unknown): ArrivalEvent {
  const isObjectCreated = typeof event === 'object' && event !== null && 'detail' in event;
  const read = isObjectCreated ? objectCreated.safeParse(event) : notification.safeParse(event);
  if (read.success) return read.data;
  throw unusable(read.error.issues.map(({ message }) => message).join('; '));
}

/** The objects that an event is about. Fails with `UsageError` if they are in another bucket. */
export function arrivalsOf(event: ArrivalEvent, rawBucket: string): Arrival[] {
  const objects = 'detail' in event ? eventBridgeObjects(event) : notifiedObjects(event);
  for (const { bucketName } of objects) {
    if (bucketName === rawBucket) continue;
    throw unusable(`it is about bucket ${bucketName}, and files arrive in ${rawBucket}`);
  }
  return objects.map((object) => ({ key: object.key, version: object.version || undefined }));
}

interface EventObject {
  bucketName: string | undefined;
  key: string;
  version: string | null | undefined;
}

function eventBridgeObjects({ detail }: z.infer<typeof objectCreated>): EventObject[] {
  const { bucket, object } = detail;
  return [{ bucketName: bucket?.name, key: object.key, version: object['version-id'] ?? object.etag }];
}

function notifiedObjects({ Records }: z.infer<typeof notification>): EventObject[] {
  return Records.map(({ s3: { bucket, object } }) => ({
    bucketName: bucket?.name,
    key: object.key,
    version: object.versionId ?? object.eTag,
  }));
}

function unusable(why: string): UsageError {
  return new UsageError({
    what: 'this event cannot be used',
    why,
    next: "Send S3's Object Created events of the raw bucket, by EventBridge or as a notification.",
  });
}
