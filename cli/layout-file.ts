import { readFile, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { closed, statOf } from '../local/adapters/file-error.ts';
import { layoutSchemaFile, startDir } from '../local/adapters/project-folders.ts';
import { LayoutInvalid, OutputUnwritable, SourceNotFound, UsageError } from '../shared/errors.ts';
import { chooseRecord } from '../shared/layout/copybook/choose-record.ts';
import { readCopybook } from '../shared/layout/copybook/read-copybook.ts';
import type { SourceFormat } from '../shared/layout/copybook/source-lines.ts';
import type { StoredRecord } from '../shared/layout/copybook/storage.ts';
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

/** True for a layout, whole or broken: it begins with a brace, a bracket or a comment, which a copybook cannot. */
export function isLayoutText(text: string): boolean {
  return /^\uFEFF?\s*(?:[{[]|\/[/*])/.test(text);
}

/** All records of a copybook, or the one that is named. */
export function copybookRecords(
  text: string,
  file: string,
  options: { format?: string | undefined; record?: string | undefined },
): StoredRecord[] {
  if (isLayoutText(text)) {
    throw new LayoutInvalid({
      what: 'this is a layout, or JSON, and no copybook',
      where: file,
      next: '"positional-lake layout lint" checks layouts, and "layout describe" shows them.',
    });
  }
  const records = readCopybook(text, file, sourceFormat(options.format));
  return options.record === undefined ? records : [chooseRecord(records, options.record, file)];
}

function sourceFormat(text: string | undefined): SourceFormat | undefined {
  if (text === undefined || text === 'fixed' || text === 'free') return text;
  throw new UsageError({ what: `--format '${text}' is neither fixed nor free` });
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
