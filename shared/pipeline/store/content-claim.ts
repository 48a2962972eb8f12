import { nullable, objectOf, text } from '../../json-shape.ts';
import { contentKey } from '../../keys/lake-keys.ts';
import { runKeys } from '../../keys/run-keys.ts';
import type { SplitPorts } from '../../ports/pipeline-ports.ts';
import { type Refusal, refuse } from '../../refusal.ts';
import { filePlanShape } from '../../run/file-plan.ts';
import { isLeased } from '../../run/lease.ts';
import { isInUse, type LedgerEntry } from '../../run/ledger-entry.ts';
import { compareAndSwap, replace } from './compare-and-swap.ts';
import { findJson, fromJsonBytes, unlessDamaged } from './json-object.ts';
import { readEntry } from './ledger.ts';
import { sealedBytes } from './sealed-json.ts';

/** The bytes of a file, and the file that brings them. */
interface Content extends ContentHolder {
  dataset: string;
  sizeBytes: number;
  /** CRC-64/NVME, base64. */
  checksum: string;
}

/** The file that brought some bytes, and the run on it: `ledger/<dataset>/_content/<size>-<checksum>.json`. */
interface ContentHolder {
  sourceKey: string;
  businessDate: string;
  ledgerKey: string;
  runId: string | null;
}

export const contentHolderShape = objectOf<ContentHolder>({
  sourceKey: text,
  businessDate: text,
  ledgerKey: text,
  runId: nullable(text),
});

/** The other file that brought these bytes before and is loaded or being loaded. */
export async function findSameContent(
  ports: SplitPorts,
  content: Content,
): Promise<ContentHolder | undefined> {
  const key = contentKey(content.dataset, content.sizeBytes, content.checksum);
  const holder = await findJson(ports.lake, key, contentHolderShape);
  return holder && otherHolder(ports, content, holder);
}

/**
 * Notes which file brings these bytes, or answers with the other file that already does. If two come at once, the second finds the first.
 * A forced run also replaces a note that cannot be read.
 */
export async function claimContent(
  ports: SplitPorts,
  content: Content & { forced?: boolean },
): Promise<ContentHolder | undefined> {
  const key = contentKey(content.dataset, content.sizeBytes, content.checksum);
  const { sourceKey, businessDate, ledgerKey, runId } = content;
  const holder: ContentHolder = { sourceKey, businessDate, ledgerKey, runId };
  const mine = sealedBytes(key, holder);
  return compareAndSwap(key, async () => {
    const stored = await ports.lake.get(key);
    const reading = async () => stored && fromJsonBytes(stored.bytes, key, contentHolderShape);
    const noted = await (content.forced ? unlessDamaged(reading()) : reading());
    const other = noted && (await otherHolder(ports, content, noted));
    if (!other) await replace(ports.lake, key, mine, stored);
    return other;
  });
}

async function otherHolder(
  ports: SplitPorts,
  content: Content,
  holder: ContentHolder,
): Promise<ContentHolder | undefined> {
  if (holder.ledgerKey === content.ledgerKey) return undefined;
  const entry = await readEntry(ports.lake, holder.ledgerKey);
  if (entry && holds(ports, entry, content, holder)) return holder;
  return (await isBegun(ports, holder, entry)) ? holder : undefined;
}

/** Has the holder's run begun after the last step that its entry knows? Small files that are converted together get their entries last. */
async function isBegun(
  { lake, clock }: SplitPorts,
  { runId }: ContentHolder,
  entry: LedgerEntry | undefined,
): Promise<boolean> {
  if (runId === null) return false;
  const plan = await unlessDamaged(findJson(lake, runKeys(runId).plan, filePlanShape));
  if (!plan || (entry && entry.updatedAt >= plan.startedAt)) return false;
  return isLeased(plan.startedAt, clock.now());
}

function holds(
  { clock, hasDied }: Pick<SplitPorts, 'clock' | 'hasDied'>,
  entry: LedgerEntry,
  content: Content,
  holder: ContentHolder,
): boolean {
  const { loaded } = entry;
  if (loaded?.checksum === content.checksum && loaded.inputBytes === content.sizeBytes) return true;
  return entry.runId === holder.runId && isInUse(entry, clock.now(), hasDied);
}

export function duplicateRefusal(sourceKey: string, other: ContentHolder): Refusal {
  return refuse('duplicate-content', {
    where: sourceKey,
    what: sameBytesAs(other),
    ...sameFileText(sourceKey, other.sourceKey),
  });
}

const BOTH_MEANT =
  'If both are meant, convert this one with --force, or set "day.duplicates" of the layout to "warn"';

/** A file of the same name is most likely the same one, from a folder that was moved, or under another --raw-root. */
function sameFileText(key: string, loadedKey: string): { why?: string; next: string } {
  const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  if (nameOf(key) !== nameOf(loadedKey)) return { next: `${BOTH_MEANT}; otherwise ask for the right file.` };
  const again = loadedKey.includes('/')
    ? `give the folder above ${loadedKey} as --raw-root`
    : 'leave --raw-root out';
  return {
    why: `The lake knows it by that key, and this one comes as ${key}: a key is the path below --raw-root, or without it the name of the file.`,
    next: `If it is the same file, it is loaded, and nothing needs to be done; to convert it under its key again, ${again}. ${BOTH_MEANT}.`,
  };
}

export function duplicateWarning(sourceKey: string, other: ContentHolder): string {
  return `${sourceKey}: ${sameBytesAs(other)}`;
}

function sameBytesAs({ sourceKey, businessDate }: ContentHolder): string {
  return `it has the same bytes as ${sourceKey} of ${businessDate}`;
}
