type Row = Record<string, unknown>;

/** The first difference of two lists of rows whose order does not count, as a clause; undefined if there is none. */
export function differenceOf(wanted: Row[], found: Row[]): string | undefined {
  const [ours, theirs] = [wanted, found].map((rows) => rows.map(textOf).sort());
  if (ours!.length !== theirs!.length) return `${theirs!.length} rows, and ${ours!.length} were published`;
  const at = ours!.findIndex((row, index) => row !== theirs![index]);
  return at < 0 ? undefined : `a row is ${theirs![at]}, and should be ${ours![at]}`;
}

/** Columns are found by name: engines may have them in another order. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${name}:${textOf(field)}`).join(',')}}`;
}
