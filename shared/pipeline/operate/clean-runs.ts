import { runKeys } from '../../keys/run-keys.ts';
import type { ObjectInfo, ObjectStore } from '../../ports/object-store.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { executionPointerShape } from '../../run/execution-pointer.ts';
import { type FilePlan, filePlanShape } from '../../run/file-plan.ts';
import { isInUse, type LedgerEntry } from '../../run/ledger-entry.ts';
import { arePlaced } from '../publish/apply-commit.ts';
import { inParallel } from '../store/in-parallel.ts';
import { findJson, findStoredJson } from '../store/json-object.ts';
import { readEntry, updateEntry } from '../store/ledger.ts';
import { type CleanOptions, type CleanReport, type Removal, tellFailed } from './clean-report.ts';
import { PublishedRuns } from './published-runs.ts';

/** So many runs are judged, then removed together: each removal waits for the store as often as one of a single run. */
const RUNS_AT_ONCE = 500;
const PARALLEL_READS = 16;

const EXECUTIONS = 'runs/executions/';

/** Objects to remove, in the order of the steps: those of a later step are there as long as one of an earlier step is. */
interface PlannedRemoval {
  removal: Removal;
  steps: string[][];
}

/** Removes runs past their retention that nothing needs any more, and the pointers of executions that are over. */
export async function cleanRuns(
  ports: PipelinePorts,
  options: CleanOptions,
  report: CleanReport,
): Promise<void> {
  const keys = await Array.fromAsync(ports.lake.listFolder('runs/'));
  const roots = keys.filter((key) => key.endsWith('/') && key !== EXECUTIONS);
  const cleaner = new RunCleaner(ports, options, report);
  await cleaner.clean(roots, (root) => cleaner.planRun(root));
  const pointers = await Array.fromAsync(ports.lake.listFolder(EXECUTIONS));
  await cleaner.clean(pointers, (key) => cleaner.planPointer(key));
}

class RunCleaner {
  private readonly ports: PipelinePorts;
  private readonly options: CleanOptions;
  private readonly report: CleanReport;
  private readonly published: PublishedRuns;
  private readonly now: Date;

  constructor(ports: PipelinePorts, options: CleanOptions, report: CleanReport) {
    this.ports = ports;
    this.options = options;
    this.report = report;
    this.published = new PublishedRuns(ports.lake);
    this.now = ports.clock.now();
  }

  private get lake(): ObjectStore {
    return this.ports.lake;
  }

  async clean(keys: string[], plan: (key: string) => Promise<PlannedRemoval | undefined>): Promise<void> {
    for (let at = 0; at < keys.length; at += RUNS_AT_ONCE) {
      const planned = await inParallel(keys.slice(at, at + RUNS_AT_ONCE), PARALLEL_READS, (key) =>
        plan(key).catch((error) => tellFailed(this.report, key, error)),
      );
      await this.remove(planned.flatMap((removal) => (removal ? [removal] : [])));
    }
  }

  /** One removal that fails must not stop the others: it is tried alone, and the report says why. */
  private async remove(planned: PlannedRemoval[]): Promise<void> {
    if (!this.options.dryRun) {
      try {
        await this.removeSteps(planned);
      } catch {
        await this.removeOneByOne(planned);
        return;
      }
    }
    this.report.removed.push(...planned.map(({ removal }) => removal));
  }

  private async removeOneByOne(planned: PlannedRemoval[]): Promise<void> {
    for (const one of planned) {
      try {
        await this.removeSteps([one]);
        this.report.removed.push(one.removal);
      } catch (error) {
        tellFailed(this.report, one.removal.key, error);
      }
    }
  }

  private async removeSteps(planned: PlannedRemoval[]): Promise<void> {
    const stepCount = Math.max(0, ...planned.map(({ steps }) => steps.length));
    for (let step = 0; step < stepCount; step++) {
      const keys = planned.flatMap(({ steps }) => steps[step] ?? []);
      if (keys.length > 0) await this.lake.delete(keys);
    }
  }

