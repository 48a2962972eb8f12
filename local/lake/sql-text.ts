/** `it's` → `'it''s'` */
export function sqlString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** `a"b` → `"a""b"` */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
