import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isCode } from './file-error.ts';

/**
 * Name of this process that no other has, on any host that shares the folder: `<place>-<pid>-<start>`. The place stands for host, boot
 * and pid namespace, because a pid means something only there; the start tells a process from a later one with its pid.
 */
export const THIS_PROCESS = `${place()}-${process.pid}-${startOf(process.pid) ?? 0}`;

const NAME = /^([0-9a-f]{16})-(\d+)-(\d+)/;

/**
 * Is the process that a name begins with still running? `unknown` if it belongs to another host, boot or pid namespace, which cannot be
 * seen from here.
 */
export function processState(name: string): 'running' | 'gone' | 'unknown' {
  const [, at, pid, start] = NAME.exec(name) ?? [];
  if (at === undefined || !THIS_PROCESS.startsWith(`${at}-`)) return 'unknown';
  if (!isRunning(Number(pid))) return 'gone';
  const now = startOf(Number(pid));
  return now === undefined || now === start ? 'running' : 'gone';
}

/** Name for an execution of this process, by which others see whether it still runs: `convert-<process>-<random>`. */
export function executionNameHere(): string {
  return `convert-${THIS_PROCESS}-${randomUUID().replaceAll('-', '').slice(0, 12)}`;
}

/** Does the execution belong to a process of this host that runs no more? */
export function hasDied(execution: string): boolean {
  const [, name] = /(?:^|[:/])convert-([0-9a-f]{16}-\d+-\d+)-[0-9a-f]{12}$/.exec(execution) ?? [];
  return name !== undefined && processState(name) === 'gone';
}

function place(): string {
  const text = [
    hostname(),
    readOr('', () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    readOr('', () => readlinkSync('/proc/self/ns/pid')),
  ];
  return createHash('sha256').update(text.join('\n')).digest('hex').slice(0, 16);
}

/** Clock ticks from boot to the start of a process: field 22 of /proc/<pid>/stat; the fields after the name follow its last `)`. */
function startOf(pid: number): string | undefined {
  // /proc may be that of another namespace, where a pid is somebody else's: only a /proc of our own counts.
  if (readOr('', () => readlinkSync('/proc/self')) !== String(process.pid)) return undefined;
  const stat = readOr('', () => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .at(19);
}

function readOr(missing: string, read: () => string): string {
  try {
    return read();
  } catch {
    return missing;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is running too.
    return isCode(error, 'EPERM');
  }
}
