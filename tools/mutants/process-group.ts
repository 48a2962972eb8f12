import { type ChildProcess, spawn } from 'node:child_process';

const running = new Set<ChildProcess>();
let isListening = false;
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Starts Node with all that it will start in a group, which `endGroup` ends; a run that is ended by a signal leaves none behind. */
export function startGroup(args: string[], cwd: string, env: NodeJS.ProcessEnv): ChildProcess {
  if (!isListening) listen();
  const child = spawn(process.execPath, args, { cwd, env, stdio: 'ignore', detached: true });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

export function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function listen(): void {
  isListening = true;
  for (const [signal, code] of Object.entries(EXIT_CODES)) {
    process.once(signal, () => {
      for (const child of running) endGroup(child);
      process.exit(code);
    });
  }
}
