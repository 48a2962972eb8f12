import type { NewEntry } from '../decide/journal-entry.ts';
import { recordKey, stateFolder, type TransferRecord } from '../decide/transfer-record.ts';
import { HeldRecord, LeaseLost, readRecord } from './held-record.ts';
import { settleUpload } from './settle-file.ts';
import { fileWork, type Workshop } from './take-file.ts';

/**
 * An upload whose file is gone from its source, and whose process gave it up, ends here: what appeared is recorded, the rest discarded.
 * Otherwise its day would wait for it for ever, and its parts would cost money.
 */
export async function settleVanished(shop: Workshop, { key, businessDate }: TransferRecord): Promise<void> {
  const { ports, settings, leases, journal } = shop;
  const folder = stateFolder(settings.target.prefix, settings.name);
  const documentKey = recordKey(folder, key, businessDate ?? undefined);
  const read = await readRecord(ports, documentKey);
  if (!read?.record.sending || leases.look(read.record) === 'held') return;
  const { source, path, version } = read.record.sending;
  const facts = { source, path, key, businessDate: businessDate ?? undefined, version };
  const note = (entry: NewEntry) => journal.note({ ...facts, ...entry });
  try {
    const held = await HeldRecord.take(ports, documentKey, read.record, read.tag);
    const work = fileWork(shop, held, note, undefined);
    await note({ event: 'vanished', detail: 'its upload had begun, and ends' });
    await settleUpload(work, undefined);
    await held.release();
  } catch (error) {
    // Another connector does it.
    if (!(error instanceof LeaseLost)) throw error;
  }
}
