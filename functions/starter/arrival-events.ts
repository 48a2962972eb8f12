import { UsageError } from '../../shared/errors.ts';
import type { Arrival } from '../../shared/pipeline/start/start-arrival.ts';

/** The parts that we read of EventBridge's "Object Created", or of a notification that S3 sends by itself. */
export type ArrivalEvent =
  | {
      detail: {
        bucket: { name: string };
        object: { key: string; 'version-id'?: string; etag?: string };
      };
    }
  | {
      Records: {
        s3: { bucket: { name: string }; object: { key: string; versionId?: string; eTag?: string } };
      }[];
    };

/** The objects that an event names. Fails with `UsageError` if they are of another bucket, or if it is another kind of event. */
export function arrivalsOf(event: ArrivalEvent, bucket: string): Arrival[] {
  const objects = 'detail' in event ? eventBridgeObjects(event) : notifiedObjects(event);
  for (const object of objects) {
    if (typeof object.key !== 'string' || object.key === '') throw unusable('it names no key');
    if (object.bucket === bucket) continue;
    throw unusable(`it is of bucket ${object.bucket}, but files arrive in ${bucket}`);
  }
  return objects.map(({ key, version }) => ({ key, version: version || undefined }));
}

interface EventObject {
  bucket: string | undefined;
  key: string;
  version: string | undefined;
}

function eventBridgeObjects({ detail }: Extract<ArrivalEvent, { detail: unknown }>): EventObject[] {
  if (!detail?.object) throw unusable("it has no 'detail.object'");
  const { bucket, object } = detail;
  return [{ bucket: bucket?.name, key: object.key, version: object['version-id'] ?? object.etag }];
}

function notifiedObjects(event: Extract<ArrivalEvent, { Records: unknown }>): EventObject[] {
  if (!Array.isArray(event?.Records)) throw unusable("it has neither 'detail' nor 'Records'");
  return event.Records.map(({ s3 }) => {
    if (!s3?.object) throw unusable("a record has no 's3.object'");
    const { bucket, object } = s3;
    return { bucket: bucket?.name, key: object.key, version: object.versionId ?? object.eTag };
  });
}

function unusable(why: string): UsageError {
  return new UsageError({
    what: 'this event cannot be used',
    why,
    next: "Send S3's Object Created events of the raw bucket, by EventBridge or as a notification.",
  });
}
