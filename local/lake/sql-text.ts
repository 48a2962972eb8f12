/** `it's` → `'it''s'` */
export function sqlString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** `a"b` → `"a""b"` */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Makes a table of `$rows`, a JSON array of objects with these columns. */
export function tableOfRows(name: string, columns: Record<string, string>): string {
  const selected = Object.keys(columns).map((column) => `row_.${sqlName(column)} AS ${sqlName(column)}`);
  return (
    `CREATE TABLE ${sqlName(name)} AS SELECT ${selected.join(', ')} ` +
    `FROM (SELECT unnest(from_json_strict($rows, ${sqlString(JSON.stringify([columns]))})) AS row_)`
  );
}
