type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** Lets signals act by themselves again. One command runs at a time. */
let release = () => {};
let isChild = false;

/**
 * Aborts at the first Ctrl-C, SIGTERM or hangup, so that a command can leave things tidy; the next one ends the process at once, as it does
 * without this. `told` hears which it was.
 */
export function interruption(told?: (signal: EndSignal) => void): AbortSignal {
  release();
  const interrupt = new AbortController();
  const signals: EndSignal[] = hasTerminal() ? ['SIGINT', 'SIGTERM', 'SIGHUP'] : ['SIGINT', 'SIGTERM'];
  const end = (signal: EndSignal) => {
    release();
    told?.(signal);
    interrupt.abort();
  };
  const parentEnded = () => end('SIGTERM');
  release = () => {
    for (const signal of signals) process.off(signal, end);
    process.off('disconnect', parentEnded);
  };
  for (const signal of signals) process.on(signal, end);
  if (isChild) {
    process.on('disconnect', parentEnded);
    process.channel?.unref();
  }
  return interrupt.signal;
}

/** Of a command that another command started and talks to: it ends when the other does. */
export function endWithParent(): void {
  isChild = process.channel !== undefined;
  process.channel?.unref();
}

/** Waits for the end of a service. */
export function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/**
 * A command that no terminal is left of outlives the one it was started from, as `nohup` promises: Node lets signals act again that its parent
 * had it ignore (`ResetSignalHandlers` in Node's src/node.cc).
 */
export function outliveTerminal(): void {
  if (!hasTerminal()) process.on('SIGHUP', () => undefined);
}

function hasTerminal(): boolean {
  return [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY === true);
}
