import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Conversion } from '../../connector/work/connector-ports.ts';
import { loadLayout } from '../../shared/pipeline/store/load-layout.ts';
import { createFileLayoutSource } from '../adapters/file-layout-source.ts';
import type { FileSummary } from '../file-summary.ts';

/** More files than these on one command line may be too long for the system. */
const FILES_AT_ONCE = 500;

/** Converts with the program that runs, in a process of its own: its memory and its threads end with it. */
export function programConversion(rawDir: string, lakeDir: string): Conversion {
  return {
    async convert({ layout, keys, expected }) {
      const outcomes = new Map<string, string>();
      for (let at = 0; at < keys.length; at += FILES_AT_ONCE) {
        const some = keys.slice(at, at + FILES_AT_ONCE);
        const { day } = (await loadLayout(createFileLayoutSource(), layout)).layout;
        const isStated = expected === undefined || day.manifest !== undefined;
        const flags = isStated ? [] : ['--expected-files', String(expected)];
        const words = ['convert', '--json', '--layout', layout, '--raw-root', rawDir, '--out', lakeDir];
        const files = some.map((key) => join(rawDir, key));
        const { told, last } = await run([...words, ...flags, '--input', ...files]);
        for (const key of some) outcomes.set(key, told.get(key) ?? `failed: ${last}`);
      }
      return outcomes;
    },
  };
}

/** What became of each file that the command told of, by key; and its last line on standard error, if it told of none. */
interface Said {
  told: Map<string, string>;
  last: string;
}

function run(words: string[]): Promise<Said> {
  return new Promise((resolve) => {
    const program = process.argv[1] ?? '';
    const child = spawn(process.execPath, [...process.execArgv, program, ...words], {
      // Its channel closes with this process: the conversion then ends as it does after Ctrl-C.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const told = new Map<string, string>();
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const summary = summaryOf(line);
      if (summary) told.set(summary.sourceKey, outcomeText(summary));
    });
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2_000);
    });
    child.once('error', (error) => resolve({ told, last: error.message }));
    child.once('close', () => resolve({ told, last: said.trim().split('\n').at(-1) ?? '' }));
  });
}

/** A line that is no object of a file tells nothing: the file then counts as failed, and is converted again. */
function summaryOf(line: string): FileSummary | undefined {
  try {
    const summary = JSON.parse(line) as FileSummary;
    return typeof summary.sourceKey === 'string' && typeof summary.status === 'string' ? summary : undefined;
  } catch {
    return undefined;
  }
}

/** `refused: …` with the reason, `failed: …`, else `loaded`: also of a file that had been loaded before. */
function outcomeText({ status, reason }: FileSummary): string {
  if (status !== 'refused' && status !== 'failed') return 'loaded';
  return reason === undefined ? status : `${status}: ${reason}`;
}
