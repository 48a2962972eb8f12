import type { ResultCache } from '../ports/result-cache.ts';
import { type Question, readQuestion } from './question.ts';

const FOR_MS = 60 * 60 * 1000;
const MOST_IN_MEMORY = 10_000;

/**
 * Questions whose answers take longer, by their ids. Who comes back with an id asks the question again, with the rights of then: an id opens
 * nothing.
 */
export class Tickets {
  readonly #store: ResultCache | undefined;
  readonly #known = new Map<string, string>();

  /** `store`: where the server that is asked next finds them, if it may be another one. */
  constructor(store: ResultCache | undefined) {
    this.#store = store;
  }

  async give(id: string, roleName: string, question: Question): Promise<void> {
    const text = JSON.stringify({ roleName, question });
    this.#known.set(id, text);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MOST_IN_MEMORY) break;
      this.#known.delete(oldest);
    }
    await this.#store?.put(keyOf(id), new TextEncoder().encode(text), FOR_MS);
  }

  async take(id: string, roleName: string): Promise<Question | undefined> {
    const stored = this.#known.get(id) ?? (await this.#stored(id));
    if (stored === undefined) return undefined;
    const ticket = JSON.parse(stored) as { roleName?: unknown; question?: unknown };
    return ticket.roleName === roleName ? readQuestion(JSON.stringify(ticket.question)) : undefined;
  }

  async #stored(id: string): Promise<string | undefined> {
    const bytes = await this.#store?.get(keyOf(id));
    return bytes && new TextDecoder().decode(bytes);
  }
}

function keyOf(id: string): string {
  return `question-${id}`;
}
