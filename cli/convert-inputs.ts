import { createWriteStream, rmSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { readdir, realpath, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { closed, isCode, statOf } from '../local/adapters/file-error.ts';
import { PRIVATE } from '../local/adapters/file-modes.ts';
import { startDir } from '../local/adapters/project-folders.ts';
import { temporaryFolder } from '../local/adapters/temporary-folder.ts';
import { sourceKeyOf } from '../local/source-key.ts';
import { OutputUnwritable, SourceNotFound, UsageError } from '../shared/errors.ts';
import type { ControlFileRule, DayRules } from '../shared/layout/layout.ts';
import { shellWord } from '../shared/shown-text.ts';

/** The parts of a layout that name its files and the files beside them. */
interface NamesOfFiles {
  files: string[];
  controlFile: Pick<ControlFileRule, 'name'> | undefined;
  day: Pick<DayRules, 'manifest'>;
}

/** The absolute paths of the files to convert. Fails if one is no file, or if two are one file or would be one file in the lake. */
export async function checkedInputs(
  inputs: string[],
  rawRoot: string | undefined,
  layout: NamesOfFiles,
): Promise<string[]> {
  const paths = (await Promise.all(inputs.map((input) => filesOf(input, layout)))).flat();
  await requireDistinctFiles(paths);
  requireDistinctKeys(paths, rawRoot);
  return paths;
}

/** The files that an input names: itself, those of a folder that the layout reads, or those that fit a pattern. */
async function filesOf(input: string, layout: NamesOfFiles): Promise<string[]> {
  const path = resolve(startDir, input);
  const stats = await statOf(path);
  if (stats?.isFile()) return [path];
  if (stats?.isDirectory()) return filesBelow(path, input, layout);
  const found: string[] = [];
  if (!stats && /[*?{[]/.test(input)) {
    // Node 20 has none, and the package runs there (https://nodejs.org/api/fs.html#fspromisesglobpattern-options).
    if (!('glob' in fs)) throw patternsNeedNewerNode(input);
    for await (const name of fs.glob(input, { cwd: startDir })) {
      const file = resolve(startDir, name);
      if ((await statOf(file))?.isFile()) found.push(file);
    }
  }
  if (found.length > 0) return found.sort();
  throw new SourceNotFound({
    what: stats ? 'this is neither a file nor a folder' : 'there is no such input file',
    where: input,
    next: stats ? 'Name a file, or - for standard input.' : 'Check the path.',
  });
}

function patternsNeedNewerNode(input: string): UsageError {
  return new UsageError({
    what: 'a pattern in quotes needs Node 22 or newer',
    where: input,
    why: `This is Node ${process.versions.node}.`,
    next: 'Without the quotes the shell finds the files.',
  });
}

/** Files of a folder and of those below it, whose names the layout has in `files`; without `files` all but hidden ones. */
async function filesBelow(
  folder: string,
  input: string,
  { files, controlFile, day }: NamesOfFiles,
): Promise<string[]> {
  const patterns = files.map((pattern) => namePattern(pattern));
  const others = [controlFile?.name, day.manifest].flatMap((name) => (name ? [namePattern(name)] : []));
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const found = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => patterns.length === 0 || patterns.some((pattern) => pattern.test(path)))
    .filter((path) => !others.some((pattern) => pattern.test(path)));
  if (found.length > 0) return found.sort();
  throw new SourceNotFound({
    what:
      patterns.length === 0 ? 'this folder has no files' : 'this folder has no file that the layout reads',
    where: input,
    why: patterns.length === 0 ? undefined : `Its "files" are ${files.join(', ')}`,
    next: 'Name the files, or another folder.',
  });
}

/** `*contratos_{yyyyMMdd}.txt` as an expression for the end of a path. */
function namePattern(pattern: string): RegExp {
  const text = pattern
    .replace(/[.+^$()|[\]\\]/g, '\\$&')
    .replace(/\{[^}]*\}/g, '[^/]*')
    .replaceAll('*', '.*')
    .replaceAll('?', '[^/]');
  return new RegExp(`(?:^|/)${text}$`);
}

/** Writes standard input to a private file that is called `name`, and answers its path; `remove` takes it away again. */
export async function spooledInput(name: string): Promise<{ path: string; remove: () => Promise<void> }> {
  if (basename(name) !== name || ['', '.', '..'].includes(name)) {
    throw new UsageError({
      what: `--stdin-name '${name}' is not the name of a file`,
      next: 'Give one without folders.',
    });
  }
  if (process.stdin.isTTY) {
    throw new UsageError({
      what: '--input - reads standard input, which is this terminal',
      next: 'Send a file to it: … | npx positional-lake convert --input - …',
    });
  }
  const folder = await temporaryFolder('positional-lake-input-');
  const remove = () => rm(folder, { recursive: true, force: true });
  const path = join(folder, name);
  // It may never end: who stops waiting for it must not leave records behind.
  const stop = (signal: NodeJS.Signals) => {
    rmSync(folder, { recursive: true, force: true });
    process.kill(process.pid, signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, stop);
  await pipeline(process.stdin, createWriteStream(path, { mode: PRIVATE.file })).catch(async (cause) => {
    await remove();
    throw new OutputUnwritable({
      what: 'standard input cannot be kept until it is converted',
      where: path,
      why: (cause as Error).message,
      next: 'Give room in the temporary folder, or another one by TMPDIR.',
      cause,
    });
  });
  for (const signal of signals) process.off(signal, stop);
  return { path, remove };
}

/** A link is another name of the same file. */
async function requireDistinctFiles(paths: string[]): Promise<void> {
  const real = await Promise.all(paths.map(realPathOf));
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

/** A name whose bytes are no UTF-8 is read with a sign in their place, and then there is no file of that name. */
async function realPathOf(path: string): Promise<string> {
  return realpath(path).catch((cause: unknown) => {
    if (!isCode(cause, 'ENOENT')) throw closed(cause, path);
    const isForeign = path.includes('\ufffd');
    throw new SourceNotFound({
      what: isForeign ? 'the name of this file is not UTF-8' : 'this file is not there any more',
      where: path,
      next: isForeign ? 'Rename it; \ufffd stands where its bytes are no UTF-8.' : 'Check the path.',
      cause,
    });
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
