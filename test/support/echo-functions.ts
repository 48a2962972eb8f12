import { execFileSync } from 'node:child_process';
import { threadId } from 'node:worker_threads';
import { StoreUnavailable } from '../../shared/errors.ts';

/** What the worker pool's tests run in their threads. */
export async function invokeFunction(functionName: string, input: unknown, setup: unknown): Promise<unknown> {
  switch (functionName) {
    case 'echo':
      return { input, setup, threadId };
    case 'fail':
      throw new StoreUnavailable({
        what: 'cannot read',
        where: 'runs/1/ranges.json',
        why: 'The connection was lost',
        next: 'Try again',
        cause: new Error('ECONNRESET'),
      });
    case 'throw-text':
      throw 'just text';
    case 'bigint':
      return { records: 300_000_000n };
    case 'nothing':
      return undefined;
    case 'exit':
      return process.exit(7);
    case 'crash-later':
      setTimeout(() => {
        throw new RangeError('nobody catches this');
      }, 1);
      return new Promise(() => {});
    case 'crash-when-told': {
      // After the answer: the test tells it once the call has ended.
      const told = new Int32Array(input as SharedArrayBuffer);
      setInterval(() => {
        if (Atomics.load(told, 0) > 0) throw new RangeError('nobody waits for this');
      }, 1);
      return threadId;
    }
    case 'block': {
      // A synchronous call: once its child process runs, the thread cannot end before the child has.
      const { started, file } = input as { started: string; file: string };
      const script = `fs.writeFileSync(${JSON.stringify(started)}, ''); setTimeout(() => fs.writeFileSync(${JSON.stringify(file)}, 'done'), 300)`;
      return execFileSync(process.execPath, ['-e', script]);
    }
    case 'out-of-memory': {
      const hoard: unknown[] = [];
      for (;;) hoard.push(Array.from({ length: 10_000 }, () => ({ random: Math.random() })));
    }
    case 'spin': {
      // Answers nobody: only the end of the thread stops it. The counter shows whether it still runs.
      const turns = new Int32Array(input as SharedArrayBuffer);
      for (;;) Atomics.add(turns, 0, 1);
    }
    default:
      throw new Error(`no function ${functionName}`);
  }
}
