import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { cleanDays } from './clean-days.ts';
import { cleanOwners } from './clean-owners.ts';
import { cleanRuns } from './clean-runs.ts';
import { type CleanOptions, type CleanReport, Removals } from './removals.ts';
import { RetiredTables } from './retired-tables.ts';

/**
 * Removes runs and generations past their retention, and objects that belong to nothing. It never touches the ledger, runs that are going
 * on, or what the last commit of a day, a file that waits for its day or a rollback needs. It may run beside conversions: before the first
 * object of a run is removed, a conditional write to the ledger entry makes sure that a rerun gets another run id. On a full disk it first
 * removes what needs no such note, and then the rest.
 */
export async function cleanLake(ports: PipelinePorts, options: CleanOptions): Promise<CleanReport> {
  const removals = new Removals(ports, options);
  // Generations first: their commits are driven to the catalog, which may still need the runs.
  const retired = new RetiredTables(removals);
  await cleanDays(removals, retired);
  await cleanRuns(removals);
  await retired.removeMetadata();
  await cleanOwners(removals);
  await removals.tryAgain();
  return removals.report;
}
