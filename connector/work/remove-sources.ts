import type { SeenFile, TransferSource } from '../../shared/ports/transfer-source.ts';
import type { FilePlace } from '../decide/file-place.ts';
import type { Arrival } from '../decide/transfer-record.ts';
import type { ConnectorPorts } from './connector-ports.ts';
import type { Journal } from './journal.ts';
import { patiently } from './patience.ts';

/**
 * Removes a file from its source if its time is over, and if the target proves once more that it holds these bytes: a clock that is wrong
 * removes nothing that did not arrive.
 */
export async function removeArrived(
  ports: ConnectorPorts,
  journal: Journal,
  { source, seen, place }: { source: TransferSource; seen: SeenFile; place: FilePlace },
  arrival: Arrival,
  afterHours: number,
): Promise<boolean> {
  const ageHours = (ports.clock.now().getTime() - Date.parse(arrival.at)) / 3_600_000;
  if (!(ageHours >= afterHours)) return false;
  const found = await patiently(ports, () => ports.target.find(place.key));
  const isThere = found?.crc64nvme === arrival.crc64nvme && found.sizeBytes === arrival.sizeBytes;
  const facts = { source: source.name, path: seen.path, key: place.key, version: seen.version };
  if (!isThere || arrival.version !== seen.version) {
    await journal.note({ event: 'kept', ...facts, detail: 'the target does not hold these bytes' });
    return false;
  }
  const isRemoved = await source.remove(seen.path, seen.pin);
  await journal.note({ event: isRemoved ? 'removed' : 'kept', ...facts, crc64nvme: arrival.crc64nvme });
  return isRemoved;
}
