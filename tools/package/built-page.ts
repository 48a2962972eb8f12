import { readFile } from 'node:fs/promises';
import type { PageFiles } from '../../studio/build/build-page.ts';

/** Stands in the package for what compiles the page of the studio: it was compiled with the package. */
export async function pageFiles(): Promise<PageFiles> {
  const textOf = (name: string) =>
    readFile(new URL(`../../dist/package/studio/${name}`, import.meta.url), 'utf8');
  const [script, style] = await Promise.all([textOf('page.js'), textOf('page.css')]);
  return { script, style };
}
