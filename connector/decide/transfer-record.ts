import { createHash } from 'node:crypto';
import { listOf, nullable, objectOf, optional, text, wholeNumber } from '../../shared/json-shape.ts';
import type { ArrivedObject } from '../../shared/ports/transfer-target.ts';
import { type CompressedPart, compressedPartShape } from './compressed-parts.ts';

/**
 * What is known of one key, kept in the target and changed only by conditional writes: so connectors on any hosts agree on who sends a
 * file, and on what has arrived.
 */
export interface TransferRecord {
  key: string;
  businessDate: string | null;
  /** Index in `files` of the config, and the layout that it names. */
  rule: number;
  layout: string | null;
  /** Every version that arrived, the last of which stands at the key. */
  arrivals: Arrival[];
  /** The upload that is under way. */
  sending: Sending | null;
  /** Uploads that were given up while somebody slow may still complete them. What appears and is none of these is another's object. */
  givenUp: Sending[];
  lease: Lease | null;
}

/** The bytes of a file as its source has them. */
interface Content {
  sizeBytes: number;
  crc64nvme: string;
}

export interface Arrival {
  source: string;
  path: string;
  /** The source's. */
  version: string;
  sizeBytes: number;
  crc64nvme: string;
  /** The target's. */
  tag: string;
  objectVersion: string;
  /** ISO 8601, in UTC. */
  at: string;
  /** Why it was sent: a new file, or how it differs from the one before. */
  reason: string;
  /** Of a file that was compressed on its way: what is in it. Size and checksum above are those of the object. */
  content?: Content;
  /** What its trailer counts, as a day manifest says it. */
  records?: number;
  details?: number;
  /** How its conversion on this machine ended; absent if there was none. */
  converted?: string;
}

export interface Sending {
  source: string;
  path: string;
  version: string;
  sizeBytes: number;
  partSizeBytes: number;
  reason: string;
  /** Undefined for a file that fits one request. */
  uploadId?: string;
  /** Checksum of the whole, from when every part has arrived: from here on the object may appear at any moment. */
  completing?: string;
  /** Tag of the object that it takes the place of. */
  replaces?: string;
  /** Of a file that is compressed on its way: the parts that were made, but for the last; and, with `completing`, the whole. */
  compressed?: CompressedPart[];
  storedBytes?: number;
  content?: Content;
  /** What its trailer counts. */
  records?: number;
  details?: number;
}

/** Who works on the key. The holder changes `beat` from time to time; nobody compares clocks. */
interface Lease {
  owner: string;
  beat: number;
}

const contentShape = objectOf<Content>({ sizeBytes: wholeNumber, crc64nvme: text });

const sendingShape = objectOf<Sending>({
  source: text,
  path: text,
  version: text,
  sizeBytes: wholeNumber,
  partSizeBytes: wholeNumber,
  reason: text,
  uploadId: optional(text),
  completing: optional(text),
  replaces: optional(text),
  compressed: optional(listOf(compressedPartShape)),
  storedBytes: optional(wholeNumber),
  content: optional(contentShape),
  records: optional(wholeNumber),
  details: optional(wholeNumber),
});

const arrivalShape = objectOf<Arrival>({
  source: text,
  path: text,
  version: text,
  sizeBytes: wholeNumber,
  crc64nvme: text,
  tag: text,
  objectVersion: text,
  at: text,
  reason: text,
  content: optional(contentShape),
  records: optional(wholeNumber),
  details: optional(wholeNumber),
  converted: optional(text),
});

export const transferRecordShape = objectOf<TransferRecord>({
  key: text,
  businessDate: nullable(text),
  rule: wholeNumber,
  layout: nullable(text),
  arrivals: listOf(arrivalShape),
  sending: nullable(sendingShape),
  givenUp: listOf(sendingShape),
  lease: nullable(objectOf<Lease>({ owner: text, beat: wholeNumber })),
});

/** Everything that connectors of this name keep in the target. */
export function stateFolder(prefix: string, name: string): string {
  return `${prefix}_connector/${name}/`;
}

/** Folder of the records of a day. */
export function recordsFolder(stateFolder: string, businessDate: string | undefined): string {
  return `${stateFolder}transfers/${businessDate ?? 'undated'}/`;
}

/** Where the record of a key lies. Keys may be as long as a key can be, so their hash names it. */
export function recordKey(stateFolder: string, key: string, businessDate: string | undefined): string {
  const name = createHash('sha256').update(key).digest('hex').slice(0, 32);
  return `${recordsFolder(stateFolder, businessDate)}${name}.json`;
}

export function currentArrival({ arrivals }: Pick<TransferRecord, 'arrivals'>): Arrival | undefined {
  return arrivals.at(-1);
}

/** The record once an upload has arrived. */
export function withArrival(record: TransferRecord, arrival: Arrival): TransferRecord {
  const givenUp = record.givenUp.filter(({ completing }) => completing !== arrival.crc64nvme);
  return { ...record, arrivals: [...record.arrivals, arrival], sending: null, givenUp };
}

/** More than so many slow connectors do not work on one key. */
const MOST_GIVEN_UP = 8;

/** The record without the upload that was under way. */
export function withoutSending(record: TransferRecord): TransferRecord {
  const { sending, givenUp } = record;
  if (sending?.completing === undefined) return { ...record, sending: null };
  const { compressed: _, ...upload } = sending;
  return { ...record, sending: null, givenUp: [...givenUp, upload].slice(-MOST_GIVEN_UP) };
}

/** Of the uploads that somebody may have completed, the one that an object is. */
export function uploadThatIs(
  { sending, givenUp }: Pick<TransferRecord, 'sending' | 'givenUp'>,
  found: { sizeBytes: number; crc64nvme: string },
): Sending | undefined {
  return [...givenUp, ...(sending ? [sending] : [])].findLast((upload) => isObjectOf(upload, found));
}

/** True if an object is what an upload was about to become. */
export function isObjectOf(
  { sizeBytes, storedBytes = sizeBytes, completing }: Sending,
  found: { sizeBytes: number; crc64nvme: string },
): boolean {
  return storedBytes === found.sizeBytes && completing === found.crc64nvme;
}

/** Size and checksum of the file that arrived, as its source has it. */
export function contentOf({ content, sizeBytes, crc64nvme }: Arrival): Content {
  return content ?? { sizeBytes, crc64nvme };
}

export function arrivalOf(sending: Sending, arrived: ArrivedObject, at: string): Arrival {
  const { source, path, version, reason, content, records, details } = sending;
  const { sizeBytes, crc64nvme, tag } = arrived;
  return {
    ...{ source, path, version, sizeBytes, crc64nvme, tag, objectVersion: arrived.version, at, reason },
    ...(content === undefined ? {} : { content }),
    ...(records === undefined ? {} : { records }),
    ...(details === undefined ? {} : { details }),
  };
}

/** Why a version is sent after another: a clause for the journal. */
export function reasonOf(before: Arrival | undefined, after: { sizeBytes: number }): string {
  if (!before) return 'new file';
  const { sizeBytes } = contentOf(before);
  return sizeBytes === after.sizeBytes
    ? `changed after it arrived: other bytes of the same size`
    : `changed after it arrived: ${sizeBytes} bytes before, ${after.sizeBytes} now`;
}
