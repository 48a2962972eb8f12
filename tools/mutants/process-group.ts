import { type ChildProcess, spawn } from 'node:child_process';
import { endsWithUs } from '../bound-child.ts';

/** Starts Node with all that it will start in a group, which `endGroup` ends; a run that is ended by a signal leaves none behind. */
export function startGroup(args: string[], cwd: string, env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(process.execPath, args, { cwd, env, stdio: 'ignore', detached: true });
  return endsWithUs(child, () => endGroup(child));
}

export function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
