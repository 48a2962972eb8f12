import type { CommittedObject, DayCommit } from '../../day/day-commit.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { lastCommit, readCommit } from '../store/day-ledger.ts';

/** A day's last commit: its number, and its objects by the run that they come from. */
interface PublishedDay {
  commit: number;
  runs: Map<string, CommittedObject[]>;
}

/** What the last commits of days hold of runs. A commit is read once, however many runs are asked about; a later one is never missed. */
export class PublishedRuns {
  private readonly lake: ObjectStore;
  private readonly days = new Map<string, Promise<PublishedDay | undefined>>();

  constructor(lake: ObjectStore) {
    this.lake = lake;
  }

  /** The last commit of the day, and its objects that come from the run; undefined objects if the run is not published. */
  async objectsOf(
    dataset: string,
    businessDate: string,
    runId: string,
  ): Promise<{ commit: number; objects: CommittedObject[] | undefined } | undefined> {
    const day = await this.dayOf(dataset, businessDate);
    return day && { commit: day.commit, objects: day.runs.get(runId) };
  }

  private async dayOf(dataset: string, businessDate: string): Promise<PublishedDay | undefined> {
    const name = `${dataset} ${businessDate}`;
    const known = await this.days.get(name);
    // Numbers have no gaps: if the next commit is not there, the known one is the last.
    if (known && !(await readCommit(this.lake, dataset, businessDate, known.commit + 1))) return known;
    const read = lastCommit(this.lake, dataset, businessDate).then((commit) => commit && byRun(commit));
    this.days.set(name, read);
    return read;
  }
}

function byRun({ commit, files, tables }: DayCommit): PublishedDay {
  const runs = new Map<string, CommittedObject[]>(files.map(({ runId }) => [runId, []]));
  for (const { partitions } of tables) {
    for (const { objects } of partitions) for (const object of objects) runs.get(object.runId)?.push(object);
  }
  return { commit, runs };
}
