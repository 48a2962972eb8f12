import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../connector/decide/journal-entry.ts';
import { readSettings } from '../../connector/decide/read-settings.ts';
import { Connector } from '../../connector/work/connector.ts';
import { mountRemembersMs } from '../../local/connector/mount-memory.ts';
import { openConnector } from '../../local/connector/open-connector.ts';
import { bindfsPath } from '../../tools/servers/fuse-suite.ts';

/** How long the mount remembers: longer than two looks are apart on a folder of this machine. */
const REMEMBERS_SECONDS = 4;
const NAME = 'contratos_20250812_1.txt';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fuse-'));
  for (const folder of ['behind', 'in']) await mkdir(join(dir, folder));
  // What was not there is asked for anew: so a marker is seen before the size that it vouches for.
  const options = ['attr', 'entry'].map((what) => `${what}_timeout=${REMEMBERS_SECONDS}`);
  execFileSync((await bindfsPath())!, [
    '-o',
    [...options, 'negative_timeout=0'].join(','),
    join(dir, 'behind'),
    join(dir, 'in'),
  ]);
});
afterEach(async () => {
  execFileSync('fusermount3', ['-u', join(dir, 'in')]);
  await rm(dir, { recursive: true, force: true });
});

const behind = (name: string) => join(dir, 'behind', name);
const line = (index: number) => `record ${String(index).padStart(9, '0')}\n`.repeat(20_000);

/** Rounds of a connector on the mount until a file has arrived; every content that was visible meanwhile. */
async function played(finished: object, writes: () => Promise<void>, attributeSeconds: number) {
  const config = {
    sources: [{ folder: 'in', attributeSeconds }],
    files: [{ pattern: 'contratos_{yyyyMMdd}_*.txt', finished, key: '{name}' }],
    target: { folder: 'raw' },
    stateFolder: 'state',
  };
  const settings = readSettings(JSON.stringify(config), 'c.json');
  const told: JournalEntry[] = [];
  const connector = new Connector(await openConnector(settings, dir, () => undefined), settings, (entry) =>
    told.push(entry),
  );
  const visible = new Set<string>();
  let isWritten = false;
  const writing = writes().finally(() => {
    isWritten = true;
  });
  const giveUpAt = performance.now() + 120_000;
  for (let quiet = 0; quiet < 3 && performance.now() < giveUpAt; ) {
    const { waiting } = await connector.round();
    const bytes = await readFile(join(dir, 'raw', NAME), 'utf8').catch(() => undefined);
    if (bytes !== undefined) visible.add(bytes);
    quiet = isWritten && waiting === 0 && visible.size > 0 ? quiet + 1 : 0;
    await sleep(400);
  }
  await writing;
  return { visible: [...visible], told };
}

describe('a mount that remembers sizes and times', () => {
  it('shows a size that is over, also to who opens the file; and is recognised', async () => {
    await writeFile(behind('a'), 'hello');
    expect((await stat(join(dir, 'in/a'))).size).toBe(5);
    await appendFile(behind('a'), ' again');
    expect((await readFile(join(dir, 'in/a'))).length).toBe(5);
    expect(await mountRemembersMs(join(dir, 'in'))).toBeGreaterThanOrEqual(20_000);
    expect(await mountRemembersMs(dir)).toBe(0);
  });

  const pieces = Array.from({ length: 6 }, (_, index) => line(index));
  const grow = async (name: string) => {
    for (const piece of pieces) {
      await appendFile(behind(name), piece);
      await sleep(1_300);
    }
  };

  it.each<[string, object, () => Promise<void>]>([
    [
      'a marker',
      { by: 'marker', name: '{name}.ok' },
      async () => {
        await grow(NAME);
        await appendFile(behind(NAME), 'the end\n');
        await writeFile(behind(`${NAME}.ok`), '');
      },
    ],
    [
      'a rename',
      { by: 'rename' },
      async () => {
        await grow(`${NAME}.tmp`);
        await appendFile(behind(`${NAME}.tmp`), 'the end\n');
        await rename(behind(`${NAME}.tmp`), behind(NAME));
      },
    ],
    [
      'rest',
      { by: 'rest', minutes: 0.05 },
      async () => {
        await grow(NAME);
        await appendFile(behind(NAME), 'the end\n');
      },
    ],
  ])('is no reason to take a file before %s says that it is whole', async (_, finished, writes) => {
    const { visible } = await played(finished, writes, REMEMBERS_SECONDS + 0.5);
    expect(visible.map(({ length }) => length)).toEqual([pieces.join('').length + 8]);
    expect(visible).toEqual([`${pieces.join('')}the end\n`]);
  });

  it('hides no change that is made while a file is read', async () => {
    const [before, after] = ['a', 'b'].map((letter) => letter.repeat(20 * 1024 * 1024));
    let changed = false;
    const { visible, told } = await played(
      { by: 'rename' },
      async () => {
        await writeFile(behind(NAME), before!);
        // In the time in which it is read, and looked at for the last time.
        await sleep((2 + REMEMBERS_SECONDS + 1) * 1_000);
        await writeFile(behind(NAME), after!, { flag: 'r+' });
        changed = true;
      },
      REMEMBERS_SECONDS + 0.5,
    );
    expect(changed).toBe(true);
    expect(visible.at(-1) === after).toBe(true);
    for (const bytes of visible) expect(bytes === before || bytes === after).toBe(true);
    expect(told.filter(({ event }) => event === 'arrived').length).toBe(visible.length);
  });
});
