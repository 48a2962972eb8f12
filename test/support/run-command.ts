import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a script of the project, such as `cli/convert.ts`, as npm would for somebody who stands in `startDir`. */
export function runCommand(script: string, flags: string[], startDir: string): Promise<CommandResult> {
  const path = fileURLToPath(new URL(`../../${script}`, import.meta.url));
  const env = { ...process.env, INIT_CWD: startDir };
  return new Promise((resolve) => {
    execFile(process.execPath, [path, ...flags], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}
