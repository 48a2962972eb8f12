import type * as EarlyThreads from '../local/early-threads.ts';
import { startUrl } from '../local/start-bundle.ts';
import type { Command } from '../terminal/command-line.ts';

/** A command of the list: its module is loaded only when it is typed. */
interface ListedCommand {
  name: string;
  /** A line for the list of commands. */
  summary: string;
  /** With the words after its name if it is to run at once. */
  load(args?: readonly string[]): Promise<Command>;
}

/** Commands under one word, such as those of `layout`. */
export interface CommandGroup {
  name: string;
  summary: string;
  commands: readonly ListedCommand[];
}

/** Every command, in the order of the help. */
export const COMMANDS: readonly (ListedCommand | CommandGroup)[] = [
  {
    name: 'start',
    summary: 'makes a sample night, converts it and asks it three questions',
    load: async () => (await import('../cli/start.ts')).command,
  },
  {
    name: 'convert',
    summary: 'converts positional files into a lake of Parquet',
    // From the bundle that `npm ci` makes, if it is as new as the sources.
    load: loadConvert,
  },
  {
    name: 'connect',
    summary: 'brings files from a folder, SFTP or FTPS to a bucket: complete, or not at all',
    load: async () => (await import('../cli/connect.ts')).command,
  },
  {
    name: 'query',
    summary: 'answers SQL from what is published in a lake',
    load: async () => (await import('../cli/query.ts')).command,
  },
  {
    name: 'serve',
    summary: 'answers questions about a lake over HTTP, with a cache that is never out of date',
    load: async () => (await import('../cli/serve.ts')).command,
  },
  {
    name: 'dashboard',
    summary: 'five dashboards of a night as pages',
    load: async () => (await import('../cli/dashboard.ts')).command,
  },
  {
    name: 'layout',
    summary: 'shows, proposes and imports layouts: what a record looks like',
    commands: [
      {
        name: 'describe',
        summary: 'the positions table of a layout or a copybook',
        load: async () => (await import('../cli/layout-describe.ts')).command,
      },
      {
        name: 'preview',
        summary: 'some records of a file decoded',
        load: async () => (await import('../cli/layout-preview.ts')).command,
      },
      {
        name: 'guess',
        summary: 'proposes a layout for an unknown file',
        load: async () => (await import('../cli/layout-guess.ts')).command,
      },
      {
        name: 'lint',
        summary: 'every problem of a layout, with line and column',
        load: async () => (await import('../cli/layout-lint.ts')).command,
      },
      {
        name: 'from-copybook',
        summary: 'a layout file to edit, from a COBOL copybook',
        load: async () => (await import('../cli/layout-import.ts')).fromCopybook,
      },
      {
        name: 'from-positions',
        summary: 'a layout file to edit, from a CSV or a SAS program',
        load: async () => (await import('../cli/layout-import.ts')).fromPositions,
      },
    ],
  },
  {
    name: 'studio',
    summary: 'a workbench for files and layouts, and a view of a lake, in the browser',
    load: async () => (await import('../studio/server/studio-command.ts')).command,
  },
  {
    name: 'status',
    summary: 'the state of a day: expected, loaded, refused, missing; published, or why not',
    load: async () => (await import('../cli/status.ts')).command,
  },
  {
    name: 'report',
    summary: 'writes the report of a night, or of a month, as one page',
    load: async () => (await import('../cli/report.ts')).command,
  },
  {
    name: 'history',
    summary: 'the commits of a lake: what was published when, by whom, and what can be read back',
    load: async () => (await import('../cli/history.ts')).command,
  },
  {
    name: 'rejects',
    summary: 'the records of a day that did not become rows, and why',
    load: async () => (await import('../cli/rejects.ts')).command,
  },
  {
    name: 'publish',
    summary: 'publishes a day whose files are loaded',
    load: async () => (await import('../cli/publish.ts')).command,
  },
  {
    name: 'rollback',
    summary: 'takes a file out of a day, or puts an earlier state of a day back',
    load: async () => (await import('../cli/rollback.ts')).command,
  },
  {
    name: 'clean',
    summary: 'removes runs and old generations past their retention',
    load: async () => (await import('../cli/clean.ts')).command,
  },
  {
    name: 'verify',
    summary: 'says what is damaged in a lake',
    load: async () => (await import('../cli/verify.ts')).command,
  },
  {
    name: 'repair',
    summary: 'mends what is damaged in a lake',
    load: async () => (await import('../cli/repair.ts')).command,
  },
  {
    name: 'rerun',
    summary: 'converts all files of a day again, on AWS',
    load: async () => (await import('../cli/rerun.ts')).command,
  },
  {
    name: 'replay',
    summary: 'hands dead letters of AWS to their function once more',
    load: async () => (await import('../cli/replay.ts')).command,
  },
  {
    name: 'generate',
    summary: 'writes realistic sample nights',
    load: async () => (await import('../cli/generate.ts')).command,
  },
  {
    name: 'estimate',
    summary: 'the time and the cost of a night on AWS',
    load: async () => (await import('../tools/estimate/main.ts')).command,
  },
  {
    name: 'simulate',
    summary: 'plays nights of up to 10 TB under the quotas of a region',
    load: async () => (await import('../tools/simulate/main.ts')).command,
  },
  {
    name: 'completions',
    summary: 'the script with which bash, zsh or fish completes commands and flags',
    load: async () => (await import('./completions.ts')).command,
  },
  {
    name: 'deploy-check',
    summary: 'packages every stage without credentials, and checks it',
    load: async () => (await import('../tools/check-deploy/main.ts')).command,
  },
];

/** Its threads begin while it is loaded: both take a tenth of a second. */
async function loadConvert(args: readonly string[] = []): Promise<Command> {
  const { beginThreads, endEarlyThreads }: typeof EarlyThreads = await import(
    startUrl(new URL('../local/early-threads.ts', import.meta.url)).href
  );
  beginThreads(args);
  const { command } = await import(startUrl(new URL('../cli/convert-command.ts', import.meta.url)).href);
  return { ...command, run: (words) => command.run(words).finally(endEarlyThreads) };
}
