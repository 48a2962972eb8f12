/** An answer of the query service, by the names of its columns. */
export interface PartAnswer {
  columns: { name: string }[];
  rows: unknown[][];
  params: Record<string, unknown>;
  commits: Record<string, Record<string, number>>;
}
