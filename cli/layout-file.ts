import { readFile, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { closed, statOf } from '../local/adapters/file-error.ts';
import { layoutSchemaFile, startDir } from '../local/adapters/project-folders.ts';
import { LayoutInvalid, OutputUnwritable, SourceNotFound } from '../shared/errors.ts';
import { usageError } from '../terminal/command-line.ts';
import { say, warn } from '../terminal/print.ts';

/** The end of the help of each command for layouts. */
export const LAYOUT_EXIT_CODES = 'Exit codes: 0 done, 1 failed, 2 usage, layout, copybook or missing file.';

/** The only argument of a command. */
export function oneFile(positionals: string[], what: string): string {
  const [only, ...others] = positionals;
  if (only !== undefined && others.length === 0) return only;
  throw usageError(
    positionals.length === 0
      ? `${what} is missing`
      : `there are ${positionals.length} arguments instead of ${what}`,
    'Give one path',
  );
}

/** A larger file is data, not a description of it. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;

/** A file as text: UTF-8, or Latin-1 if it is not UTF-8, as with old copybooks and tables. */
export async function readText(path: string): Promise<string> {
  const file = resolve(startDir, path);
  const stats = await statOf(file);
  if (!stats || stats.isDirectory()) {
    throw new SourceNotFound({
      what: stats ? 'this is a folder' : 'there is no such file',
      where: path,
      next: stats ? 'Name one of the files in it.' : 'Check the path.',
    });
  }
  if (stats.size > MAX_TEXT_BYTES) {
    throw new LayoutInvalid({
      what: `${stats.size} bytes are too many for a layout, a copybook or a positions table`,
      where: path,
      next: 'If it is data, layout guess and layout preview read it.',
    });
  }
  const bytes = await readFile(file).catch((error) => {
    throw closed(error, file);
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

/** The path of the schema of layouts for a draft in `out`, or in the folder where the user stands: editors then complete its keys. */
export function schemaPath(out: string | undefined): string {
  const folder = out === undefined ? startDir : dirname(resolve(startDir, out));
  const path = relative(folder, layoutSchemaFile).replaceAll('\\', '/');
  return path.startsWith('.') ? path : `./${path}`;
}

/** Writes to standard output, or to a new file. */
export async function writeOut(text: string, out: string | undefined, force = false): Promise<void> {
  if (out === undefined) {
    say(...text.trimEnd().split('\n'));
    return;
  }
  try {
    await writeFile(resolve(startDir, out), text, { flag: force ? 'w' : 'wx' });
  } catch (cause) {
    const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    throw new OutputUnwritable({
      what: exists ? 'the file exists already' : 'the file cannot be written',
      where: out,
      why: exists ? undefined : (cause as Error).message,
      next: exists ? 'Give another name, or --force to overwrite it.' : 'Check the path.',
      cause,
    });
  }
  warn(`written: ${out}`);
}
