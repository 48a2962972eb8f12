import type { DescribedObject } from '../../shared/ports/object-store.ts';

/**
 * What this process knows of Parquet files that its threads wrote, until a publication has shown them. An object of a lake is never changed in
 * place, so what is known of one holds for its second name too, if it was this process that gave it that name.
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

  /** Nobody asks for what was known so far any more. */
  clear(): void {
    this.known.clear();
  }
}
