import { RunInconsistent } from '../../shared/errors.ts';

/** Documents of a lake that cannot be read, with the tables that are missing, or miss rows, because of them. The other tables are whole. */
export class LakeDamage {
  #found: { tables: string[]; error: RunInconsistent }[] = [];

  /** Runs `step`, or notes that `tables` suffer from what it fails with. Other errors than damage are passed on. */
  async note<T>(tables: string[], step: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof RunInconsistent)) throw error;
      this.#found.push({ tables, error });
      return undefined;
    }
  }

  /** Drops what no table suffers from after all. */
  forget(isHarmless: (error: RunInconsistent) => boolean): void {
    this.#found = this.#found.filter(({ error }) => !isHarmless(error));
  }

  /** The damage to the tables that `text` mentions. */
  of(text: string): RunInconsistent[] {
    return this.#named(text).map(({ error }) => error);
  }

  #named(text: string) {
    const words = new Set(text.toLowerCase().match(/[\p{L}\p{N}_]+/gu));
    return this.#found.filter(({ tables }) => tables.some((table) => words.has(table.toLowerCase())));
  }

  /** Why a table that the words of `text` name is not among `tables`. */
  missing(text: string, tables: readonly string[]): RunInconsistent | undefined {
    return this.#named(text).find(({ tables: damaged }) => damaged.some((name) => !tables.includes(name)))
      ?.error;
  }

  get all(): RunInconsistent[] {
    return this.#found.map(({ error }) => error);
  }
}
