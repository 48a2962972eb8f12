import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { closed, isCode, NOT_THERE } from '../../local/adapters/file-error.ts';
import { createFileLayoutSource, isLayoutName, layoutWord } from '../../local/adapters/file-layout-source.ts';
import { startDir } from '../../local/adapters/project-folders.ts';
import { OutputUnwritable } from '../../shared/errors.ts';
import { copybookNames } from '../../shared/layout/compile/expand-copybook.ts';
import { plainLayoutText } from '../../shared/layout/layout-json.ts';
import { requested } from './told-error.ts';

const saveShape = z.object({ path: z.string().min(1), text: z.string(), known: z.string().nullable() });

/** A layout as people wrote it, and the copybooks that it names. */
export async function loadedLayout(word: string) {
  const source = createFileLayoutSource();
  const { file, text } = await source.load(await layoutWord(word));
  const copybooks: Record<string, string> = {};
  for (const name of copybooksNamed(text, file)) copybooks[name] = (await source.loadBeside(file, name)).text;
  return { file: resolve(startDir, file), text, copybooks };
}

function copybooksNamed(text: string, file: string): string[] {
  try {
    return copybookNames(plainLayoutText(text, file), file);
  } catch {
    // The editor shows what is wrong with it.
    return [];
  }
}

/** Writes a layout file whole or not at all, and never over what somebody else wrote since it was read. */
export async function saveLayout(body: unknown): Promise<{ file: string }> {
  const { path, text, known } = requested(saveShape, body);
  const file = isLayoutName(path) ? resolve(startDir, 'layouts', `${path}.json`) : resolve(startDir, path);
  const there = await readFile(file, 'utf8').catch((cause) => {
    if (isCode(cause, ...NOT_THERE)) return null;
    throw closed(cause, file);
  });
  if (there !== null && there !== known) {
    throw new OutputUnwritable({
      what: known === null ? 'the file exists already' : 'the file was changed by somebody else',
      where: file,
      next: 'Load it first, or give another name.',
    });
  }
  const scratch = `${file}.${process.pid}.new`;
  try {
    await writeFile(scratch, text, { flag: 'wx' });
    await rename(scratch, file);
  } catch (cause) {
    throw new OutputUnwritable({
      what: 'the layout cannot be written',
      where: file,
      why: (cause as Error).message,
      next: 'Check the path: its folder must be there.',
      cause,
    });
  }
  return { file };
}

/** Folders and files of a folder, for the dialog that opens one. */
export async function folderOf(word: string) {
  const path = resolve(startDir, word);
  const found = await readdir(path, { withFileTypes: true }).catch((cause) => {
    throw closed(cause, path);
  });
  const entries = found
    .map((entry) => ({ name: entry.name, path: join(path, entry.name), isFolder: entry.isDirectory() }))
    .sort((a, b) => Number(b.isFolder) - Number(a.isFolder) || (a.name < b.name ? -1 : 1));
  const parent = dirname(path);
  return { path, parent: parent === path ? null : parent, entries: entries.slice(0, 2000) };
}
