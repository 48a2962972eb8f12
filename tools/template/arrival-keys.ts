import type { Layout } from '../../shared/layout/layout.ts';
import { projectLayouts } from './project-layouts.ts';

/** What EventBridge holds an object's key against. Several of a list mean any of them. */
export interface KeyPattern {
  wildcard: string;
}

/** Patterns of every key that some layout reads, data and control files. Used by the rule on arrivals. */
export async function arrivalKeys(): Promise<KeyPattern[]> {
  return keyPatterns((await projectLayouts()).map(({ layout }) => layout));
}

/**
 * EventBridge knows `*` alone, and lets it run over `/`: what it passes is at least what the layouts read, and the starter decides.
 * A pattern of a file name fits it in any folder.
 */
export function keyPatterns(layouts: Pick<Layout, 'files' | 'controlFile' | 'day'>[]): KeyPattern[] {
  const names = layouts.flatMap(({ files, controlFile, day }) => [
    ...files,
    ...[controlFile?.name, day.manifest].filter((name) => name !== undefined),
  ]);
  const wildcards = names.map((name) => {
    const anywhere = name.includes('/') ? name : `*${name}`;
    // Braces hold a date or the stem of a name; `**` is not allowed.
    return anywhere
      .replace(/\{[^}]*\}|\?/g, '*')
      .replace(/\*+/g, '*')
      .replace(/\\/g, '\\\\');
  });
  return [...new Set(wildcards)].sort().map((wildcard) => ({ wildcard }));
}
