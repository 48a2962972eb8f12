import { access, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { LayoutInvalid } from '../../shared/errors.ts';
import { didYouMean } from '../../shared/layout/did-you-mean.ts';
import type { LayoutSource } from '../../shared/ports/layout-source.ts';
import { closed, isCode, NOT_THERE } from './file-error.ts';
import { layoutNames, layoutsDir } from './project-folders.ts';

/** Layout files by path, or by their name in `layouts/`; copybooks by their path from the layout file. */
export function createFileLayoutSource(): LayoutSource {
  return {
    async load(name) {
      const byName = /^[A-Za-z0-9_-]+$/.test(name);
      // The file of a layout may have the name of the layout itself.
      const itself = join(layoutsDir, `${name}.json`);
      const isThere =
        byName &&
        (await access(itself).then(
          () => true,
          () => false,
        ));
      const file = isThere ? itself : byName ? join(layoutsDir, `${name.replaceAll('_', '-')}.json`) : name;
      try {
        return { file, text: await readFile(file, 'utf8') };
      } catch (cause) {
        if (!isCode(cause, ...NOT_THERE, 'EISDIR')) throw closed(cause, file);
        throw new LayoutInvalid({
          what: `there is no layout '${name}'`,
          where: file,
          why: isCode(cause, 'EISDIR') ? 'This is a directory.' : undefined,
          next: byName
            ? `Use a name of layouts/${didYouMean(name, await layoutNames())}, or a path to a layout file.`
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
