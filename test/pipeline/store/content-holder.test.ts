import { expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { contentKey } from '../../../shared/keys/lake-keys.ts';
import { runKeys } from '../../../shared/keys/run-keys.ts';
import { claimContent, findSameContent } from '../../../shared/pipeline/store/content-claim.ts';
import { writeJson } from '../../../shared/pipeline/store/json-object.ts';
import type { FileState, LedgerEntry } from '../../../shared/run/ledger-entry.ts';
import { sampleEntry } from '../../support/sample-entry.ts';
import { samplePlan } from '../../support/sample-plan.ts';
import { testPorts } from '../../support/test-ports.ts';

const CONTENT = { dataset: 'small', sizeBytes: 100, checksum: 'AAAAAAAAAAE=' };
const NOTE = contentKey(CONTENT.dataset, CONTENT.sizeBytes, CONTENT.checksum);
const HOLDER = { sourceKey: 'a.txt', businessDate: '2025-08-12', ledgerKey: 'ledger/small/a.json' };
const MINE = { ...CONTENT, sourceKey: 'b.txt', businessDate: '2025-08-12', ledgerKey: 'ledger/small/b.json' };
/** The clock says 06:00, and a run counts as at work for two hours. */
const at = (time: string) => `2025-08-13T${time}:00.000Z`;

interface Situation {
  holderRun: string | null;
  plan: 'none' | 'damaged' | '03:00' | '05:00';
  entry?: { runId: string | null; state: FileState; lease: string; updated: string; loaded: string };
}

/** Everything that may be known of the file that brought some bytes first. */
function* situations(): Iterable<Situation> {
  const loadedVersions = ['nothing', 'these bytes', 'another size', 'another checksum'];
  for (const holderRun of ['run', null])
    for (const plan of ['none', 'damaged', '03:00', '05:00'] as const) {
      yield { holderRun, plan };
      for (const runId of ['run', 'other', null])
        for (const state of ['parsing', 'failed'] as const)
          for (const lease of ['05:59', '07:00'])
            for (const updated of ['02:30', '03:00', '04:59', '05:00'])
              for (const loaded of loadedVersions)
                yield { holderRun, plan, entry: { runId, state, lease, updated, loaded } };
    }
}

function entryOf({ runId, state, lease, updated, loaded }: NonNullable<Situation['entry']>): LedgerEntry {
  const version = {
    inputBytes: loaded === 'another size' ? 101 : CONTENT.sizeBytes,
    checksum: loaded === 'another checksum' ? 'AAAAAAAAAAI=' : CONTENT.checksum,
  };
  const { loaded: sample, ...entry } = sampleEntry('a', version);
  return {
    ...entry,
    ...(loaded !== 'nothing' && { loaded: sample }),
    ...{ runId, state, leaseUntil: at(lease), updatedAt: at(updated) },
  };
}

/** A file keeps its bytes while they are loaded, or a run that brings them may be at work. */
function keepsThem({ holderRun, plan, entry }: Situation): boolean {
  if (entry?.loaded === 'these bytes') return true;
  if (entry && entry.runId === holderRun && entry.state === 'parsing' && entry.lease === '07:00') return true;
  // A run whose plan is there, and whose entry comes last.
  return holderRun !== null && plan === '05:00' && (entry === undefined || entry.updated < plan);
}

it('bytes belong to the file that brought them while it has them, or a run of it may be at work on them', async () => {
  for (const situation of situations()) {
    const lake = new MemoryObjectStore();
    const ports = testPorts(new MemoryObjectStore(), lake);
    const { holderRun, plan, entry } = situation;
    await writeJson(lake, NOTE, { ...HOLDER, runId: holderRun });
    if (entry) await writeJson(lake, HOLDER.ledgerKey, entryOf(entry));
    const planKey = runKeys('run').plan;
    if (plan === 'damaged') lake.replace(planKey, Buffer.from('{'));
    else if (plan !== 'none') await writeJson(lake, planKey, samplePlan({ startedAt: at(plan) }));
    const mine = { ...MINE, runId: 'mine' };
    const holder = keepsThem(situation) ? { ...HOLDER, runId: holderRun } : undefined;
    expect(await findSameContent(ports, mine), JSON.stringify(situation)).toEqual(holder);
    const before = lake.bytesOf(NOTE);
    expect(await claimContent(ports, mine), JSON.stringify(situation)).toEqual(holder);
    expect(lake.bytesOf(NOTE) === before).toBe(holder !== undefined);
  }
});

it('bytes that nobody has brought are noted once, for the file that brings them', async () => {
  const lake = new MemoryObjectStore();
  const ports = testPorts(new MemoryObjectStore(), lake);
  const mine = { ...MINE, runId: 'mine' };
  expect(await claimContent(ports, mine)).toBeUndefined();
  expect(lake.keys()).toEqual([NOTE]);
  expect(await findSameContent(ports, mine)).toBeUndefined();
});
