import type { ResultCache } from '../ports/result-cache.ts';
import { type Question, readQuestion } from './question.ts';

const FOR_MS = 60 * 60 * 1000;
const MOST_IN_MEMORY = 10_000;
const MOST_CHARACTERS_IN_MEMORY = 16 * 1024 * 1024;

/**
 * Questions whose answers take longer, by their ids. Who comes back with an id asks the question again, with the rights of then: an id opens
 * nothing.
 */
export class Tickets {
  readonly #store: ResultCache | undefined;
  readonly #known = new Map<string, string>();
  #characters = 0;
  readonly #failures = new Map<string, Error>();

  /** `store`: where the server that is asked next finds them, if it may be another one. */
  constructor(store: ResultCache | undefined) {
    this.#store = store;
  }

  async give(id: string, roleName: string, question: Question): Promise<void> {
    const text = JSON.stringify({ roleName, question });
    this.#forget(id);
    this.#known.set(id, text);
    this.#characters += text.length;
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MOST_IN_MEMORY && this.#characters <= MOST_CHARACTERS_IN_MEMORY) break;
      this.#forget(oldest);
    }
    await this.#store?.put(keyOf(id), new TextEncoder().encode(text), FOR_MS);
  }

  async take(id: string, roleName: string): Promise<Question | undefined> {
    const stored = this.#known.get(id) ?? (await this.#stored(id));
    if (stored === undefined) return undefined;
    const ticket = JSON.parse(stored) as { roleName?: unknown; question?: unknown };
    return ticket.roleName === roleName ? readQuestion(JSON.stringify(ticket.question)) : undefined;
  }

  /** Who asked is told of it at the next look: the question would be asked again, and fail again, for ever. */
  failed(id: string, error: Error): void {
    if (this.#known.has(id)) this.#failures.set(id, error);
  }

  /** Why the answer could not be made, once. */
  failureOf(id: string): Error | undefined {
    const failure = this.#failures.get(id);
    this.#failures.delete(id);
    return failure;
  }

  #forget(id: string): void {
    this.#characters -= this.#known.get(id)?.length ?? 0;
    this.#known.delete(id);
    this.#failures.delete(id);
  }

  async #stored(id: string): Promise<string | undefined> {
    const bytes = await this.#store?.get(keyOf(id));
    return bytes && new TextDecoder().decode(bytes);
  }
}

function keyOf(id: string): string {
  return `question-${id}`;
}
