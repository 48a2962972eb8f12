import { createHash } from 'node:crypto';
import type { LayoutFile } from '../layout-schema.ts';

/**
 * Two layouts with the same fingerprint make the same rows from the same bytes. `files`, `day`, descriptions and who may see which
 * field do not count.
 */
export function fingerprint(file: LayoutFile): string {
  const { $schema: _schema, description: _description, files: _files, day: _day, ...relevant } = file;
  return createHash('sha256')
    .update(JSON.stringify(sorted(relevant)))
    .digest('hex')
    .slice(0, 16);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => key !== 'personal' || typeof inner === 'object')
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
