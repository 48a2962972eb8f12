import { RunInconsistent } from '../../errors.ts';
import { asideKey } from '../../keys/lake-keys.ts';
import { runKeys } from '../../keys/run-keys.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { filePlanShape } from '../../run/file-plan.ts';
import { ledgerEntryShape } from '../../run/ledger-entry.ts';
import { finalizeFile } from '../finalize/finalize-file.ts';
import { applyCommit } from '../publish/apply-commit.ts';
import { restoreTables } from '../publish/restore-catalog.ts';
import { replace } from '../store/compare-and-swap.ts';
import { lastCommit, readCommit } from '../store/day-ledger.ts';
import { fromJsonBytes, readJson } from '../store/json-object.ts';
import { restoredEntry } from '../store/restored-entry.ts';
import { restoreOwner } from '../store/restored-owners.ts';
import { sealedBytes } from '../store/sealed-json.ts';
import { settleRollback } from '../store/settle-rollback.ts';
import { fenceBytes, objectProblem } from './data-object.ts';
import type { RepairAction } from './finding.ts';
import { writeCommit } from './write-commit.ts';

/** Takes one step of a repair. Answers with what was done; undefined if there was nothing to do any more. */
export async function takeAction(ports: PipelinePorts, action: RepairAction): Promise<string | undefined> {
  const { lake } = ports;
  switch (action.do) {
    case 'write': {
      const { key, value } = action;
      await replace(lake, key, sealedBytes(key, value), await lake.get(key));
      return 'wrote it again';
    }
    case 'restore-entry':
      return restoreEntry(ports, action.key);
    case 'settle':
      return settle(ports, action);
    case 'end-run':
      return endRun(ports, action.runId);
    case 'set-aside':
      return setAside(ports, action.key);
    case 'copy':
      return copyWhole(ports, action);
    case 'fence': {
      const keptAs = (await setAsideCopy(ports, action.key)) ?? 'nothing: they are gone';
      await lake.put(action.key, fenceBytes(action.sourceKey, keptAs));
      return 'took its bytes out of the way of readers';
    }
    case 'remove':
      await lake.delete(action.keys);
      return 'removed it';
    case 'write-commit':
      return writeCommit(ports, action);
    case 'apply': {
      const commit = await lastCommit(lake, action.dataset, action.businessDate);
      if (!commit) return undefined;
      await applyCommit(ports, commit);
      return `showed commit ${commit.commit}`;
    }
    case 'restore-table':
      await restoreTables(ports, action.dataset, async (table) => table === action.table);
      return 'wrote it again';
    case 'show-table':
      await ports.catalog.show(action.table);
      return 'showed it to other programs';
    case 'restore-owner':
      return (await restoreOwner(ports, action.table, action.layout, action.withColumns))
        ? 'wrote it again'
        : undefined;
  }
}

/** Only if the entry is still unreadable or older: a running conversion may have gone on meanwhile. */
async function restoreEntry({ lake }: PipelinePorts, key: string): Promise<string | undefined> {
  const current = await lake.get(key);
  const { nextRevision, entry } = await restoredEntry(lake, key);
  if (!entry || (current && isAtLeast(current.bytes, key, nextRevision - 1))) return undefined;
  await replace(lake, key, sealedBytes(key, { ...entry, revision: nextRevision }), current);
  return 'brought back the last version that was kept';
}

function isAtLeast(bytes: Uint8Array, key: string, revision: number): boolean {
  try {
    return (fromJsonBytes(bytes, key, ledgerEntryShape).revision ?? 1) >= revision;
  } catch {
    return false;
  }
}

async function settle(
  ports: PipelinePorts,
  { dataset, businessDate, commit: number, sourceId }: Extract<RepairAction, { do: 'settle' }>,
): Promise<string | undefined> {
  const commit = await readCommit(ports.lake, dataset, businessDate, number);
  if (!commit?.rollback) return undefined;
  const files = commit.rollback.files.filter((file) => file.sourceId === sourceId);
  await settleRollback(ports, { ...commit, rollback: { ...commit.rollback, files } });
  return `made it agree with commit ${number}`;
}

async function endRun(ports: PipelinePorts, runId: string): Promise<string> {
  const planKey = runKeys(runId).plan;
  const { dataset, sourceKey, ledgerKey, businessDate } = await readJson(ports.lake, planKey, filePlanShape);
  await finalizeFile(ports, {
    verdict: 'balanced',
    dataset,
    sourceKey,
    ledgerKey,
    businessDate,
    runId,
    planKey,
  });
  return 'noted again that its run ended';
}

async function setAsideCopy({ lake }: PipelinePorts, key: string): Promise<string | undefined> {
  if (!(await lake.head(key))) return undefined;
  const aside = asideKey(key);
  await lake.copy(key, aside);
  return aside;
}

async function setAside(ports: PipelinePorts, key: string): Promise<string | undefined> {
  const aside = await setAsideCopy(ports, key);
  if (aside === undefined) return undefined;
  await ports.lake.delete([key]);
  return `moved it to ${aside}`;
}

async function copyWhole(
  { lake }: PipelinePorts,
  { from, to, ...facts }: Extract<RepairAction, { do: 'copy' }>,
): Promise<string> {
  const before = await objectProblem(lake, from, facts, 'full');
  if (before === undefined) await lake.copy(from, to);
  const after = before ?? (await objectProblem(lake, to, facts, 'full'));
  if (after === undefined) return `copied ${from}`;
  throw new RunInconsistent({ what: after, where: from, next: 'Run repair again.' });
}
