import { spawnSync } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programAt, type ServerSuite } from './server-suite.ts';

/** A mount that remembers sizes and times: bindfs, as Debian has it, in user space. */
export const fuseSuite: ServerSuite = {
  name: 'fuse',
  tests: 'test/servers/fuse.server.ts',
  async lacks() {
    const bindfs = await bindfsPath();
    if (bindfs === undefined) return 'there is no /usr/bin/bindfs (Debian: bindfs), and BINDFS names none';
    const mayMount = await access('/dev/fuse', constants.R_OK | constants.W_OK).then(
      () => true,
      () => false,
    );
    if (!mayMount) return 'this user may not open /dev/fuse';
    const dir = await mkdtemp(join(tmpdir(), 'fuse-'));
    const tried = spawnSync(bindfs, [dir, dir]);
    spawnSync('fusermount3', ['-u', dir]);
    await rm(dir, { recursive: true, force: true });
    return tried.status === 0 ? undefined : `bindfs cannot mount here: ${String(tried.stderr).trim()}`;
  },
};

export function bindfsPath(): Promise<string | undefined> {
  return programAt(process.env.BINDFS, '/usr/bin/bindfs');
}
