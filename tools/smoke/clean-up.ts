import type { DayCommit } from '../../shared/day/day-commit.ts';
import { dayPath } from '../../shared/keys/business-date.ts';
import { contentKey, daysDataset, ledgerDayPrefix, rejectsDataset } from '../../shared/keys/lake-keys.ts';
import { executionKey, runKeys } from '../../shared/keys/run-keys.ts';
import { executionIdOf } from '../../shared/keys/source-id.ts';
import { dayRowPublication } from '../../shared/pipeline/publish/day-row.ts';
import { dayEntries, lastCommit } from '../../shared/pipeline/store/day-ledger.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { SmokeStage } from './smoke-stage.ts';

/** Removes a day from the catalog and then from the lake, so that no reader finds a partition without its objects. */
export async function cleanUp(
  stage: SmokeStage,
  dataset: string,
  businessDate: string,
  sourceKeys: string[],
): Promise<void> {
  const { lake, raw, publishedPrefix } = stage;
  const commit = await lastCommit(lake, dataset, businessDate);
  if (commit) await emptyCatalog(stage, commit);
  const entries = await dayEntries(lake, dataset, businessDate);
  const runs = new Set([
    ...entries.flatMap(({ runId, loaded }) => [runId, loaded?.runId].filter((id) => typeof id === 'string')),
  ]);
  const tables = new Set([
    dataset,
    rejectsDataset(dataset),
    daysDataset(dataset),
    ...(commit?.tables ?? []).map((table) => table.dataset),
  ]);
  for (const table of tables) await removeAll(lake, `${publishedPrefix}${table}/${dayPath(businessDate)}/`);
  for (const runId of runs) await removeAll(lake, runKeys(runId).root);
  await lake.delete(entries.map(({ execution }) => executionKey(executionIdOf(execution))));
  const contents = entries.flatMap(({ loaded }) =>
    loaded?.checksum ? [contentKey(dataset, loaded.inputBytes, loaded.checksum)] : [],
  );
  await lake.delete(contents);
  await removeAll(lake, ledgerDayPrefix(dataset, businessDate));
  await raw.delete(sourceKeys);
}

async function emptyCatalog({ catalog }: SmokeStage, last: DayCommit): Promise<void> {
  const { businessDate, tables } = last;
  const commit = last.commit + 1;
  for (const { dataset, columns, partitionKeys } of tables) {
    await catalog.publishDay({ dataset, columns, partitionKeys, businessDate, commit, partitions: [] });
  }
  if (!catalog.hasDaysTable) return;
  await catalog.publishDay({ ...dayRowPublication({ ...last, commit }), partitions: [] });
}

async function removeAll(store: ObjectStore, prefix: string): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  await store.delete(keys);
}
