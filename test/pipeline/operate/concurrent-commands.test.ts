import { describe, expect, it } from 'vitest';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { cleanLake } from '../../../shared/pipeline/operate/clean-lake.ts';
import { dayStatus } from '../../../shared/pipeline/operate/day-status.ts';
import { rollBack } from '../../../shared/pipeline/operate/roll-back.ts';
import { publishDay } from '../../../shared/pipeline/publish/publish-day.ts';
import { Chances } from '../../../tools/chaos/fault-plan.ts';
import { VirtualTime } from '../../../tools/chaos/virtual-time.ts';
import { CrowdedDay } from '../../support/crowded-day.ts';
import { convertFile } from '../../support/run-pipeline.ts';
import { smallLayout } from '../../support/small-contracts.ts';
import { DATE, DAY } from '../../support/small-day.ts';

const FILES = { a: 'a_20250812.txt', b: 'b_20250812.txt' };
const FIX = 'fix_20250812.txt';
const layout = readLayout(smallLayout(), 'small.json');
const HOUR_MS = 3_600_000;

/** What may end a command that others overtook, without harm to readers; everything else is a dead end. */
const HARMLESS = [
  /took over this file/,
  /no longer stored.*Nothing was changed for readers/,
  /has no commit/,
  /is not published for/,
  /has no version before/,
  /was never published/,
];

interface Step {
  name: string;
  /** Files whose version it may change. */
  touches: string[];
  act: () => Promise<unknown>;
}

/** Plays phases of commands that run at once; after each, everything must stand as the ledger says. Answers with what is wrong. */
async function playSequence(seed: number): Promise<string[]> {
  const time = new VirtualTime(Date.parse('2025-08-13T05:00:00Z'));
  const chances = new Chances(seed, 'steps');
  const random = new Chances(seed, 'Math.random');
  const played: string[] = [];
  const play = async () => {
    const day = new CrowdedDay(time, seed, chances.happens(0.3) ? 2 : undefined);
    let executions = 0;
    let before = new Map<string, string>();
    for (let phase = 0; phase < 5; phase++) {
      const count = 1 + chances.below(phase === 0 ? 2 : 4);
      const steps = Array.from({ length: count }, () => drawStep(day, chances, () => `run-${executions++}`));
      played.push(steps.map(({ name }) => name).join(' + '));
      const problems = await Promise.all(
        steps.map(async ({ name, act }) => {
          await time.sleep(chances.below(2_000));
          return act().then(
            () => [],
            ({ message }: Error) =>
              HARMLESS.some((known) => known.test(message)) ? [] : [`${name}: ${message}`],
          );
        }),
      );
      const touched = new Set(steps.flatMap(({ touches }) => touches));
      const stands = await standing(day, before, touched);
      const broken = [...problems.flat(), ...stands.broken];
      if (broken.length > 0) return [`seed ${seed}: ${played.join('; ')}`, ...broken];
      before = stands.versions;
      await time.sleep(HOUR_MS * chances.below(30));
    }
    return [];
  };
  return time.run(play, () => random.below(2 ** 32) / 2 ** 32);
}

