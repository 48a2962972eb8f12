import { beforeAll, describe, expect, it } from 'vitest';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { cleanLake } from '../../../shared/pipeline/operate/clean-lake.ts';
import { dayStatus } from '../../../shared/pipeline/operate/day-status.ts';
import { lakeHistory } from '../../../shared/pipeline/operate/lake-history.ts';
import { rollBack } from '../../../shared/pipeline/operate/roll-back.ts';
import { publishDay } from '../../../shared/pipeline/publish/publish-day.ts';
import { verifyLake } from '../../../shared/pipeline/verify/verify-lake.ts';
import type { PipelinePorts } from '../../../shared/ports/pipeline-ports.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';

const FIRST = '2025-08-12';
const dayOf = (date: string) => ({ dataset: 'small', businessDate: date });
const layout = readLayout(smallLayout(), 'small.json');
const OLD = { runsOlderThanMs: 0, generationsOlderThanMs: 0 };

/** What people do with a lake; each is one of their commands. */
const COMMANDS: Record<string, (ports: PipelinePorts) => Promise<unknown>> = {
  status: (ports) => dayStatus(ports, 'small', FIRST),
  history: (ports) => lakeHistory(ports, {}),
  publish: (ports) => publishDay(ports, layout, FIRST),
  'verify --quick': (ports) => verifyLake(ports, { depth: 'quick' }),
  verify: (ports) => verifyLake(ports, { depth: 'full' }),
  'clean --dry-run': (ports) => cleanLake(ports, { ...OLD, dryRun: true }),
  'rollback --file': (ports) =>
    rollBack(ports, { ...dayOf(FIRST), file: 'f0_20250812.txt', remove: true, reason: 'x' }),
  clean: (ports) => cleanLake(ports, { ...OLD, dryRun: false }),
};

/** A lake of so many days, each published once with so many files. */
async function filledLake(dayCount: number, fileCount: number): Promise<MemoryLake> {
  const lake = new MemoryLake();
  lake.ports.settings.expectedFiles = fileCount;
  for (let day = 0; day < dayCount; day++) {
    const date = `202508${12 + day}`;
    for (let file = 0; file < fileCount; file++) {
      const bytes = smallFile(smallLine(`A${day}${file}`, 1), smallLine(`B${day}${file}`, 2));
      const result = await lake.load(`f${file}_${date}.txt`, bytes);
      expect(result.status).toBe('loaded');
    }
  }
  lake.now = new Date('2026-08-13T06:00:00Z');
  return lake;
}

/** Calls of the store that each command makes, one after the other, on a lake. */
async function callsOf(dayCount: number, fileCount: number): Promise<Record<string, number>> {
  const { lake, ports } = await filledLake(dayCount, fileCount);
  const total = () => Object.values(lake.calls).reduce((sum, count) => sum + count, 0);
  const counted: Record<string, number> = {};
  for (const [name, run] of Object.entries(COMMANDS)) {
    const before = total();
    await run(ports);
    counted[name] = total() - before;
  }
  return counted;
}

describe('calls of the store', () => {
  let ofFiles: Record<string, number>[];
  let ofDays: Record<string, number>[];
  beforeAll(async () => {
    ofFiles = [await callsOf(1, 4), await callsOf(1, 8), await callsOf(1, 12)];
    ofDays = [await callsOf(2, 3), await callsOf(4, 3), await callsOf(6, 3)];
  });

  it.each(
    Object.keys(COMMANDS),
  )('%s makes no more for the last files of a day than for the first', (name) => {
    const [few, more, most] = ofFiles.map((counted) => counted[name]!);
    expect(most! - more!).toBeLessThanOrEqual(more! - few!);
  });

  it.each(
    Object.keys(COMMANDS),
  )('%s makes no more for the last days of a lake than for the first', (name) => {
    const [few, more, most] = ofDays.map((counted) => counted[name]!);
    expect(most! - more!).toBeLessThanOrEqual(more! - few!);
  });

  it('are few for each file and each day', () => {
    const a = (lakes: Record<string, number>[], of: number) =>
      Object.fromEntries(
        Object.keys(COMMANDS).map((name) => [name, (lakes[2]![name]! - lakes[1]![name]!) / of]),
      );
    expect({ file: a(ofFiles, 4), day: a(ofDays, 2) }).toMatchInlineSnapshot(`
      {
        "day": {
          "clean": 64,
          "clean --dry-run": 26,
          "history": 4,
          "publish": 0,
          "rollback --file": 0,
          "status": 0,
          "verify": 60,
          "verify --quick": 18,
        },
        "file": {
          "clean": 16,
          "clean --dry-run": 5,
          "history": 0,
          "publish": 2,
          "rollback --file": 6,
          "status": 1,
          "verify": 17,
          "verify --quick": 4,
        },
      }
    `);
  });
});
