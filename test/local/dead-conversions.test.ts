import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { executionNameHere, THIS_PROCESS } from '../../local/adapters/local-process.ts';
import { createLocalPorts } from '../../local/local-ports.ts';
import { cleanLake } from '../../shared/pipeline/operate/clean-lake.ts';
import { dayStatus } from '../../shared/pipeline/operate/day-status.ts';
import { readJson, writeJson } from '../../shared/pipeline/store/json-object.ts';
import { isInUse, ledgerEntryShape } from '../../shared/run/ledger-entry.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

const idOf = (name: string) => `local:execution:file-pipeline:${name}`;
const MINE = idOf(executionNameHere());
/** A process of this host that has ended, as it would have named its executions. */
const dead = String(spawnSync(process.execPath, ['-e', '']).pid);
const DEAD = idOf(executionNameHere().replace(/-\d+-\d+-/, `-${dead}-1-`));
const ELSEWHERE = idOf(executionNameHere().replace(THIS_PROCESS.slice(0, 16), '0123456789abcdef'));

/** A lake with one file, whose last step was taken a moment ago by the last of some executions. */
async function brokenOff(lake: TestLake, executions: string[]) {
  await lake.putRaw('a_20250812.txt', smallFile(smallLine('A1', 1)));
  const { ledgerKey } = await lake.convert({ layout: smallLayout(), sourceKey: 'a_20250812.txt' });
  const lakeDir = join(lake.dir, 'lake');
  const ports = createLocalPorts({ lakeDir, rawRoot: lake.dir, rangeSizeBytes: 0, expectedFiles: undefined });
  const { loaded: _loaded, ...entry } = await readJson(ports.lake, ledgerKey, ledgerEntryShape);
  const at = new Date().toISOString();
  const leaseUntil = new Date(Date.now() + 3_600_000).toISOString();
  const history = executions.map((execution) => ({
    ...{ state: 'parsing', at, execution },
    version: entry.version,
  }));
  const [execution] = executions.slice(-1);
  await writeJson(ports.lake, ledgerKey, { ...entry, state: 'parsing', execution, history, leaseUntil });
  // Nothing of the day is published, as when its first conversion died.
  for (const folder of ['_day'])
    await ports.lake.delete([`${ledgerKey.slice(0, ledgerKey.lastIndexOf('/'))}/${folder}/1.json`]);
  return { ports, runId: entry.runId };
}

it.each([
  ['whose process is gone', [DEAD], 'stalled'],
  ['whose process runs', [MINE], 'running'],
  ['of another host', [ELSEWHERE], 'running'],
  ['that took over from one of this process', [MINE, DEAD], 'running'],
  ['of another software', [idOf('convert-1b4e28ba-2fa1-11d2-883f-0016d3cca427')], 'running'],
])('a conversion %s is told from others at once, by status and by clean', async (_, executions, status) => {
  await using lake = await TestLake.make('on disk');
  const { ports, runId } = await brokenOff(lake, executions);
  expect((await dayStatus(ports, 'small', '2025-08-12')).files.map((file) => file.status)).toEqual([status]);
  const options = { runsOlderThanMs: 0, generationsOlderThanMs: 0, dryRun: false };
  const { removed, kept } = await cleanLake(ports, options);
  const isGone = removed.some(({ what, key }) => what === 'run' && key === `runs/${runId}/`);
  expect(isGone).toBe(status === 'stalled');
  expect(kept.map(({ why }) => why)).toEqual(
    isGone ? [] : [expect.stringMatching(/^a_20250812.txt is parsing/)],
  );
});

it('steps that were cut off may have been those of a conversion that runs', () => {
  const now = new Date('2025-08-13T06:00:00Z');
  const step = { state: 'parsing', at: now.toISOString(), execution: DEAD, version: '1' } as const;
  const entry = (steps: number) => ({
    ...step,
    updatedAt: step.at,
    leaseUntil: '2025-08-13T07:00:00Z',
    history: Array.from({ length: steps }, () => step),
  });
  const hasDied = (execution: string) => execution === DEAD;
  expect([99, 100].map((steps) => isInUse(entry(steps), now, hasDied))).toEqual([false, true]);
});
