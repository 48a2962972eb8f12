import { PreconditionFailed } from '../../shared/errors.ts';
import { expectedOf } from '../decide/compressed-parts.ts';
import type { Settings } from '../decide/settings.ts';
import { currentArrival, recordKey, stateFolder, type TransferRecord } from '../decide/transfer-record.ts';
import type { ConnectorPorts } from './connector-ports.ts';
import type { DayState } from './finish-days.ts';
import { readRecord } from './held-record.ts';
import type { Journal } from './journal.ts';
import { patiently } from './patience.ts';

/**
 * Converts what arrived and was not converted yet into the lake of this machine. A day manifest that was just written is given with one
 * file of its day again, so that the day is published.
 */
export async function convertArrivals(
  ports: ConnectorPorts,
  settings: Settings,
  journal: Journal,
  days: readonly DayState[],
): Promise<void> {
  const { conversion } = ports;
  if (!conversion) return;
  for (const { rule, businessDate, records, announced } of days) {
    const given = settings.files[rule]!;
    if (given.layout === undefined) continue;
    const arrived = records.filter((record) => currentArrival(record) && !record.sending);
    const fresh = arrived.filter((record) => currentArrival(record)?.converted === undefined);
    const chosen = fresh.length > 0 ? fresh : announced ? arrived.slice(-1) : [];
    if (chosen.length === 0) continue;
    const keys = chosen.map(({ key }) => key).sort();
    const { layout } = given;
    const expected = expectedOf(given);
    const outcomes = await conversion.convert({ layout, keys, expected });
    const endOf = (key: string) => outcomes.get(key) ?? 'failed: nothing was said of it';
    // What failed is converted again in the next round.
    const over = chosen.filter(({ key }) => !endOf(key).startsWith('failed'));
    for (const record of over) await keepOutcome(ports, settings, record, endOf(record.key));
    for (const key of keys) await journal.note({ event: 'converted', key, businessDate, detail: endOf(key) });
  }
}

/** A record that somebody is changing keeps its arrival as it is: the file is converted once more, which changes nothing. */
async function keepOutcome(
  ports: ConnectorPorts,
  settings: Settings,
  { key, businessDate }: TransferRecord,
  ended: string,
): Promise<void> {
  const folder = stateFolder(settings.target.prefix, settings.name);
  const documentKey = recordKey(folder, key, businessDate ?? undefined);
  const read = await readRecord(ports, documentKey);
  const last = read && currentArrival(read.record);
  if (!last || read.record.lease) return;
  const arrivals = [...read.record.arrivals.slice(0, -1), { ...last, converted: ended }];
  const bytes = new TextEncoder().encode(`${JSON.stringify({ ...read.record, arrivals })}\n`);
  try {
    await patiently(ports, () => ports.state.putIf(documentKey, bytes, read.tag));
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
  }
}
