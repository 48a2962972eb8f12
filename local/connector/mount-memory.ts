import { readFile, realpath } from 'node:fs/promises';

/** Longer than what sshfs remembers by default. */
const FUSE_REMEMBERS_MS = 30_000;

/**
 * For how long the mount that holds a folder may show sizes and times that are over. NFS asks its server whenever a file is opened; a file
 * system in user space (FUSE) remembers them for as long as it says, which nobody else is told.
 */
export async function mountRemembersMs(folder: string): Promise<number> {
  const table = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  return isFuse(table, await realpath(folder)) ? FUSE_REMEMBERS_MS : 0;
}

/** Is the innermost mount of a path a file system in user space? `table` is /proc/self/mountinfo: proc_pid_mountinfo(5). */
function isFuse(table: string, path: string): boolean {
  let innermost = { at: '', type: '' };
  for (const line of table.split('\n')) {
    const [before, after] = line.split(' - ');
    const at = before
      ?.split(' ')[4]
      ?.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
    const type = after?.split(' ')[0];
    if (at === undefined || type === undefined) continue;
    const holds = path === at || path.startsWith(at === '/' ? '/' : `${at}/`);
    // Of two mounts at one place, the later one hides the other.
    if (holds && at.length >= innermost.at.length) innermost = { at, type };
  }
  return /^fuse(\.|blk|$)/.test(innermost.type);
}
