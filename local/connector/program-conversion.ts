import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Conversion } from '../../connector/work/connector-ports.ts';
import { loadLayout } from '../../shared/pipeline/store/load-layout.ts';
import { createFileLayoutSource } from '../adapters/file-layout-source.ts';

/** What the exit codes of `convert` mean. */
const ENDS: Record<number, string> = { 0: 'loaded', 3: 'refused' };
/** More files than these on one command line may be too long for the system. */
const FILES_AT_ONCE = 500;

/** Converts with the program that runs, in a process of its own: its memory and its threads end with it. */
export function programConversion(rawDir: string, lakeDir: string): Conversion {
  return {
    async convert({ layout, keys, expected }) {
      let ended = 'loaded';
      for (let at = 0; at < keys.length; at += FILES_AT_ONCE) {
        const files = keys.slice(at, at + FILES_AT_ONCE).map((key) => join(rawDir, key));
        const { day } = (await loadLayout(createFileLayoutSource(), layout)).layout;
        const isStated = expected === undefined || day.manifest !== undefined;
        const flags = isStated ? [] : ['--expected-files', String(expected)];
        const words = ['convert', '--layout', layout, '--raw-root', rawDir, '--out', lakeDir, ...flags];
        const outcome = await run([...words, '--input', ...files]);
        if (outcome !== 'loaded') ended = outcome;
      }
      return ended;
    },
  };
}

function run(words: string[]): Promise<string> {
  return new Promise((resolve) => {
    const program = process.argv[1] ?? '';
    const child = spawn(process.execPath, [...process.execArgv, program, ...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2_000);
    });
    child.once('error', (error) => resolve(`failed: ${error.message}`));
    child.once('close', (code) => {
      const last = said.trim().split('\n').at(-1) ?? '';
      resolve(ENDS[code ?? 1] ?? `failed: ${last}`);
    });
  });
}
