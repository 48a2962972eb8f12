import { SeededRandom } from '../../generator/seeded-random.ts';

/** Everything that can go wrong in a night, by the name the table shows. */
export const FAULT_KINDS = [
  // One call of a port:
  'throttled',
  'server error',
  'timed out before the effect',
  'timed out after the effect',
  'body cut short',
  'older listing',
  'disk full',
  'disk full in mid-rename',
  'held before a conditional write',
  'clock off',
  // One invocation of a function:
  'invocation throttled',
  'answer lost',
  'called twice',
  'killed',
  'out of memory',
  'worker died',
  'timed out and went on',
  // The night:
  'event twice',
  'event late',
  'event out of order',
  'file replaced meanwhile',
  'held to finish together',
  'stopped by SIGTERM',
  'failed and redriven',
  'host clock off',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** How rough a night is: chances of one call of a port and of one invocation of a function. */
interface Roughness {
  call: number;
  invocation: number;
  diskFull: number;
}

/** By the roughness of a step. */
const ROUGHNESS: Roughness[] = [
  { call: 0, invocation: 0, diskFull: 0 },
  { call: 0.004, invocation: 0.06, diskFull: 0 },
  { call: 0.012, invocation: 0.15, diskFull: 0 },
  { call: 0.02, invocation: 0.3, diskFull: 0.002 },
  { call: 0.06, invocation: 0.3, diskFull: 0.006 },
];

/**
 * All chances of one night, drawn from its seed. Each purpose has a stream of its own, so that one more draw for one purpose changes
 * nothing for the others: a seed plays the same night again.
 */
export class FaultPlan {
  readonly seed: number;
  readonly counts = new Map<FaultKind, number>();
  /** No fault is drawn while it is set: in a step without faults, or while the night is run again. */
  calm = true;
  roughness: Roughness = ROUGHNESS[0]!;
  /** Functions that write the ledger and publish wait for the same instants. */
  readonly isTogether: boolean;

  constructor(seed: number) {
    this.seed = seed;
    this.isTogether = this.stream('together').happens(0.5);
  }

  /** Faults of a step: none at 0. */
  become(rough: number): void {
    this.calm = rough === 0;
    this.roughness = ROUGHNESS[rough] ?? ROUGHNESS[0]!;
  }

  stream(purpose: string): Chances {
    return new Chances(this.seed, purpose);
  }

  count(kind: FaultKind): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }
}

/** One stream of chances. */
export class Chances {
  private readonly random: SeededRandom;

  constructor(seed: number, purpose: string) {
    let hash = 0;
    for (const character of purpose) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) | 0;
    this.random = new SeededRandom(seed, hash >>> 0);
  }

  below(limit: number): number {
    return this.random.below(limit);
  }

  happens(chance: number): boolean {
    return this.random.below(1_000_000) < chance * 1_000_000;
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }
}
