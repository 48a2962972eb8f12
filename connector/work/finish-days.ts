import { PreconditionFailed } from '../../shared/errors.ts';
import { besideKey, withBusinessDate } from '../../shared/keys/name-pattern.ts';
import { dayManifestText, missingOf } from '../decide/arrived-day.ts';
import { expectedOf } from '../decide/compressed-parts.ts';
import type { FileRule, Settings } from '../decide/settings.ts';
import { recordsFolder, stateFolder, type TransferRecord } from '../decide/transfer-record.ts';
import type { ConnectorPorts } from './connector-ports.ts';
import { parseRecord } from './held-record.ts';
import type { Journal } from './journal.ts';
import { patiently } from './patience.ts';

/** The records of all keys of a day. */
export async function recordsOfDay(
  ports: ConnectorPorts,
  settings: Settings,
  businessDate: string | undefined,
): Promise<TransferRecord[]> {
  const folder = recordsFolder(stateFolder(settings.target.prefix, settings.name), businessDate);
  return patiently(ports, async () => {
    const records: TransferRecord[] = [];
    for await (const { key } of ports.state.list(folder)) {
      const stored = await ports.state.get(key);
      if (stored) records.push(parseRecord(stored.bytes, key));
    }
    return records;
  });
}

/** A day of a rule, as far as it has arrived. */
export interface DayState {
  businessDate: string;
  rule: number;
  records: TransferRecord[];
  /** What it waits for; undefined if it is complete, or if nobody says what it expects. */
  missing: string | undefined;
  /** True if this call wrote its day manifest. */
  announced: boolean;
}

/** Where each rule's part of a day stands; writes the day manifests of those that are complete. */
export async function finishDay(
  ports: ConnectorPorts,
  settings: Settings,
  journal: Journal,
  businessDate: string,
  isSettled: (rule: number) => boolean,
): Promise<DayState[]> {
  const records = await recordsOfDay(ports, settings, businessDate);
  const states: DayState[] = [];
  for (const [rule, given] of settings.files.entries()) {
    const own = records.filter((record) => record.rule === rule);
    if (own.length === 0) continue;
    const expected = expectedOf(given);
    const missing =
      expected === undefined
        ? undefined
        : (missingOf(expected, businessDate, own) ?? (isSettled(rule) ? undefined : 'files that changed'));
    const isReady = missing === undefined && expected !== undefined && isSettled(rule);
    const announced = isReady && (await announce(ports, journal, given, businessDate, own));
    states.push({ businessDate, rule, records: own, missing, announced });
  }
  return states;
}

/** Writes the day manifest beside the files, once for each state of the day. */
async function announce(
  ports: ConnectorPorts,
  journal: Journal,
  { dayManifest }: FileRule,
  businessDate: string,
  records: TransferRecord[],
): Promise<boolean> {
  if (dayManifest === undefined) return false;
  const { documents } = ports.target;
  const key = besideKey(records[0]!.key, withBusinessDate(dayManifest, businessDate));
  const text = dayManifestText(businessDate, records);
  const bytes = new TextEncoder().encode(text);
  const before = await patiently(ports, () => documents.get(key));
  if (before && Buffer.compare(before.bytes, bytes) === 0) return false;
  try {
    await patiently(ports, () =>
      before ? documents.putIf(key, bytes, before.tag) : documents.putOnce(key, bytes),
    );
  } catch (error) {
    // Another connector was faster; the next round looks at what it wrote.
    if (error instanceof PreconditionFailed) return false;
    throw error;
  }
  const event = before ? 'day-changed' : 'day-complete';
  await journal.note({ event, key, businessDate, detail: `${records.length} files` });
  return true;
}
