import type { ObjectStore } from '../../ports/object-store.ts';
import { type Depth, objectProblem } from './data-object.ts';
import type { ObjectFacts } from './finding.ts';

/** A data file that takes long to read. */
export interface LargeFile extends ObjectFacts {
  key: string;
}

/** Reading a smaller file takes less than to ask somebody else for it. */
const LARGE_BYTES = 8 * 1024 * 1024;
/** So many bytes are proved together, if there are as many. */
const LOT_BYTES = 64 * 1024 * 1024;

/**
 * The large data files of a day. At first they are only noted: each is proved on its own, so that those of one day do not wait for each
 * other. If something is wrong with any, the day is judged again, and looks at these suspects itself.
 */
export class LargeFiles {
  /** By key. */
  private readonly known = new Map<string, LargeFile>();
  private readonly suspects: ReadonlySet<string> | undefined;

  constructor(suspects?: readonly string[]) {
    this.suspects = suspects && new Set(suspects);
  }

  get noted(): LargeFile[] {
    return [...this.known.values()];
  }

  /** As `objectProblem`; of a large file that is there only what can be said without reading it. */
  async problem(
    lake: ObjectStore,
    key: string,
    facts: ObjectFacts,
    depth: Depth,
  ): Promise<string | undefined> {
    const isLarge = depth === 'full' && facts.bytes > LARGE_BYTES;
    if (!isLarge || this.suspects?.has(key)) return objectProblem(lake, key, facts, depth);
    if (this.suspects) return undefined;
    if ((await objectProblem(lake, key, facts, 'quick')) !== undefined)
      return objectProblem(lake, key, facts, depth);
    const { bytes, rows, checksum } = facts;
    this.known.set(key, { key, bytes, rows, checksum });
    return undefined;
  }
}

/** Lots that take about as long as each other, the largest files first. */
export function lotsOf(files: readonly LargeFile[]): LargeFile[][] {
  const lots: LargeFile[][] = [];
  let bytes = LOT_BYTES;
  for (const file of files.toSorted((a, b) => b.bytes - a.bytes)) {
    if (bytes >= LOT_BYTES) {
      lots.push([]);
      bytes = 0;
    }
    lots.at(-1)!.push(file);
    bytes += file.bytes;
  }
  return lots;
}

/** Keys of the files with which something is wrong, or which cannot be looked at: who looks again says what. */
export async function suspectsAmong(lake: ObjectStore, files: readonly LargeFile[]): Promise<string[]> {
  const suspects: string[] = [];
  for (const file of files) {
    const isRight = await objectProblem(lake, file.key, file, 'full').then(
      (problem) => problem === undefined,
      () => false,
    );
    if (!isRight) suspects.push(file.key);
  }
  return suspects;
}
