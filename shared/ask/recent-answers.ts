import type { Answer } from './answer.ts';
import type { AnswerBody } from './answer-body.ts';

/** An answer in memory, with the bodies that were made of it. */
export interface KeptAnswer {
  key: string;
  answer: Answer;
  bytes: number;
  /** Form and page → the body that was sent, of the last few. */
  bodies: Map<string, AnswerBody>;
}

/** Whoever asks for pages of every size makes as many bodies as they like. */
const MOST_BODIES = 3;

/** Keeps a body with its answer, and lets go of the one that was kept first. */
export function keepBody({ bodies }: KeptAnswer, name: string, body: AnswerBody): void {
  bodies.set(name, body);
  const [oldest] = bodies.keys();
  if (bodies.size > MOST_BODIES && oldest !== undefined) bodies.delete(oldest);
}

interface Kept extends KeptAnswer {
  endsMs: number;
}

/** The answers that were asked for last, up to so many bytes. */
export class RecentAnswers {
  readonly #mostBytes: number;
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get(key: string, nowMs: number): KeptAnswer | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    this.#remove(kept);
    if (kept.endsMs <= nowMs) return undefined;
    this.#add(kept);
    return kept;
  }

  /** `bytes` is the size of the stored form; in memory, and with its bodies, an answer is taken to have four times as many. */
  put(key: string, answer: Answer, bytes: number, endsMs: number): KeptAnswer {
    const before = this.#kept.get(key);
    if (before) this.#remove(before);
    const kept: Kept = { key, answer, bytes: bytes * 4, bodies: new Map(), endsMs };
    if (kept.bytes > this.#mostBytes) return kept;
    this.#add(kept);
    for (const oldest of this.#kept.values()) {
      if (this.#bytes <= this.#mostBytes) break;
      this.#remove(oldest);
    }
    return kept;
  }

  get bytes(): number {
    return this.#bytes;
  }

  #add(kept: Kept): void {
    this.#kept.set(kept.key, kept);
    this.#bytes += kept.bytes;
  }

  #remove(kept: Kept): void {
    this.#kept.delete(kept.key);
    this.#bytes -= kept.bytes;
  }
}
