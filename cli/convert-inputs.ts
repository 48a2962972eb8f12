import { realpath } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { statOf } from '../local/adapters/file-error.ts';
import { startDir } from '../local/adapters/project-folders.ts';
import { sourceKeyOf } from '../local/source-key.ts';
import { SourceNotFound, UsageError } from '../shared/errors.ts';
import { shellWord } from '../shared/shown-text.ts';

/** The absolute paths of the files to convert. Fails if one is no file, or if two are one file or would be one file in the lake. */
export async function checkedInputs(inputs: string[], rawRoot: string | undefined): Promise<string[]> {
  const paths = await Promise.all(inputs.map(existingFile));
  await requireDistinctFiles(paths);
  requireDistinctKeys(paths, rawRoot);
  return paths;
}

async function existingFile(input: string): Promise<string> {
  const path = resolve(startDir, input);
  const stats = await statOf(path);
  if (stats?.isFile()) return path;
  throw new SourceNotFound({
    what: stats ? 'this is not a file' : 'there is no such input file',
    where: input,
    next: stats ? 'Name the files in it, for example with DIR/*.txt.' : 'Check the path.',
  });
}

/** A link is another name of the same file. */
async function requireDistinctFiles(paths: string[]): Promise<void> {
  const real = await Promise.all(paths.map((path) => realpath(path)));
  const pair = firstPair(real);
  if (!pair) return;
  const [first, second] = pair.map((index) => paths[index]);
  throw new UsageError({
    what: first === second ? 'this input is given twice' : `this input and ${second} are one file`,
    where: first,
    why: 'Each file is loaded once.',
    next: 'Give it once.',
  });
}

function requireDistinctKeys(paths: string[], rawRoot: string | undefined): void {
  const keys = paths.map((path) => sourceKeyOf(path, rawRoot));
  const pair = firstPair(keys);
  if (!pair) return;
  const [first, second] = pair.map((index) => paths[index]);
  throw new UsageError({
    what: `this input and ${second} would both be ${keys[pair[0]]} in the lake, and the second would take the place of the first`,
    where: first,
    why: 'The lake knows a file by its key, which is the name of the file unless --raw-root is given.',
    next: `Add --raw-root ${shellWord(commonFolder(paths))}: their keys are then paths below that folder.`,
  });
}

/** The places of the first two that are the same. */
function firstPair(texts: string[]): [number, number] | undefined {
  for (const [index, text] of texts.entries()) {
    const before = texts.indexOf(text);
    if (before < index) return [before, index];
  }
  return undefined;
}

/** The deepest folder that all paths are in. */
function commonFolder(paths: string[]): string {
  const [first = [], ...others] = paths.map((path) => dirname(path).split(sep));
  const depth = first.findIndex((folder, index) => others.some((other) => other[index] !== folder));
  const shared = depth < 0 ? first : first.slice(0, depth);
  return join(sep, ...shared);
}
