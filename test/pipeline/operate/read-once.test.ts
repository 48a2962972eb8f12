import { beforeAll, describe, expect, it } from 'vitest';
import { cleanLake } from '../../../shared/pipeline/operate/clean-lake.ts';
import { dayStatus } from '../../../shared/pipeline/operate/day-status.ts';
import { verifyLake } from '../../../shared/pipeline/verify/verify-lake.ts';
import type { PipelinePorts } from '../../../shared/ports/pipeline-ports.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { smallFile, smallLine } from '../../support/small-contracts.ts';

const OLD = { runsOlderThanMs: 0, generationsOlderThanMs: 0 };

/** What people do with a whole lake. */
const COMMANDS: Record<string, (ports: PipelinePorts) => Promise<unknown>> = {
  status: (ports) => dayStatus(ports, 'small', '2025-08-12'),
  'verify --quick': (ports) => verifyLake(ports, { depth: 'quick' }),
  verify: (ports) => verifyLake(ports, { depth: 'full' }),
  'clean --dry-run': (ports) => cleanLake(ports, { ...OLD, dryRun: true }),
  clean: (ports) => cleanLake(ports, { ...OLD, dryRun: false }),
};

/** The calls by which a store gives bytes of an object, or looks at it. */
const LOOKS = ['get', 'readRange', 'streamRange', 'head', 'hasChecksum'];

/** How often each command looks at each object of a lake that has one day of so many files. */
async function looksOf(fileCount: number): Promise<Record<string, Map<string, number>>> {
  const lake = new MemoryLake();
  lake.ports.settings.expectedFiles = fileCount;
  for (let file = 0; file < fileCount; file++)
    await lake.load(`f${file}_20250812.txt`, smallFile(smallLine(`A${file}`, 1), smallLine(`B${file}`, 2)));
  lake.now = new Date('2026-08-13T06:00:00Z');
  const looks: Record<string, Map<string, number>> = {};
  for (const [name, run] of Object.entries(COMMANDS)) {
    const counts = new Map<string, number>();
    lake.lake.beforeCall = (call, key) => {
      if (LOOKS.includes(call)) counts.set(key, (counts.get(key) ?? 0) + 1);
      return lake.writes.call(call, key);
    };
    await run(lake.ports);
    looks[name] = counts;
  }
  return looks;
}

/** Whatever a lake has one of for each file. */
const OF_A_FILE = /^runs\/|^processed\/|\/_content\/|\/_history\/|-[0-9a-f]{8}\.json$/;

/** A store without checksums tells the size of a data file first; and what `clean` is about to remove is looked at again after its note. */
const MOST: Record<string, number> = { 'verify --quick': 2, clean: 2 };

describe('objects of a file', () => {
  let few: Record<string, Map<string, number>>;
  let many: Record<string, Map<string, number>>;
  beforeAll(async () => {
    few = await looksOf(3);
    many = await looksOf(9);
  });

  it.each(Object.keys(COMMANDS))('are looked at once by %s, or twice if it has to', (name) => {
    for (const looks of [few[name]!, many[name]!]) {
      const often = [...looks].filter(([key, count]) => OF_A_FILE.test(key) && count > (MOST[name] ?? 1));
      expect(Object.fromEntries(often)).toEqual({});
    }
  });

  it.each(Object.keys(COMMANDS))('are all that %s looks at more of when there are more files', (name) => {
    const shared = (looks: Map<string, number>) =>
      [...looks].filter(([key]) => !OF_A_FILE.test(key)).reduce((sum, [, count]) => sum + count, 0);
    expect(shared(many[name]!)).toBe(shared(few[name]!));
  });
});
