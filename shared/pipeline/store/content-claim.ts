import { PreconditionFailed } from '../../errors.ts';
import { contentKey } from '../../keys/lake-keys.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { type Refusal, refuse } from '../../refusal.ts';
import { isInUse, type LedgerEntry } from '../../run/ledger-entry.ts';
import { fromJsonBytes, toJsonBytes } from './json-object.ts';
import { readEntry } from './ledger.ts';

const MAX_TRIES = 20;

/** Bytes of a file, and who brings them. */
export interface Content {
  dataset: string;
  sizeBytes: number;
  /** CRC-64/NVME, base64. */
  checksum: string;
  sourceKey: string;
  businessDate: string;
  ledgerKey: string;
  runId: string | null;
}

type Holder = Omit<Content, 'dataset' | 'sizeBytes' | 'checksum'>;

/** The other file that already brought these bytes and has them loaded or on their way. */
export async function findSameContent(ports: PipelinePorts, content: Content): Promise<Holder | undefined> {
  const stored = await ports.lake.get(contentKey(content.dataset, content.sizeBytes, content.checksum));
  return stored && sameContent(ports, content, fromJsonBytes<Holder>(stored.bytes));
}

/** Notes who brings these bytes; answers with the other file where one already does. Of two at once the second learns of the first. */
export async function claimContent(ports: PipelinePorts, content: Content): Promise<Holder | undefined> {
  const key = contentKey(content.dataset, content.sizeBytes, content.checksum);
  const { sourceKey, businessDate, ledgerKey, runId } = content;
  const mine = toJsonBytes({ sourceKey, businessDate, ledgerKey, runId } satisfies Holder);
  for (let tries = 1; ; tries++) {
    const stored = await ports.lake.get(key);
    const other = stored && (await sameContent(ports, content, fromJsonBytes<Holder>(stored.bytes)));
    if (other) return other;
    try {
      if (stored) await ports.lake.putIf(key, mine, stored.tag);
      else await ports.lake.putOnce(key, mine);
      return undefined;
    } catch (error) {
      if (!(error instanceof PreconditionFailed) || tries >= MAX_TRIES) throw error;
    }
  }
}

async function sameContent(
  ports: PipelinePorts,
  content: Content,
  holder: Holder,
): Promise<Holder | undefined> {
  if (holder.ledgerKey === content.ledgerKey) return undefined;
  const entry = await readEntry(ports.lake, holder.ledgerKey);
  return entry && holds(entry, content, holder, ports.clock.now()) ? holder : undefined;
}

function holds(entry: LedgerEntry, content: Content, holder: Holder, now: Date): boolean {
  const { loaded } = entry;
  if (loaded?.checksum === content.checksum && loaded.inputBytes === content.sizeBytes) return true;
  return entry.runId === holder.runId && isInUse(entry, now);
}

export function duplicateRefusal(sourceKey: string, other: Holder): Refusal {
  return refuse('duplicate-content', {
    where: sourceKey,
    what: sameBytesAs(other),
    next: 'If both are meant, convert this one with --force, or set "day.duplicates" of the layout to "warn"; otherwise ask for the right file.',
  });
}

export function duplicateWarning(sourceKey: string, other: Holder): string {
  return `${sourceKey}: ${sameBytesAs(other)}`;
}

function sameBytesAs({ sourceKey, businessDate }: Holder): string {
  return `it has the same bytes as ${sourceKey} of ${businessDate}`;
}
