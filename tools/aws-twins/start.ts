import { spawn } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endsWithUs } from '../bound-child.ts';
import { endServer, freePort } from '../servers/child-server.ts';
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
  endsWithUs(child);
  await log.close();
  const stop = async () => {
    await endServer(child, STOP_MS);
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
