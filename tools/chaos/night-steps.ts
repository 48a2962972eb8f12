import type { Chances } from './fault-plan.ts';
import type { NightFile } from './night-files.ts';

/** Something that happens to the lake, or that somebody does. Files and days are named by their place in the night. */
export type Deed =
  | { do: 'convert'; file: number; version: number; force: boolean; isTwice: boolean; stopAfterMs?: number }
  | { do: 'roll back a file'; file: number; remove: boolean }
  /** `back` commits before the last one; without it, the commit before. */
  | { do: 'roll back a day'; day: number; back?: number }
  | { do: 'publish'; day: number }
  | { do: 'publish in part'; day: number }
  | { do: 'day manifest late'; day: number; statesSizes: boolean }
  | { do: 'clean'; runsOlderThanMs: number; generationsOlderThanMs: number }
  | { do: 'catch up' }
  | { do: 'verify' }
  | { do: 'repair' }
  | { do: 'older catalog'; back: number }
  /** An object of the loaded run of a file, by its place among them. */
  | { do: 'damage'; file: number; object: number; how: Damage };

const DAMAGES = ['cut short', 'removed', 'flipped'] as const;
/** How a broken disk damages an object: half of it, all of it or one bit is lost. */
type Damage = (typeof DAMAGES)[number];

export const DEEDS: Deed['do'][] = [
  ...(['convert', 'roll back a file', 'roll back a day', 'publish', 'publish in part'] as const),
  ...(['day manifest late', 'clean', 'catch up', 'verify', 'repair', 'older catalog', 'damage'] as const),
];

/** Deeds that begin together, each after its wait and on its host. */
export interface NightStep {
  /** Stays the same when other steps are left out, so that its faults do too. */
  id: number;
  /** 0 without faults, up to 4. */
  rough: number;
  deeds: { id: number; host: number; waitMs: number; deed: Deed }[];
}

const HOUR_MS = 3_600_000;

/** The steps of a night: a list that can be cut. */
export function drawSteps(chances: Chances, files: NightFile[]): NightStep[] {
  const count = 5 + chances.below(7);
  return Array.from({ length: count }, (_, id): NightStep => {
    const rough = chances.happens(0.55) ? 0 : 1 + chances.below(4);
    const isCrowd = chances.happens(0.3);
    // The first steps mostly load something, or there is nothing to roll back.
    const isEarly = id < 2;
    const deeds = Array.from({ length: isCrowd ? 2 + chances.below(3) : 1 }, (_, deedId) => ({
      id: deedId,
      host: chances.below(2),
      waitMs: isCrowd ? chances.below(chances.of([500, 5_000, 40_000])) : 0,
      deed: isEarly && chances.happens(0.8) ? drawConvert(chances, files, true) : drawDeed(chances, files),
    }));
    return { id, rough, deeds };
  });
}

function drawDeed(chances: Chances, files: NightFile[]): Deed {
  const day = files[chances.below(files.length)]!.day;
  const dice = chances.below(100);
  if (dice < 45) return drawConvert(chances, files, false);
  if (dice < 57)
    return {
      do: 'roll back a file',
      file: chances.below(files.length),
      remove: chances.happens(0.3),
    };
  if (dice < 67) {
    return {
      do: 'roll back a day',
      day,
      ...(chances.happens(0.5) ? { back: 1 + chances.below(4) } : {}),
    };
  }
  if (dice < 71) return { do: 'publish', day };
  if (dice < 77) return { do: 'publish in part', day };
  if (dice < 81) return { do: 'day manifest late', day, statesSizes: chances.happens(0.5) };
  if (dice < 88) {
    return {
      do: 'clean',
      runsOlderThanMs: chances.of([0, 0, 2 * HOUR_MS, 24 * HOUR_MS]),
      generationsOlderThanMs: chances.of([0, 2 * HOUR_MS, 24 * HOUR_MS]),
    };
  }
  if (dice < 90) return { do: 'catch up' };
  if (dice < 92) return { do: 'verify' };
  if (dice < 95) return { do: 'older catalog', back: 1 + chances.below(3) };
  return {
    do: 'damage',
    file: chances.below(files.length),
    object: chances.below(1000),
    how: chances.of(DAMAGES),
  };
}

function drawConvert(chances: Chances, files: NightFile[], isFirst: boolean): Deed {
  const file = chances.below(files.length);
  return {
    do: 'convert',
    file,
    version: isFirst ? 0 : chances.below(files[file]!.versions.length),
    force: chances.happens(0.35),
    isTwice: chances.happens(0.15),
    ...(chances.happens(0.08) ? { stopAfterMs: chances.below(20_000) } : {}),
  };
}

/** The steps as one line, with the ids that `--only` takes. */
export function stepsText(steps: NightStep[]): string {
  return steps
    .flatMap((step) =>
      step.deeds.map(({ id, host, waitMs, deed }) => {
        const { do: what, ...rest } = deed;
        const where = `${step.id}.${id}${step.rough > 0 ? ` rough ${step.rough}` : ''}${waitMs > 0 ? ` after ${waitMs} ms` : ''} on host ${host}`;
        return `  ${where}: ${what} ${JSON.stringify(rest)}`;
      }),
    )
    .join('\n');
}

/** Ids of all deeds, as `--only` takes them. */
export function idsOf(steps: NightStep[]): string[] {
  return steps.flatMap((step) => step.deeds.map(({ id }) => `${step.id}.${id}`));
}

/** The steps with these deeds only. */
export function onlyDeeds(steps: NightStep[], ids: string[]): NightStep[] {
  return steps
    .map((step) => ({ ...step, deeds: step.deeds.filter(({ id }) => ids.includes(`${step.id}.${id}`)) }))
    .filter(({ deeds }) => deeds.length > 0);
}
