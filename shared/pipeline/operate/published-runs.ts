import type { CommittedObject, DayCommit } from '../../day/day-commit.ts';

/** A day's last commit: its number, and its objects by the run that they come from. */
export interface PublishedRuns {
  commit: number;
  objects: Map<string, CommittedObject[]>;
}

/** What a commit holds of runs: looked up once for each of many runs. */
export function publishedRuns({ commit, files, tables }: DayCommit): PublishedRuns {
  const byRun = new Map<string, CommittedObject[]>(files.map(({ runId }) => [runId, []]));
  for (const { partitions } of tables) {
    for (const { objects } of partitions) for (const object of objects) byRun.get(object.runId)?.push(object);
  }
  return { commit, objects: byRun };
}
