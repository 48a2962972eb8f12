import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface CommandResult {
  /** 1 if a signal ended it. */
  code: number;
  stdout: string;
  stderr: string;
}

/** Half of the time of a short command goes into compiling the same modules again. */
const NODE_COMPILE_CACHE = join(tmpdir(), 'positional-lake-compile-cache');

const running = new Set<ChildProcessWithoutNullStreams>();

// A test that fails in the middle must not leave a process that outlives the tests.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** The program that people install, as it is in the project. */
export const PROGRAM_PATH = fileURLToPath(new URL('../../bin/positional-lake.mjs', import.meta.url));

/**
 * Runs a command of the program, such as `convert`, or a script of the project, such as `tools/chaos/main.ts`, for somebody who works
 * in `startDir`.
 */
export async function runCommand(name: string, flags: string[], startDir: string): Promise<CommandResult> {
  if (!/\.[mc]?[jt]s$/.test(name)) return outcomeOf(startScript(PROGRAM_PATH, [name, ...flags], startDir));
  const path = fileURLToPath(new URL(`../../${name}`, import.meta.url));
  return outcomeOf(startScript(path, flags, startDir));
}

/** Starts a script that the test means to look at, or to stop, before it has ended. */
export function startScript(
  path: string,
  flags: string[],
  startDir: string,
  cwd?: string,
): ChildProcessWithoutNullStreams {
  const env = { NODE_COMPILE_CACHE, ...process.env, INIT_CWD: startDir };
  const child = spawn(process.execPath, [path, ...flags], { env, cwd });
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
}

/** The output of a script, once it has ended. */
export function outcomeOf(child: ChildProcessWithoutNullStreams): Promise<CommandResult> {
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, ...texts }));
  });
}
