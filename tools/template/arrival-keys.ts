import type { Layout } from '../../shared/layout/layout.ts';
import { projectLayouts } from './project-layouts.ts';

/** A pattern that EventBridge compares an object's key with. In a list, any of them may match. */
interface KeyPattern {
  wildcard: string;
}

/** Patterns that match the key of every file, data or control, that some layout reads; for the rule on arrivals. */
export async function arrivalKeys(): Promise<KeyPattern[]> {
  return keyPatterns((await projectLayouts()).map(({ layout }) => layout));
}

/**
 * EventBridge knows only `*`, which also matches `/`. The patterns therefore pass at least what the layouts read, and the starter
 * decides. The pattern of a file name matches it in any folder.
 */
export function keyPatterns(layouts: Pick<Layout, 'files' | 'controlFile' | 'day'>[]): KeyPattern[] {
  const names = layouts.flatMap(({ files, controlFile, day }) => [
    ...files,
    ...[controlFile?.name, day.manifest].filter((name) => name !== undefined),
  ]);
  const wildcards = names.map((name) => {
    const anywhere = name.includes('/') ? name : `*${name}`;
    // Braces hold a date or the stem of a name. EventBridge does not allow `**`.
    return anywhere
      .replace(/\{[^}]*\}|\?/g, '*')
      .replace(/\*+/g, '*')
      .replace(/\\/g, '\\\\');
  });
  return [...new Set(wildcards)].sort().map((wildcard) => ({ wildcard }));
}
