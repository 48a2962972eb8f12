import type { DescribedObject } from '../../shared/ports/object-store.ts';

/**
 * What this process knows about the Parquet files that its threads wrote, kept until they are published. Objects of a lake never change in
 * place, so what is known about one also holds under a second name that this process gave it.
 */
export class DescribedFiles {
  private readonly known = new Map<string, DescribedObject>();

  add(key: string, file: DescribedObject): void {
    this.known.set(key, file);
  }

  /** A file has a second name now. */
  named(fromKey: string, toKey: string): void {
    const file = this.known.get(fromKey);
    if (file) this.known.set(toKey, file);
  }

  of(key: string): DescribedObject | undefined {
    return this.known.get(key);
  }

  /** Forgets all files: they are published. */
  clear(): void {
    this.known.clear();
  }
}
