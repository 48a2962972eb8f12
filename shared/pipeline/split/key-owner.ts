import type { ObjectInfo } from '../../ports/object-store.ts';
import type { SplitPorts } from '../../ports/pipeline-ports.ts';
import { crc64nvme, crc64ToBase64 } from '../../ranges/crc64nvme.ts';
import { isRefusal, type Refusal, refuse } from '../../refusal.ts';
import { type LedgerEntry, STANDARD_INPUT } from '../../run/ledger-entry.ts';
import { type FileContent, isContentOf, isVersionOf, isVersionTaken } from '../../run/source-content.ts';
import { shellWord } from '../../shown-text.ts';
import { readEntry } from '../store/ledger.ts';
import { refusingDamage } from '../store/open-source.ts';
import type { ConvertRequest } from './convert-request.ts';
import type { ReadableFile } from './probe-file.ts';

/** A file that wants a key. */
interface KeyClaim {
  request: Pick<ConvertRequest, 'force'>;
  source: Pick<ObjectInfo, 'key' | 'origin' | 'version'>;
}

/**
 * Sums up a local file that may be a known one of the same size, though its version does not say so: the loaded file, moved, copied back or
 * with another mode, or a version that was rolled back. At another place a version says nothing: files that were unpacked together have one
 * time, and fixed records often one size. Undefined if nothing needs proof, as when nothing changed since the last time.
 */
export async function contentIfUnsure(
  { lake }: Pick<SplitPorts, 'lake'>,
  ledgerKey: string,
  { request, source }: KeyClaim,
  file: ReadableFile | Refusal,
): Promise<FileContent | undefined> {
  if (request.force || isRefusal(file)) return undefined;
  const current = await readEntry(lake, ledgerKey);
  if (!current || !mayBeKnown(current, source, file.info.sizeBytes)) return undefined;
  let crc = 0n;
  const damage = await refusingDamage(source.key, async () => {
    for await (const chunk of file.raw.streamRange(source.key, undefined, { pin: file.info.pin })) {
      crc = crc64nvme(chunk, crc);
    }
  });
  // What is damaged is another file; whoever reads it says why it is refused.
  return damage ? undefined : { sizeBytes: file.info.sizeBytes, checksum: crc64ToBase64(crc) };
}

function mayBeKnown(
  current: LedgerEntry,
  { origin, version }: KeyClaim['source'],
  sizeBytes: number,
): boolean {
  if (origin === undefined) return false;
  const { loaded, rolledBack = [] } = current;
  if (isElsewhere(current, origin)) return loaded?.inputBytes === sizeBytes;
  const isKnown = isVersionOf(loaded, version) || rolledBack.some((taken) => isVersionTaken(taken, version));
  return !isKnown && [loaded?.inputBytes, ...rolledBack.map((taken) => taken.sizeBytes)].includes(sizeBytes);
}

/**
 * Refuses a file whose key belongs to another file: it would take that file's place among the loaded ones. A forced run replaces it on
 * purpose, and a file with the content of the loaded one is that one.
 */
export function keyTaken(
  current: LedgerEntry | undefined,
  { request, source }: KeyClaim,
  content: FileContent | undefined,
): Refusal | undefined {
  if (current && current.sourceKey !== source.key) return idTaken(current, source.key);
  if (request.force || !isElsewhere(current, source.origin) || isLoadedContent(current, content)) {
    return undefined;
  }
  const { origin: here = '' } = source;
  const { origin: there = '' } = current ?? {};
  const ofTwoKeys = [here, there].includes(STANDARD_INPUT)
    ? 'give one of them another name, which for standard input is --stdin-name'
    : `add --raw-root ${shellWord(commonFolder(here, there))}: keys are then paths below that folder`;
  return refuse('key-taken', {
    where: placeName(here),
    what: `its key ${source.key} belongs to ${placeName(there)}, another file of this day in the lake`,
    why: 'The lake knows a file by its key, so this one would take the place of the other.',
    next: `If both are meant, ${ofTwoKeys}. If this one replaces the other, convert it with --force.`,
  });
}

function placeName(origin: string): string {
  return origin === STANDARD_INPUT ? 'standard input' : origin;
}

function isElsewhere(current: LedgerEntry | undefined, origin: string | undefined): boolean {
  return current?.origin !== undefined && origin !== undefined && current.origin !== origin;
}

function isLoadedContent(current: LedgerEntry | undefined, content: FileContent | undefined): boolean {
  const { state, loaded } = current ?? {};
  return state === 'loaded' && isContentOf(loaded, content);
}

/** Names of entries hold 32 bits of a hash of the key: two of many thousand files of one name may have one. */
function idTaken({ sourceId, sourceKey }: LedgerEntry, where: string): Refusal {
  return refuse('key-taken', {
    where,
    what: `its short name in the ledger, ${sourceId}, is also that of ${sourceKey}`,
    why: 'Short names are the name of the file and a hash of its key, and these two have the same.',
    next: 'Give the file another name, and convert it under that.',
  });
}

function commonFolder(one: string, other: string): string {
  const folders = other.split('/').slice(0, -1);
  const shared = one.split('/').slice(0, -1);
  const isCommon = (depth: number) =>
    shared.slice(0, depth).every((folder, index) => folder === folders[index]);
  return shared.filter((_, index) => isCommon(index + 1)).join('/') || '/';
}
