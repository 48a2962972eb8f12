/**
 * Repeatable random numbers with random access: `startAt(index)` begins the stream of one contract, whichever
 * contracts were drawn before it, so that a file does not depend on the files made beside it.
 *
 * xoshiro128** 1.1 by D. Blackman and S. Vigna (public domain, prng.di.unimi.it/xoshiro128starstar.c); its state is
 * filled with the 32-bit finalizer of A. Appleby's MurmurHash3 (public domain). Node has no generator that takes a
 * seed. Integer arithmetic only: the same numbers on every machine.
 */
export class SeededRandom {
  private readonly key0: number;
  private readonly key1: number;
  private s0 = 0;
  private s1 = 0;
  private s2 = 0;
  private s3 = 1;

  /** `seed` is a safe integer of at least 0; `purpose` keeps the streams of one seed apart. */
  constructor(seed: number, purpose: number) {
    const low = seed | 0;
    const high = (seed / 2 ** 32) | 0;
    this.key0 = mixed(mixed(low + GOLDEN) ^ mixed(high ^ Math.imul(purpose + 1, GOLDEN)));
    this.key1 = mixed(this.key0 ^ mixed(high + Math.imul(low, GOLDEN) + purpose));
    this.startAt(0);
  }

  /** Begins the stream of (`index`, `variant`). `index` may exceed 32 bits. */
  startAt(index: number, variant = 0): void {
    const low = index | 0;
    const high = ((index / 2 ** 32) | 0) ^ Math.imul(variant, GOLDEN);
    this.s0 = mixed(low ^ this.key0);
    this.s1 = mixed(Math.imul(low, GOLDEN) + this.key1 + high);
    this.s2 = mixed(this.s0 + high);
    this.s3 = mixed(this.s1 ^ this.s2) | 1;
  }

  /** 32 random bits as an integer from 0. */
  next(): number {
    const result = Math.imul(rotated(Math.imul(this.s1, 5), 7), 9);
    const shifted = this.s1 << 9;
    this.s2 ^= this.s0;
    this.s3 ^= this.s1;
    this.s1 ^= this.s2;
    this.s0 ^= this.s3;
    this.s2 ^= shifted;
    this.s3 = rotated(this.s3, 11);
    return result >>> 0;
  }

  /** An integer from 0 up to and not including `limit`, which is at most 2^32. */
  below(limit: number): number {
    return Math.floor((this.next() / 2 ** 32) * limit);
  }
}

/** 2^32 divided by the golden ratio. */
const GOLDEN = 0x9e3779b9;

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** fmix32 of MurmurHash3: every bit of the result depends on every bit of `word`. */
function mixed(word: number): number {
  let hash = word | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
