import { ObjectClosed, PipelineError, StoreUnavailable } from '../../errors.ts';
import { readSourceFile } from '../../parquet/source-file.ts';
import type { ObjectInfo, ObjectStore } from '../../ports/object-store.ts';
import { crc64Base64Of, crc64nvme, crc64ToBase64 } from '../../ranges/crc64nvme.ts';
import type { ObjectFacts } from './finding.ts';
import { provePages, proveStoredPages } from './readable-pages.ts';

/** How closely a lake is looked at: `full` reads every page of its data files, `quick` sizes, footers, and checksums that the store keeps. */
export type Depth = 'full' | 'quick';
/** Of one data file also `bytes`: are they those that were written, whatever is in them? */
type FileDepth = Depth | 'bytes';

/** How the text begins that stands in place of damaged bytes: no Parquet file begins like it, so readers fail there. */
const FENCE = 'The bytes of this object were damaged.';
const FENCE_BYTES = 2048;

/** The problem of such an object. */
export const FENCED = 'its bytes were damaged, and repair took them out of the way of readers';

/** What `repair` writes in place of an object that it cannot bring back. */
export function fenceBytes(sourceKey: string, keptAs: string): Uint8Array {
  const text = `${FENCE} They are kept as ${keptAs}. Convert ${sourceKey} again with --force: its rows then come back in new objects.\n`;
  return new TextEncoder().encode(text.slice(0, FENCE_BYTES));
}

/** Why the object is not the one that was recorded, as a clause; undefined if it is. */
export async function objectProblem(
  lake: ObjectStore,
  key: string,
  facts: ObjectFacts,
  depth: FileDepth,
): Promise<string | undefined> {
  const { checksum } = facts;
  if (depth !== 'quick' && facts.bytes <= SMALL_BYTES) return smallProblem(lake, key, facts, depth);
  const info = await lake.head(key);
  if (!info) return 'it is missing';
  if (info.sizeBytes !== facts.bytes) return (await isFence(lake, info)) ? FENCED : wrongSize(info, facts);
  try {
    if (depth === 'full') return pagesProblem(await proveStoredPages(lake, info), facts);
    const isRead = checksum !== undefined && (depth === 'bytes' || isQuicklyRead(info));
    const actual = isRead ? await checksumOf(lake, info) : info.crc64nvme;
    if (checksum !== undefined && actual !== undefined) {
      return actual === checksum ? undefined : OTHER_BYTES;
    }
    return await footerProblem(lake, info, facts);
  } catch (error) {
    if (isAboutBytes(error)) return clause(error);
    throw error;
  }
}

/** One call says all of a small object: that it is there, how long it is, and its bytes. */
async function smallProblem(
  lake: ObjectStore,
  key: string,
  facts: ObjectFacts,
  depth: 'full' | 'bytes',
): Promise<string | undefined> {
  const { bytes, checksum } = facts;
  const stored = await lake.get(key);
  if (!stored) return 'it is missing';
  const sizeBytes = stored.bytes.length;
  if (sizeBytes !== bytes) return isFenceText(stored.bytes) ? FENCED : wrongSize({ sizeBytes }, { bytes });
  const isRight = checksum !== undefined && crc64Base64Of(stored.bytes) === checksum;
  if (checksum !== undefined && !isRight) return OTHER_BYTES;
  if (isRight && depth === 'bytes') return undefined;
  return pagesProblem(await provePages(stored.bytes), { ...facts, checksum: undefined });
}

/** Bytes that were changed afterwards are the first thing to say: their pages follow from that. */
function pagesProblem(
  { checksum, problem, rows }: { checksum?: string; problem: string | undefined; rows: number | undefined },
  facts: ObjectFacts,
): string | undefined {
  if (facts.checksum !== undefined && checksum !== facts.checksum) return OTHER_BYTES;
  if (problem !== undefined) return problem;
  return rows === facts.rows ? undefined : wrongRows(rows, facts);
}

function wrongRows(found: number | undefined, { rows }: ObjectFacts): string {
  return `the number of rows in its footer is ${found} instead of ${rows}`;
}

function wrongSize({ sizeBytes }: { sizeBytes: number }, { bytes }: { bytes: number }): string {
  return `it has a size of ${sizeBytes} instead of ${bytes} bytes`;
}

const OTHER_BYTES = 'its bytes are not those that were written: the checksum is another';

/** A footer takes longer to read than all bytes of such an object to sum. A store that keeps checksums has said it. */
function isQuicklyRead({ sizeBytes, crc64nvme }: ObjectInfo): boolean {
  return crc64nvme === undefined && sizeBytes <= QUICK_BYTES;
}

const QUICK_BYTES = 64 * 1024;

/** Objects of up to so many bytes are read at once. */
const SMALL_BYTES = 1024 * 1024;

async function checksumOf(lake: ObjectStore, { key, sizeBytes, pin }: ObjectInfo): Promise<string> {
  if (sizeBytes > 0 && sizeBytes <= SMALL_BYTES) {
    const all = await lake.readRange(key, { startByte: 0, endByte: sizeBytes }, { pin });
    return crc64Base64Of(all);
  }
  let crc = 0n;
  for await (const chunk of lake.streamRange(key, undefined, { pin })) crc = crc64nvme(chunk, crc);
  return crc64ToBase64(crc);
}

/** The number of rows that its footer states; undefined if it is missing or has no footer. */
export async function rowsOf(lake: ObjectStore, key: string): Promise<number | undefined> {
  const info = await lake.head(key);
  try {
    return info && (await footerRows(lake, info));
  } catch (error) {
    if (isAboutBytes(error)) return undefined;
    throw error;
  }
}

/** Not of a store that does not answer, nor of an object that may not be read: its bytes may be right. */
function isAboutBytes(error: unknown): error is PipelineError {
  return (
    error instanceof PipelineError && !(error instanceof StoreUnavailable) && !(error instanceof ObjectClosed)
  );
}

async function footerProblem(
  lake: ObjectStore,
  info: ObjectInfo,
  facts: ObjectFacts,
): Promise<string | undefined> {
  const found = await footerRows(lake, info);
  return found === facts.rows ? undefined : wrongRows(found, facts);
}

async function footerRows(lake: ObjectStore, { key, sizeBytes, pin }: ObjectInfo): Promise<number> {
  const { rowGroups } = await readSourceFile(sizeBytes, (range) => lake.readRange(key, range, { pin })).catch(
    (error) => {
      // Bytes that are no footer lead the reader anywhere.
      throw error instanceof RangeError || error instanceof TypeError ? unreadableFooter : error;
    },
  );
  return rowGroups.reduce((sum, { rowCount }) => sum + rowCount, 0);
}

class FooterUnreadable extends PipelineError {
  override readonly name = 'ParquetMalformed';
  readonly retryable = false;
}
const unreadableFooter = new FooterUnreadable({ what: 'its footer cannot be read' });

function clause({ message, why }: PipelineError): string {
  return (why ?? message).replace(/\.$/, '').replace(/^It /, 'it ');
}

async function isFence(lake: ObjectStore, { key, sizeBytes }: ObjectInfo): Promise<boolean> {
  if (sizeBytes < FENCE.length || sizeBytes > FENCE_BYTES) return false;
  return isFenceText(await lake.readRange(key, { startByte: 0, endByte: FENCE.length }));
}

function isFenceText(bytes: Uint8Array): boolean {
  return bytes.length <= FENCE_BYTES && new TextDecoder().decode(bytes.subarray(0, FENCE.length)) === FENCE;
}
