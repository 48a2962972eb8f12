import { access, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { LayoutInvalid } from '../../shared/errors.ts';
import { didYouMean } from '../../shared/layout/did-you-mean.ts';
import type { LayoutSource } from '../../shared/ports/layout-source.ts';
import { closed, isCode, NOT_THERE } from './file-error.ts';
import { layoutNames, layoutsDir, ownLayoutsDir, startDir } from './project-folders.ts';

/** True for the name of a layout; what has a dot or a slash is a path. */
export function isLayoutName(word: string): boolean {
  return /^[A-Za-z0-9_-]+$/.test(word);
}

/**
 * The word that names this layout wherever the next command is typed: a path, unless it is the name of a layout in the box. Fails with
 * nothing: a layout that is not there keeps its name.
 */
export async function layoutWord(word: string): Promise<string> {
  if (!isLayoutName(word)) return resolve(startDir, word);
  const file = await namedFile(word);
  return file === undefined || dirname(file) === dirname(join(layoutsDir, 'x')) ? word : file;
}

/** The file of a layout by its name: in `./layouts`, or in the box. It may have the name of the layout itself, with underscores. */
async function namedFile(name: string): Promise<string | undefined> {
  for (const folder of [ownLayoutsDir, layoutsDir]) {
    for (const spelling of [name, name.replaceAll('_', '-')]) {
      const file = join(folder, `${spelling}.json`);
      const isThere = await access(file).then(
        () => true,
        () => false,
      );
      if (isThere) return file;
    }
  }
  return undefined;
}

/** Layout files by path, or by name; copybooks by their path from the layout file. */
export function createFileLayoutSource(): LayoutSource {
  return {
    async load(name) {
      const byName = isLayoutName(name);
      const file = byName ? ((await namedFile(name)) ?? join(ownLayoutsDir, `${name}.json`)) : name;
      try {
        return { file, text: await readFile(file, 'utf8') };
      } catch (cause) {
        if (!isCode(cause, ...NOT_THERE, 'EISDIR')) throw closed(cause, file);
        throw new LayoutInvalid({
          what: `there is no layout '${name}'`,
          where: file,
          why: isCode(cause, 'EISDIR') ? 'This is a directory.' : undefined,
          next: byName
            ? `Use a name in ./layouts or in the box${didYouMean(name, await layoutNames())}, or a path to a layout file.`
            : 'Check the path.',
          cause,
        });
      }
    },
    async loadBeside(layoutFile, name) {
      const file = resolve(dirname(layoutFile), name);
      try {
        return { file, text: await readFile(file, 'utf8') };
      } catch (cause) {
        if (!isCode(cause, ...NOT_THERE, 'EISDIR')) throw closed(cause, file);
        throw new LayoutInvalid({
          what: `there is no copybook '${name}'`,
          where: layoutFile,
          why: isCode(cause, 'EISDIR') ? 'This is a directory.' : undefined,
          next: "Check the path: it counts from the layout file's folder.",
          cause,
        });
      }
    },
  };
}
