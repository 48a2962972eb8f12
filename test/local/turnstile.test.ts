import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { THIS_PROCESS } from '../../local/adapters/local-process.ts';
import { inTurn } from '../../local/adapters/turnstile.ts';
import { removeAbandonedFiles } from '../../local/adapters/unfinished-files.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'turn-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const GONE = THIS_PROCESS.replace(/-\d+-\d+$/, `-${spawnSync(process.execPath, ['-e', '']).pid}-1`);
const ELSEWHERE = `0123456789abcdef-${process.pid}-1`;

/** One turn that writes `text` to the file `place`; `during` runs while it has its turn. */
const take = (text: string, during: () => Promise<void> = async () => undefined, standsForMs?: number) =>
  inTurn({
    turnstile: join(dir, 'x.turn'),
    folderMode: 0o700,
    write: (path) => writeFile(path, text),
    check: during,
    place: (path) => rename(path, join(dir, 'place')),
    ...(standsForMs === undefined ? {} : { standsForMs }),
  });

/** Leaves a file in the turnstile, as a process does that dies in its turn. */
async function leave(name: string): Promise<void> {
  await mkdir(join(dir, 'x.turn'), { recursive: true });
  await writeFile(join(dir, 'x.turn', name), 'left');
}

async function mostAtOnce(count: number): Promise<number> {
  let inside = 0;
  let most = 0;
  const during = async () => {
    most = Math.max(most, ++inside);
    for (let turns = 0; turns < 5; turns++) await turn();
    inside--;
  };
  await Promise.all(Array.from({ length: count }, (_, writer) => take(String(writer), during)));
  return most;
}

describe('a turn', () => {
  it('is had by one at a time, and leaves only the file', async () => {
    expect(await mostAtOnce(16)).toBe(1);
    expect(await readdir(dir)).toEqual(['place']);
  });

  it('of a process that is gone ends at once, and one at a time follows', async () => {
    for (let round = 0; round < 30; round++) {
      await leave(`${GONE}-${round}`);
      expect(await mostAtOnce(6)).toBe(1);
    }
    expect(await readdir(dir)).toEqual(['place']);
  });

  it('of an earlier process that had the same pid ends at once', async () => {
    await leave(`${THIS_PROCESS.replace(/\d+$/, '1')}-x`);
    await take('new');
    expect(await readFile(join(dir, 'place'), 'utf8')).toBe('new');
  });

  it('left by another host is waited for by the stop watch of who waits, then ends', async () => {
    await leave(`${ELSEWHERE}-x`);
    await take('new', undefined, 50);
    expect(await readdir(dir)).toEqual(['place']);
  });

  it('that ended because its writer was too slow replaces nothing: the writer looks again', async () => {
    const looked: string[] = [];
    await take('slow', async () => {
      const stands = await readFile(join(dir, 'place'), 'utf8').catch(() => '');
      looked.push(stands);
      if (looked.length > 1) return;
      // Another waits for its turn until its patience ends, and takes it while this one still thinks that it has its own.
      await take('quick', undefined, 0);
    });
    expect(looked).toEqual(['', 'quick']);
    expect(await readFile(join(dir, 'place'), 'utf8')).toBe('slow');
  });
});

describe('the sweep of unfinished files', () => {
  const left = () => readdir(join(dir, '.incoming')).then((names) => names.sort());
  beforeEach(async () => {
    await mkdir(join(dir, '.incoming/k.turn'), { recursive: true });
    for (const process of [GONE, ELSEWHERE, THIS_PROCESS])
      await writeFile(join(dir, '.incoming', `${process}-x`), '');
    await writeFile(join(dir, '.incoming/k.turn', `${GONE}-x`), '');
  });

  it('takes those of processes that are gone, never those of another pid namespace or host', async () => {
    await removeAbandonedFiles(dir);
    expect(await left()).toEqual([`${ELSEWHERE}-x`, `${THIS_PROCESS}-x`].sort());
  });

  it('takes those of other hosts that have not changed for long by the clock of the file system', async () => {
    await removeAbandonedFiles(dir, { othersAfterMs: 0 });
    expect(await left()).toEqual([`${THIS_PROCESS}-x`]);
  });

  it('takes its own if it is told that its threads were stopped', async () => {
    await removeAbandonedFiles(dir, { own: true });
    expect(await left()).toEqual([`${ELSEWHERE}-x`]);
  });
});

describe('processes in several pid namespaces', () => {
  const isolated = ['--user', '--map-root-user', '--pid', '--fork', '--mount-proc'];
  const allowed = spawnSync('unshare', [...isolated, 'true']).status === 0;
  if (!allowed) console.log('unshare makes no pid namespace here: the test of two of them is skipped');

  it.runIf(allowed)(
    'on one folder lose no increment, and sweep nothing of each other',
    async () => {
      const script = fileURLToPath(new URL('../support/count-in-object.ts', import.meta.url));
      const children = Array.from({ length: 4 }, () =>
        spawn('unshare', [...isolated, process.execPath, script, dir, '50'], { stdio: 'inherit' }),
      );
      const ends = children.map((child) => once(child, 'exit'));
      let running = true;
      const sweeps = (async () => {
        while (running) await removeAbandonedFiles(dir).then(() => turn());
      })();
      const codes = (await Promise.all(ends)).map(([code]) => code);
      running = false;
      await sweeps;
      expect(codes).toEqual([0, 0, 0, 0]);
      expect(await readFile(join(dir, 'count'), 'utf8')).toBe('200');
    },
    60_000,
  );
});