function drawStep(day: CrowdedDay, chances: Chances, execution: () => string): Step {
  const { ports } = day;
  const letter = chances.of(['a', 'a', 'b'] as const);
  const file = FILES[letter];
  const all = [FILES.a, FILES.b, FIX];
  const convert = (sourceKey: string, request: Record<string, unknown> = {}) => {
    const force = chances.happens(0.3);
    const input = { layout: smallLayout(), sourceKey, ...(force ? { force } : {}), ...request };
    return () => convertFile(ports, execution(), input);
  };
  switch (chances.of(['load', 'load', 'again', 'correct', 'file', 'file', 'day', 'publish', 'clean'])) {
    case 'load':
      day.bring(file, letter.toUpperCase(), chances.happens(0.5));
      return { name: `load ${letter}`, touches: [file], act: convert(file) };
    case 'again':
      if (!day.raw.keys().includes(file)) day.bring(file, letter.toUpperCase(), true);
      return { name: `load ${letter} again`, touches: [file], act: convert(file) };
    case 'correct':
      day.bringCorrection(FIX, 'A');
      return { name: 'supplement of a', touches: [FIX], act: convert(FIX, { supplementOf: FILES.a }) };
    case 'file': {
      const remove = chances.happens(0.3);
      const name = `rollback ${letter}${remove ? ' --remove' : ''}`;
      const act = () => rollBack(ports, { ...DAY, file, remove, reason: 'x' });
      return { name, touches: letter === 'a' ? [file, FIX] : [file], act };
    }
    case 'day': {
      const toCommit = chances.happens(0.5) ? 1 + chances.below(4) : undefined;
      const name = `rollback ${toCommit ?? 'the day'}`;
      return { name, touches: all, act: () => rollBack(ports, { ...DAY, toCommit, reason: 'x' }) };
    }
    case 'publish':
      return {
        name: 'publish',
        touches: [],
        act: () => publishDay(ports, layout, DATE, { partial: { reason: 'on purpose' } }),
      };
    default: {
      const ages = { runsOlderThanMs: 0, generationsOlderThanMs: chances.of([0, 20 * HOUR_MS]) };
      const act = async () => {
        const { failed } = await cleanLake(ports, { ...ages, dryRun: false });
        if (failed.length > 0) throw new Error(failed.map(({ key, why }) => `${key}: ${why}`).join('; '));
      };
      return { name: `clean ${ages.generationsOlderThanMs}`, touches: [], act };
    }
  }
}

/** Publishes in quiet, and compares what readers see with what was loaded. */
async function standing(day: CrowdedDay, before: Map<string, string>, touched: Set<string>) {
  const { ports } = day;
  const { rows: any, versions } = await day.wanted();
  const broken: string[] = [];
  try {
    const outcome = await publishDay(ports, layout, DATE, { partial: { reason: 'what there is' } });
    const { waitingFor } = outcome;
    if (waitingFor !== undefined && any.length > 0) broken.push(`the day waits for ${waitingFor}`);
  } catch (error) {
    broken.push(`the day is stuck: ${(error as Error).message}`);
  }
  const { rows, versions: after } = await day.wanted();
  const visible = await day.visible();
  const published = (await day.lake.get('catalog/small.json')) !== undefined;
  if (published && rows.length > 0 && JSON.stringify(visible) !== JSON.stringify(rows)) {
    broken.push(`readers see ${visible.join(', ')}, and loaded is ${rows.join(', ')}`);
  }
  const ids = visible.map((row) => row.split(' ')[0]);
  if (new Set(ids).size < ids.length) broken.push(`readers see rows twice: ${visible.join(', ')}`);
  for (const key of new Set([...before.keys(), ...versions.keys()])) {
    if (!touched.has(key) && before.get(key) !== after.get(key)) {
      broken.push(`${key} was not touched, and is now ${after.get(key)} after ${before.get(key)}`);
    }
  }
  if (published) {
    const { pending } = await dayStatus(ports, 'small', DATE);
    if (pending) broken.push(`status says that readers do not see commit ${pending.commit}`);
  }
  return { broken, versions: after };
}

/** Sequences in which `clean` removed what a rollback was about to copy. */
const RACES = [32, 54, 125, 151];
/** `SEQUENCES=300,200` plays 200 others, from seed 300 on. */
const [from = 0, count = 40] = (process.env.SEQUENCES ?? '').split(',').filter(Boolean).map(Number);

describe('loads, supplements, rollbacks, publications and cleans at once', () => {
  it('leave a day that can be published, with the rows of what is loaded', async () => {
    const seeds = new Set([...RACES, ...Array.from({ length: count }, (_, index) => from + index)]);
    const found: string[][] = [];
    for (const seed of seeds) {
      const broken = found.length < 5 ? await playSequence(seed) : [];
      if (broken.length > 0) found.push(broken);
    }
    expect(found).toEqual([]);
  });
});
