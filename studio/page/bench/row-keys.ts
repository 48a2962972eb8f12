/**
 * Keys of the rows of a window over records. After a small step a record keeps its key, so that only rows with other records are drawn anew; after a
 * large one every row has another record, and the rows keep their places instead of being moved.
 */
export class RowKeys {
  private ordinal = 0;
  private first = 0;

  /** The key of each row, if the first one shows the record of this ordinal number. */
  of(ordinal: number, count: number): (index: number) => number {
    const step = ordinal - this.ordinal;
    this.ordinal = ordinal;
    if (Math.abs(step) * 2 < count) this.first += step;
    const { first } = this;
    return (index) => (((first + index) % count) + count) % count;
  }
}
