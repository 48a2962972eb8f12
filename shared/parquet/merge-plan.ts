/** Which parts become which merged file, and how: data, decided before anything is read. */

/** A partition of more rows than this deserves row groups that readers like. */
const LARGE_PARTITION_ROWS = 1_000_000;
/** Row groups below this make scans slow in a large partition. */
export const SMALL_ROW_GROUP_ROWS = 50_000;
/** Joined row groups are closed at the first boundary behind this. */
const JOINED_ROWS = 100_000;
/** Athena wants files of 128 MB and more; one merger handles this much within its time. */
const MERGED_FILE_BYTES = 1024 * 1024 * 1024;

export interface MergePart {
  key: string;
  rows: number;
  bytes: number;
  rowGroupRows: number[];
  checksum?: string;
}

export interface PlannedFile<P extends MergePart = MergePart> {
  parts: P[];
  /** concat: row groups are copied as they are; join: small ones are decoded and written as larger ones. */
  mode: 'concat' | 'join';
}

/** How parts may become files. */
export interface MergeRules {
  /** Row groups with lists are not: they are copied however small they are. */
  joinable?: boolean;
  /** A part of so many bytes whose row groups are not small is a file already. */
  wholePartBytes?: number;
}

/**
 * Files of one partition, from its parts in the order of their ranges. Parts that are files already come first and alone: they are
 * copied as objects, and none of their bytes are moved.
 */
export function planMerge<P extends MergePart>(
  parts: P[],
  { joinable = true, wholePartBytes = Number.MAX_SAFE_INTEGER }: MergeRules = {},
): PlannedFile<P>[] {
  const isWhole = ({ bytes, rows, rowGroupRows }: P) =>
    bytes >= wholePartBytes && (!joinable || rows >= rowGroupRows.length * SMALL_ROW_GROUP_ROWS);
  const whole = parts.filter(isWhole).map((part): PlannedFile<P> => ({ parts: [part], mode: 'concat' }));
  const others = parts.filter((part) => !isWhole(part));
  return [...whole, ...planMergedFiles(others, joinable)];
}

function planMergedFiles<P extends MergePart>(parts: P[], joinable: boolean): PlannedFile<P>[] {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const files: P[][] = [];
  let bytes = 0;
  for (const part of parts) {
    const last = files.at(-1);
    if (last && bytes + part.bytes <= MERGED_FILE_BYTES) {
      last.push(part);
      bytes += part.bytes;
    } else {
      files.push([part]);
      bytes = part.bytes;
    }
  }
  return files.map((fileParts) => {
    const small = fileParts.some((part) => part.rowGroupRows.some((count) => count < SMALL_ROW_GROUP_ROWS));
    return { parts: fileParts, mode: joinable && small && rows > LARGE_PARTITION_ROWS ? 'join' : 'concat' };
  });
}

/** Indexes of consecutive row groups: one alone is copied, several are joined. */
export type RowGroupStep = number[];

/**
 * Steps that leave no row group small where rows suffice: small neighbours gather until they are enough, large ones are copied, and
 * what is left over joins its neighbour.
 */
export function planRowGroups(rowGroupRows: number[]): RowGroupStep[] {
  const steps: RowGroupStep[] = [];
  let gathered: number[] = [];
  let gatheredRows = 0;
  const close = () => {
    if (gathered.length > 0) steps.push(gathered);
    gathered = [];
    gatheredRows = 0;
  };
  for (const [index, rows] of rowGroupRows.entries()) {
    const large = rows >= SMALL_ROW_GROUP_ROWS;
    // Enough has gathered to stand alone before a large one that is best copied.
    if (large && (gathered.length === 0 || gatheredRows >= SMALL_ROW_GROUP_ROWS)) {
      close();
      steps.push([index]);
      continue;
    }
    gathered.push(index);
    gatheredRows += rows;
    if (gatheredRows >= JOINED_ROWS) close();
  }
  const leftOver = gathered;
  const neighbour = steps.at(-1);
  if (leftOver.length > 0 && gatheredRows < SMALL_ROW_GROUP_ROWS && neighbour) neighbour.push(...leftOver);
  else close();
  return steps;
}
