import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalStage } from '../../tools/smoke/local-stage.ts';
import { runSmoke, type SmokeOptions } from '../../tools/smoke/smoke-run.ts';
import type { SmokeStage } from '../../tools/smoke/smoke-stage.ts';

/** Far more than the busiest machine needs; a test that fails does not wait for it. */
const HOUR_MS = 3_600_000;

let dir: string;
let stage: SmokeStage;
let options: SmokeOptions;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'positional-lake-smoke-'));
  stage = createLocalStage({ dir, expectedFiles: 2 });
  const businessDate = '1993-04-05';
  options = { workDir: join(dir, 'generated'), records: 2_000, businessDate, seed: 7, timeoutMs: HOUR_MS };
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function keysOf(store: SmokeStage['lake']): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys;
}

describe('the smoke test that also runs against a stage', () => {
  it(
    'finds every total of the night it uploaded, and leaves nothing of it',
    async () => {
      const result = await runSmoke(stage, options);
      expect(result).toMatchObject({ passed: true, problems: [], rows: 2_000 });
      expect(await keysOf(stage.raw)).toEqual([]);
      // Tables stay, and with them their owners, the ids of their fields, and what other programs open.
      const kept = /^(catalog\/|ledger\/_(?:tables|fields)\/|processed\/[^/]+\/metadata\/|runs\/metrics)/;
      expect((await keysOf(stage.lake)).filter((key) => !kept.test(key))).toEqual([]);
      const catalog = await stage.lake.get('catalog/contracts.json');
      expect(JSON.parse(new TextDecoder().decode(catalog?.bytes)).partitions).toEqual([]);
    },
    HOUR_MS,
  );

  it(
    'notices a row that is missing and a cent that is wrong, and cleans up all the same',
    async () => {
      const { query } = stage;
      const waitMs = async () => undefined;
      const bent: SmokeStage = {
        ...stage,
        waitMs,
        query: async (sql) => {
          const [[product = '', rows, total] = [], ...others] = await query(sql);
          const cents = String(total);
          const wrongCents = `${cents.slice(0, -1)}${(Number(cents.at(-1)) + 1) % 10}`;
          return [[product, String(Number(rows) - 1), wrongCents], ...others];
        },
      };
      const { passed, problems } = await runSmoke(bent, options);
      expect(passed).toBe(false);
      expect(problems).toHaveLength(2);
      expect(await keysOf(stage.raw)).toEqual([]);
    },
    HOUR_MS,
  );

  it(
    'says which files are not published in time, and why',
    async () => {
      const deaf = { ...stage, announce: async () => undefined };
      const { problems } = await runSmoke(deaf, { ...options, timeoutMs: 100 });
      expect(problems).toEqual([expect.stringContaining('no execution took any file')]);
    },
    HOUR_MS,
  );
});
