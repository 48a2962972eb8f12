import { RunInconsistent } from '../../errors.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { ledgerPlaces, readDayRecord } from './day-record.ts';
import { confirmed, type Finding } from './finding.ts';
import { judgeShownObjects } from './judge-objects.ts';
import { judgeCatalog } from './judge-tables.ts';
import { type Pause, unlessShownSoon } from './unshown-commits.ts';

/**
 * Reads every byte that readers can see, and fails with `RunInconsistent` if one is not as it was written: what is read afterwards is what
 * was loaded.
 */
export async function checkReaders(ports: PipelinePorts, pause?: Pause): Promise<void> {
  for (const [dataset, places] of await ledgerPlaces(ports.lake)) {
    const dates = [...places].filter((date) => date !== null).sort();
    for (const businessDate of dates) {
      await requireNone(async () => {
        const record = await readDayRecord(ports.lake, dataset, businessDate);
        return judgeShownObjects(ports, record);
      });
    }
    await requireNone(() => judgeCatalog(ports, dataset, dates, new Map()), pause);
  }
}

async function requireNone(judge: () => Promise<Finding[]>, pause?: Pause): Promise<void> {
  const damaged = async () => (await judge()).filter(({ level }) => level === 'damage');
  const found = await damaged();
  const again = found.length === 0 ? [] : confirmed(found, await damaged());
  const [wrong] = await unlessShownSoon(again, damaged, pause);
  if (!wrong) return;
  throw new RunInconsistent({
    what: 'this object is damaged, so rows may be wrong',
    where: wrong.key,
    why: wrong.what,
    next: 'Run "npx positional-lake repair --lake DIR": it mends the object, or says which file to convert again.',
  });
}
