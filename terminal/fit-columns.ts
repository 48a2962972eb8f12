/** Blanks between two columns of a table. */
const GAP = 2;
/** A text that is cut shorter says too little. */
const LEAST_WIDTH = 16;
const LEAST_NAME = 40;
/** Of a text that keeps its end, such as `…/contratos_20250812_001.txt`. */
const LEAST_ENDING = 28;

/** A column that is shown, or, without index, the mark for those left out. */
interface FittedColumn {
  index: number | undefined;
  width: number;
}

/** A column as wide as its values are; numbers may not be cut, and of some texts the end says more than the beginning. */
interface WholeColumn {
  width: number;
  mayBeCut: boolean;
  keepsEnd?: boolean;
}

/** The columns of a table that fit into `width`, and how wide they are: first long texts are cut, then columns are left out. */
export function fitColumns(
  columns: WholeColumn[],
  width: number,
  leaveOut: 'middle' | 'last',
): FittedColumn[] {
  const all = columns.map((_, index) => index);
  // If the last ones may go, the first one is what the others are about.
  const leastText = (index: number) => (leaveOut === 'last' && index === 0 ? LEAST_NAME : LEAST_WIDTH);
  const least = columns.map(({ width, mayBeCut, keepsEnd }, index) =>
    mayBeCut ? Math.min(width, keepsEnd ? LEAST_ENDING : leastText(index)) : width,
  );
  for (let kept = columns.length; kept > 1; kept--) {
    const isWhole = kept === columns.length;
    const before = leaveOut === 'middle' ? Math.ceil(kept / 2) : kept;
    const shown = isWhole ? all : [...all.slice(0, before), ...all.slice(columns.length - (kept - before))];
    const markWidth = isWhole ? 0 : 1 + GAP;
    const gaps = GAP * (shown.length - 1) + markWidth;
    if (gaps + sum(shown.map((index) => least[index]!)) > width) continue;
    const widths = cutToFit(columns, shown, width - gaps);
    const fitted: FittedColumn[] = shown.map((index, at) => ({ index, width: widths[at]! }));
    if (!isWhole) fitted.splice(before, 0, { index: undefined, width: 1 });
    return fitted;
  }
  return all.slice(0, 1).map((index) => ({ index, width: columns[index]!.width }));
}

/** The widest texts are cut first, all to the same width. */
function cutToFit(columns: WholeColumn[], shown: number[], room: number): number[] {
  const widthAt = (most: number) =>
    shown.map((index) => {
      const { width, mayBeCut } = columns[index]!;
      return mayBeCut ? Math.min(width, most) : width;
    });
  const widest = Math.max(LEAST_WIDTH, ...shown.map((index) => columns[index]!.width));
  let most = Math.min(widest, Math.max(LEAST_WIDTH, room));
  while (most > LEAST_WIDTH && sum(widthAt(most)) > room) most--;
  return widthAt(most);
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
