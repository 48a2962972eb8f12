import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Twin } from './twin.ts';

const START_MS = 180_000;
const STOP_MS = 5_000;

export interface RunningTwin {
  name: string;
  endpoint: string;
  stop(): Promise<void>;
}

/** Starts a twin on the loopback interface, and waits until it answers. Fails with the end of its log. */
export async function startTwin(twin: Twin, python: string): Promise<RunningTwin> {
  const workDir = await mkdtemp(join(tmpdir(), `positional-lake-${twin.name}-`));
  const port = await freePort();
  const log = await open(join(workDir, 'log'), 'w');
  const child = spawn(python, ['-m', twin.module, ...twin.argumentsFor(port)], {
    cwd: workDir,
    env: { ...process.env, ...twin.environmentFor(port, workDir) },
    stdio: ['ignore', log.fd, log.fd],
  });
  await log.close();
  const stop = async () => {
    await end(child);
    await rm(workDir, { recursive: true, force: true });
  };
  const endpoint = `http://127.0.0.1:${port}`;
  for (const startedAt = Date.now(); Date.now() - startedAt < START_MS && child.exitCode === null; ) {
    const answer = await fetch(endpoint + twin.readyPath).catch(() => undefined);
    if (answer?.ok) return { name: twin.name, endpoint, stop };
    await sleep(200);
  }
  const said = (await readFile(join(workDir, 'log'), 'utf8')).trim().split('\n').slice(-5).join('\n');
  await stop();
  throw new Error(`${twin.name} did not start:\n${said}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  const isLate = await Promise.race([closed.then(() => false), sleep(STOP_MS, true, { ref: false })]);
  if (!isLate) return;
  child.kill('SIGKILL');
  await closed;
}
