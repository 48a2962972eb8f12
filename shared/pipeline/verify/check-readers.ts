import { RunInconsistent } from '../../errors.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { ledgerPlaces, readDayRecord } from './day-record.ts';
import { confirmed, type Finding } from './finding.ts';
import { judgeShownObjects } from './judge-objects.ts';
import { judgeCatalog } from './judge-tables.ts';

/**
 * Reads every byte that readers can see, and fails with `RunInconsistent` if one is not as it was written: what is read afterwards is what
 * was loaded.
 */
export async function checkReaders(ports: PipelinePorts): Promise<void> {
  for (const [dataset, places] of await ledgerPlaces(ports.lake)) {
    const dates = [...places].filter((date) => date !== null).sort();
    for (const businessDate of dates) {
      await requireNone(async () => {
        const record = await readDayRecord(ports.lake, dataset, businessDate);
        return judgeShownObjects(ports, record);
      });
    }
    await requireNone(() => judgeCatalog(ports, dataset, dates, new Map()));
  }
}

async function requireNone(judge: () => Promise<Finding[]>): Promise<void> {
  const found = (await judge()).filter(({ level }) => level === 'damage');
  const [wrong] = found.length === 0 ? [] : confirmed(found, await judge());
  if (!wrong) return;
  throw new RunInconsistent({
    what: 'this object is damaged, so rows may be wrong',
    where: wrong.key,
    why: wrong.what,
    next: 'Run "npx positional-lake repair --lake DIR": it mends the object, or says which file to convert again.',
  });
}
