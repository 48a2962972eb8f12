import type { RunInconsistent } from '../../errors.ts';
import { addDays } from '../../keys/business-date.ts';
import type { ExecutionStates } from '../../ports/executions.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { isFinal, isInUse, type LedgerEntry } from '../../run/ledger-entry.ts';
import { dayEntries } from '../store/day-ledger.ts';
import { inParallel } from '../store/in-parallel.ts';
import { recordFailure } from './record-failure.ts';

/** A step of a file takes seconds to minutes; one that takes longer is asked about. */
const SILENT_MS = 30 * 60_000;
/** Checks follow each other until the deadline, so what died after one is found by the next, on the next day at the latest. */
const DAYS = 2;
const MOST_ASKED = 200;
const PARALLEL_QUESTIONS = 8;
const LOST = 'ExecutionLost';

/**
 * Finds files whose execution ended without anybody being told: EventBridge delivers the ends of executions as well as it can, and no
 * better. Each is recorded and told as an event would have been, so that the file can be run again. A file that went silent is asked about;
 * where nobody knows its execution, the end of its lease decides. Answers with the keys of the files.
 * https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html (best effort)
 */
export async function findLost(
  ports: PipelinePorts,
  executions: ExecutionStates,
  dataset: string,
  lastDate: string,
): Promise<string[]> {
  const now = ports.clock.now();
  const dates = [null, ...Array.from({ length: DAYS }, (_, back) => addDays(lastDate, -back))];
  const silent: LedgerEntry[] = [];
  for (const date of dates) {
    // Whoever reads a damaged entry for the night says so.
    const damaged: RunInconsistent[] = [];
    const entries = await dayEntries(ports.lake, dataset, date, [], damaged);
    silent.push(...entries.filter((entry) => isSilent(entry, now)));
  }
  const oldest = silent.sort((a, b) => (a.updatedAt < b.updatedAt ? -1 : 1)).slice(0, MOST_ASKED);
  const lost = await inParallel(oldest, PARALLEL_QUESTIONS, async (entry) =>
    (await isLost(ports, executions, entry, now)) ? entry.sourceKey : undefined,
  );
  return lost.filter((key) => key !== undefined);
}

function isSilent({ state, updatedAt }: LedgerEntry, now: Date): boolean {
  return !isFinal(state) && now.getTime() - Date.parse(updatedAt) > SILENT_MS;
}

async function isLost(
  ports: PipelinePorts,
  executions: ExecutionStates,
  entry: LedgerEntry,
  now: Date,
): Promise<boolean> {
  const { execution, state, updatedAt, sourceKey, layout } = entry;
  const found = await executions.find(execution);
  if (found?.status === 'RUNNING') return false;
  const request = { layout: layout.name, sourceKey };
  if (found && found.status !== 'SUCCEEDED') {
    const { status, error = status, cause = 'The execution ended without a cause', redriveCount = 0 } = found;
    return recordFailure(ports, { execution, status, error, cause, redriveCount, request });
  }
  if (isInUse(entry, now)) return false;
  return recordFailure(ports, {
    ...{ execution, status: LOST, error: LOST, redriveCount: found?.redriveCount ?? 0, request },
    cause: `Nothing was heard of it since ${updatedAt}, when the file was ${state}. If it cannot be redriven, start the file again`,
  });
}
