/** The plan of merged files: data that says which parts become which file, and how. It is made before anything is read. */

/** Small row groups are joined in partitions of more rows than this. */
const LARGE_PARTITION_ROWS = 1_000_000;
/** Row groups of fewer rows make scans of a large partition slow. */
export const SMALL_ROW_GROUP_ROWS = 50_000;
/** A joined row group is closed once it has this many rows. */
const JOINED_ROWS = 100_000;
/** Athena reads files of 128 MB and more best; one merger writes a file of this size within its time-out. */
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

/** Conditions under which parts become files. */
interface MergeRules {
  /** False for rows with lists: their row groups are copied, however small they are. */
  joinable?: boolean;
  /** A part of this many bytes or more is a file already, unless its row groups are to be joined. */
  wholePartBytes?: number;
}

/**
 * Plans the files of one partition; its parts are in the order of their ranges. Parts that are files already come first,
 * each alone: the store copies them as objects.
 */
export function planMerge<P extends MergePart>(
  parts: P[],
  { joinable = true, wholePartBytes = Number.MAX_SAFE_INTEGER }: MergeRules = {},
): PlannedFile<P>[] {
  const isJoined = joinable && rowsOf(parts) > LARGE_PARTITION_ROWS;
  const isWhole = ({ bytes, rows, rowGroupRows }: P) =>
    bytes >= wholePartBytes && (!isJoined || rows >= rowGroupRows.length * SMALL_ROW_GROUP_ROWS);
  const whole = parts.filter(isWhole).map((part): PlannedFile<P> => ({ parts: [part], mode: 'concat' }));
  const others = parts.filter((part) => !isWhole(part));
  return [...whole, ...planMergedFiles(others, joinable)];
}

function rowsOf(parts: MergePart[]): number {
  return parts.reduce((sum, part) => sum + part.rows, 0);
}

function planMergedFiles<P extends MergePart>(parts: P[], joinable: boolean): PlannedFile<P>[] {
  const rows = rowsOf(parts);
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
    const hasSmall = fileParts.some((part) =>
      part.rowGroupRows.some((count) => count < SMALL_ROW_GROUP_ROWS),
    );
    return {
      parts: fileParts,
      mode: joinable && hasSmall && rows > LARGE_PARTITION_ROWS ? 'join' : 'concat',
    };
  });
}

/** Indexes of consecutive row groups: one is copied, several are joined. */
type RowGroupStep = number[];

/**
 * Plans row groups so that none is small if there are enough rows: small neighbours are gathered until they have enough,
 * large ones are copied, and the rest joins its neighbour.
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
    // The gathered ones are large enough alone, so the large one can be copied.
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
