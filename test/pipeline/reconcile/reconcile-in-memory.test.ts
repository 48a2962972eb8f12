import { describe, expect, it } from 'vitest';
import { runKeys } from '../../../shared/keys/run-keys.ts';
import { groupRejects, readRejects } from '../../../shared/pipeline/operate/read-rejects.ts';
import { reconcileFile } from '../../../shared/pipeline/reconcile/reconcile-file.ts';
import type { ConvertRequest } from '../../../shared/pipeline/split/convert-request.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { readJson } from '../../../shared/pipeline/store/json-object.ts';
import { takenPartsShape } from '../../../shared/run/merge-spec.ts';
import { partManifestShape } from '../../../shared/run/part-manifest.ts';
import { reconciliationShape } from '../../../shared/run/reconciliation.ts';
import { rejectFilesShape } from '../../../shared/run/reject-files.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { parseAllRanges, planned } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DAY, KEY } from '../../support/small-day.ts';

const G = 'g_20250812.txt';
const FIX = 'fix_20250812.txt';
const LINES = [smallLine('A1', 1), smallLine('A2', 'X')];
const corrected = (...ids: string[]) => smallFile(...ids.map((id) => smallLine(id, 7)));

/** A file up to its reconciliation, which is the next step. */
async function parsed(lake: MemoryLake, key: string, bytes: Buffer, more: Partial<ConvertRequest> = {}) {
  lake.raw.replace(key, bytes);
  const request = { layout: smallLayout(), sourceKey: key, ...more };
  const split = planned(await splitFile(lake.ports, `of ${key} ${lake.raw.keys().length}`, request));
  await parseAllRanges(lake.ports, split);
  return split;
}

describe('a file that is refused after its records balance', () => {
  it('keeps the list of its rejects, and an account that says why', async () => {
    const lake = new MemoryLake();
    await lake.load(KEY, smallFile(...LINES));
    const refused = await lake.load(G, smallFile(...LINES));
    const { runId, refusal } = await lake.entry(refused);
    expect(refusal?.code).toBe('duplicate-content');
    const keys = runKeys(runId!);
    const account = await readJson(lake.lake, keys.reconciliation, reconciliationShape);
    expect(account.refusal).toEqual(refusal);
    const { files } = await readJson(lake.lake, keys.rejectFiles, rejectFilesShape);
    expect(files.map(({ rows }) => rows)).toEqual([1]);
    expect(await groupRejects(readRejects(lake.ports, { ...DAY, file: G }), 1)).toHaveLength(1);
  });
});

describe('a run whose parts are files as they are', () => {
  it('lists them with their checksums, and has nothing to merge', async () => {
    const lake = new MemoryLake();
    const { planKey, runId } = await parsed(lake, KEY, smallFile(smallLine('A1', 1)));
    expect('merges' in (await reconcileFile(lake.ports, planKey))).toBe(false);
    const keys = runKeys(runId);
    const { outputs } = await readJson(lake.lake, keys.partManifest(0), partManifestShape);
    const { parts } = await readJson(lake.lake, keys.takenParts, takenPartsShape);
    expect(parts.map(({ checksum }) => checksum)).toEqual(outputs.map(({ checksum }) => checksum));
    expect(parts[0]?.checksum).toMatch(/^[\w+/]{11}=$/);
  });

  it('is unlike one whose parts are merged, which lists none', async () => {
    const lake = new MemoryLake();
    const bytes = smallFile(smallLine('A1', 1), smallLine('A2', 2));
    const { planKey, runId } = await parsed(lake, KEY, bytes, { rangeSizeBytes: 21 });
    expect(await reconcileFile(lake.ports, planKey)).toMatchObject({ merges: [[0]] });
    expect(lake.keys(runKeys(runId).takenParts)).toEqual([]);
  });
});

describe('bytes that are loaded already', () => {
  it('are looked for without the commits of the day, unless they are found', async () => {
    const lake = new MemoryLake();
    await lake.load(KEY, smallFile(...LINES));
    const { planKey } = await parsed(lake, KEY, smallFile(smallLine('A1', 2)));
    const { beforeCall } = lake.lake;
    const looked: string[] = [];
    lake.lake.beforeCall = (operation, key) => {
      if (key.includes('/_day/')) looked.push(key);
      return beforeCall?.(operation, key);
    };
    expect((await reconcileFile(lake.ports, planKey)).verdict).toBe('balanced');
    expect(looked).toEqual([]);
  });

  it('are loaded again under another layout', async () => {
    const lake = new MemoryLake();
    const first = await lake.load(KEY, smallFile(...LINES));
    const { loaded } = await lake.entry(first);
    const layout = smallLayout({ rejects: { maxPercent: 99 } });
    expect(await lake.load(KEY, smallFile(...LINES), { layout })).toMatchObject({ status: 'loaded' });
    expect((await lake.entry(first)).loaded?.layoutFingerprint).not.toBe(loaded?.layoutFingerprint);
    expect(await lake.load(KEY, smallFile(...LINES), { layout })).toMatchObject({ status: 'already-loaded' });
  });

  it('are no reason for their own run to end otherwise when it is asked twice', async () => {
    const lake = new MemoryLake();
    const { ledgerKey } = await lake.load(KEY, smallFile(...LINES));
    const { runId } = await lake.entry({ ledgerKey });
    expect((await reconcileFile(lake.ports, runKeys(runId!).plan)).verdict).toBe('balanced');
  });
});

describe('a supplement that brings too many records', () => {
  const what = async (lake: MemoryLake, key: string, bytes: Buffer) => {
    const refused = await lake.load(key, bytes, { supplementOf: KEY });
    expect((await lake.entry(refused)).refusal?.code).toBe('supplement-too-large');
    return (await lake.entry(refused)).refusal?.message;
  };

  it('hears how many were rejected, how many were brought, and by which files', async () => {
    const lake = new MemoryLake();
    await lake.load(KEY, smallFile(...LINES, smallLine('A3', 'X')));
    expect(await what(lake, FIX, corrected('A1', 'A2', 'A3'))).toContain(
      `it brings 3 records for ${KEY}, which rejected 2, and 0 of those were brought before.`,
    );
    await lake.load(G, corrected('A2'), { supplementOf: KEY });
    expect(await what(lake, 'fix2_20250812.txt', corrected('A3', 'A2'))).toContain(
      `it brings 2 records for ${KEY}, which rejected 2, and 1 of those were brought before, by ${G}.`,
    );
  });

  it('is not held to what a run of another file brought that was given up for a newer one', async () => {
    const lake = new MemoryLake();
    await lake.load(KEY, smallFile(...LINES));
    const first = await parsed(lake, FIX, corrected('A2'), { supplementOf: KEY });
    expect((await reconcileFile(lake.ports, first.planKey)).verdict).toBe('balanced');
    lake.now = new Date(lake.now.getTime() + 86_400_000);
    await parsed(lake, FIX, corrected('A9', 'A8'), { supplementOf: KEY, force: true });
    const second = await parsed(lake, G, corrected('A2'), { supplementOf: KEY, force: true });
    expect((await reconcileFile(lake.ports, second.planKey)).verdict).toBe('balanced');
  });
});