  async planRun(root: string): Promise<PlannedRemoval | undefined> {
    const runId = root.slice('runs/'.length, -1);
    const { plan: planKey } = runKeys(runId);
    const plan = await findJson(this.lake, planKey, filePlanShape);
    // The plan is written first and removed last: nobody can work on a run without one.
    if (!plan) return this.planRemoval('orphan', root, 'it has no plan, so nobody can work on it', planKey);
    const ageMs = this.now.getTime() - Date.parse(plan.startedAt);
    if (ageMs < this.options.runsOlderThanMs) return undefined;
    const entry = await readEntry(this.lake, plan.ledgerKey);
    const kept = entry && (await this.reasonToKeep(plan, entry));
    if (kept) {
      this.report.kept.push({ key: root, why: kept });
      return undefined;
    }
    if (!this.options.dryRun && !(await this.isFenced(plan, entry))) {
      this.report.kept.push({ key: root, why: 'a conversion took it up again a moment ago' });
      return undefined;
    }
    const why = `${plan.sourceKey} of ${plan.businessDate}, begun ${plan.startedAt}`;
    return this.planRemoval('run', root, why, planKey);
  }

  private async reasonToKeep(plan: FilePlan, entry: LedgerEntry): Promise<string | undefined> {
    if (isTheRun(entry, plan) && isInUse(entry, this.now)) {
      return `${plan.sourceKey} is ${entry.state}, until ${entry.leaseUntil ?? 'soon'} at least`;
    }
    const last = await this.published.objectsOf(plan.dataset, plan.businessDate, plan.runId);
    const objects = last?.objects;
    if (entry.loaded?.runId !== plan.runId && !objects) return undefined;
    // A commit written a moment ago, or one that could not be shown yet, still copies its objects from the run.
    if (last && objects && !(await arePlaced(this.ports, objects))) {
      return `commit ${last.commit} of ${plan.businessDate} still has objects to copy from it`;
    }
    return objects ? undefined : `${plan.sourceKey} is loaded and waits for its day to be published`;
  }

  /**
   * Makes sure that converting the file again makes another run. A file that is loaded does so by itself; of any other the attempt is
   * raised. Answers false if a run is working on it by now.
   */
  private async isFenced(plan: FilePlan, entry: LedgerEntry | undefined): Promise<boolean> {
    if (!entry || (entry.state === 'loaded' && entry.attempt >= plan.attempt)) return true;
    let free = true;
    await updateEntry(this.lake, plan.ledgerKey, (current) => {
      free = !current || !(isTheRun(current, plan) && isInUse(current, this.now));
      if (!current || !free || current.attempt > plan.attempt) return current;
      return { ...current, attempt: plan.attempt + 1 };
    });
    return free;
  }

  async planPointer(key: string): Promise<PlannedRemoval | undefined> {
    const stored = await findStoredJson(this.lake, key, executionPointerShape);
    if (!stored) return undefined;
    const { ledgerKey, at } = stored.value;
    if (at !== undefined && this.now.getTime() - Date.parse(at) < this.options.runsOlderThanMs)
      return undefined;
    const entry = await readEntry(this.lake, ledgerKey);
    if (entry && isInUse(entry, this.now)) return undefined;
    const bytes = stored.bytes.length;
    const removal = { what: 'execution' as const, key, objects: 1, bytes, why: 'its execution is over' };
    return { removal, steps: [[key]] };
  }

  /** Everything below `root`, with the plan at the very end: the next clean continues one that was interrupted. */
  private async planRemoval(
    what: Removal['what'],
    root: string,
    why: string,
    planKey: string,
  ): Promise<PlannedRemoval | undefined> {
    const found = await Array.fromAsync(this.lake.list(root));
    if (found.length === 0) return undefined;
    // Manifests go before parts: while a manifest exists, its parts must exist too.
    const stepOf = ({ key }: ObjectInfo) => (key === planKey ? 2 : key.endsWith('.json') ? 0 : 1);
    const steps = [0, 1, 2].map((step) =>
      found.filter((info) => stepOf(info) === step).map(({ key }) => key),
    );
    const bytes = found.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return { removal: { what, key: root, objects: found.length, bytes, why }, steps };
  }
}

/** True if the entry is about this run, or about one that is not planned yet and may turn out to be this run. */
function isTheRun(entry: LedgerEntry, plan: FilePlan): boolean {
  return entry.runId === plan.runId || entry.state === 'splitting';
}
