import { ObjectClosed, PipelineError, StoreUnavailable } from '../../errors.ts';
import { readSourceFile } from '../../parquet/source-file.ts';
import type { ObjectInfo, ObjectStore } from '../../ports/object-store.ts';
import { crc64nvme, crc64ToBase64 } from '../../ranges/crc64nvme.ts';
import type { ObjectFacts } from './finding.ts';

/** How closely data files are looked at: `full` reads every byte, `quick` sizes, footers, and checksums that the store keeps. */
export type Depth = 'full' | 'quick';

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
  depth: Depth,
): Promise<string | undefined> {
  const info = await lake.head(key);
  if (!info) return 'it is missing';
  if (info.sizeBytes !== facts.bytes) {
    return (await isFence(lake, info))
      ? FENCED
      : `it has a size of ${info.sizeBytes} instead of ${facts.bytes} bytes`;
  }
  const { checksum } = facts;
  try {
    const actual = depth === 'full' && checksum !== undefined ? await checksumOf(lake, info) : info.crc64nvme;
    if (checksum !== undefined && actual !== undefined) {
      return actual === checksum
        ? undefined
        : 'its bytes are not those that were written: the checksum is another';
    }
    return await footerProblem(lake, info, facts);
  } catch (error) {
    if (isAboutBytes(error)) return clause(error);
    throw error;
  }
}

/** Objects of up to so many bytes are read at once. */
const SMALL_BYTES = 1024 * 1024;

async function checksumOf(lake: ObjectStore, { key, sizeBytes, pin }: ObjectInfo): Promise<string> {
  if (sizeBytes > 0 && sizeBytes <= SMALL_BYTES) {
    const all = await lake.readRange(key, { startByte: 0, endByte: sizeBytes }, { pin });
    return crc64ToBase64(crc64nvme(all));
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
  { rows }: ObjectFacts,
): Promise<string | undefined> {
  const found = await footerRows(lake, info);
  return found === rows ? undefined : `the number of rows in its footer is ${found} instead of ${rows}`;
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
  const bytes = await lake.readRange(key, { startByte: 0, endByte: FENCE.length });
  return new TextDecoder().decode(bytes) === FENCE;
}
