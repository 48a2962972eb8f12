import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { requireLakePlace } from '../../cli/lake-folder.ts';
import { statOf } from '../../local/adapters/file-error.ts';
import { createFileLayoutSource, layoutWord } from '../../local/adapters/file-layout-source.ts';
import { makeFolder } from '../../local/adapters/made-folder.ts';
import { startDir } from '../../local/adapters/project-folders.ts';
import { localVersion } from '../../local/local-version.ts';
import { OutputUnwritable, SourceNotFound } from '../../shared/errors.ts';
import { defineCommand, text, textOr, usageError } from '../../terminal/command-line.ts';
import { interrupted, interruption } from '../../terminal/interruption.ts';
import { say } from '../../terminal/print.ts';
import { pageFiles } from '../build/page-files.ts';
import { type PageBoot, pageAlone } from './page-html.ts';
import { startStudio } from './studio-server.ts';

const COMMAND = {
  does: 'Opens a workbench for files and layouts, and a view of a lake, in the browser. It serves this machine alone.',
  usage: 'positional-lake studio [FILE] [flags]',
  flags: {
    layout: text('L', 'the layout of the file: a path, or a name in ./layouts or in the box'),
    lake: text('DIR', 'the lake that is shown, and into which files are converted'),
    port: textOr('0', 'N', 'the port on 127.0.0.1; 0 takes one that is free'),
    export: text('FOLDER', 'writes the workbench as a page that needs no server, into this folder, and ends'),
  },
  worksUnread: true,
  notes: `The address has a token: who has it may do what the commands may do. Ctrl-C ends it.
The page of --export reads layouts and files that are dropped on it, and may connect to nothing.
Exit codes: 0 ended, 1 failed, 2 usage.`,
  takesWords: true,
};

export const command = defineCommand(COMMAND, async (values, words) => {
  if (words.length > 1)
    throw usageError(`there are ${words.length} files`, 'Give one; others are opened in the page');
  const boot: PageBoot = {
    mode: 'served',
    version: localVersion(),
    files: words,
    layout: values.layout,
    lake: values.lake,
    folder: startDir,
  };
  for (const word of words) await requireFile(word);
  if (values.export !== undefined) return exportPage(values.export, boot);
  if (values.layout !== undefined) await createFileLayoutSource().load(await layoutWord(values.layout));
  if (values.lake !== undefined) await requirePlace(resolve(startDir, values.lake));
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw usageError(`--port '${values.port}' is not 0 to 65535`);
  await using studio = await startStudio({ page: await pageFiles(), boot, port });
  say(`Open ${studio.address}`, 'Ctrl-C ends it.');
  await interrupted(interruption());
  return 0;
});

async function requireFile(word: string): Promise<void> {
  const stats = await statOf(resolve(startDir, word));
  if (stats?.isFile()) return;
  throw new SourceNotFound({
    what: stats ? 'this is no file' : 'there is no such file',
    where: word,
    next: 'Check the path, or leave it out: files are opened in the page too.',
  });
}

/** A lake, or a place for one: what is not there, or is empty. */
async function requirePlace(lakeDir: string): Promise<void> {
  const stats = await statOf(lakeDir);
  if (stats && !stats.isDirectory())
    throw usageError(`${lakeDir} is a file, and no lake`, 'Give a lake, or a folder for a new one');
  await requireLakePlace(lakeDir, 'A lake is begun beside other things by convert --any-folder.');
}

async function exportPage(folder: string, boot: PageBoot): Promise<number> {
  const file = join(resolve(startDir, folder), 'workbench.html');
  const alone: PageBoot = {
    ...boot,
    mode: 'alone',
    files: [],
    layout: undefined,
    lake: undefined,
    folder: '',
  };
  const page = pageAlone(await pageFiles(), alone);
  try {
    await makeFolder(resolve(startDir, folder));
    await writeFile(file, page);
  } catch (cause) {
    throw new OutputUnwritable({
      what: 'the page cannot be written',
      where: file,
      why: (cause as Error).message,
      next: 'Give another folder.',
      cause,
    });
  }
  say(`Written: ${file} (${Math.round(page.length / 1000)} KB)`);
  return 0;
}
