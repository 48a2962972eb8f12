import { readdir, readFile } from 'node:fs/promises';
import { LayoutInvalid } from '../errors.ts';
import type { ListedLayouts } from '../ports/layout-source.ts';

/** The layout files that the bundle has beside its code. */
export function bundledLayouts(): ListedLayouts {
  return {
    async names() {
      const files = await readdir(new URL('./layouts/', import.meta.url));
      return files.flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -5)] : [])).sort();
    },
    async load(name) {
      const file = `layouts/${name.replaceAll('_', '-')}.json`;
      try {
        if (!/^[a-z0-9_-]+$/.test(name)) throw new Error('a layout name has letters, digits, _ and - only');
        // The file of a layout may have the name of the layout itself.
        for (const named of new Set([`layouts/${name}.json`, file])) {
          const text = await readIfThere(new URL(`./${named}`, import.meta.url));
          if (text !== undefined) return { file: named, text };
        }
        throw new Error('The package has no such file.');
      } catch (cause) {
        throw new LayoutInvalid({
          what: `there is no layout '${name}'`,
          where: file,
          why: cause instanceof Error ? cause.message : undefined,
          next: 'Add it to layouts/ and deploy, or name one that exists.',
          cause,
        });
      }
    },
    async loadBeside(layoutFile, name) {
      const file = `layouts/${name}`;
      try {
        if (!/^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(name)) throw new Error('it must be in layouts/ itself');
        return { file, text: await readFile(new URL(`./${file}`, import.meta.url), 'utf8') };
      } catch (cause) {
        throw new LayoutInvalid({
          what: `there is no copybook '${name}'`,
          where: layoutFile,
          why: cause instanceof Error ? cause.message : undefined,
          next: 'Add it to layouts/ and deploy, or name one that exists.',
          cause,
        });
      }
    },
  };
}

async function readIfThere(url: URL): Promise<string | undefined> {
  try {
    return await readFile(url, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
