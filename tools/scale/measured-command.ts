import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const PROGRAM_FILE = resolve(import.meta.dirname, '../../bin/positional-lake.mjs');

/** What a process used until its end. `ruMaxRss` of its parent would be that of the largest child so far. */
const TELL_USAGE = `
import { writeFileSync } from 'node:fs';
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeFileSync(process.env.SCALE_USAGE, JSON.stringify({ processorMs: (userCPUTime + systemCPUTime) / 1000, memoryKb: maxRSS }));
});`;

export interface MeasuredCommand {
  status: number | null;
  stdout: string;
  stderr: string;
  clockMs: number;
  /** Of all processors, user and system, start included. */
  processorMs: number;
  /** The most memory that it had at once. */
  memoryKb: number;
}

/** Runs a command of the program in a process of its own. */
export function measureCommand(args: string[]): MeasuredCommand {
  const folder = mkdtempSync(join(tmpdir(), 'scale-usage-'));
  const usageFile = join(folder, 'usage.json');
  const startedAt = performance.now();
  try {
    const module = `data:text/javascript,${encodeURIComponent(TELL_USAGE)}`;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', module, pathToFileURL(PROGRAM_FILE).pathname, ...args],
      { encoding: 'utf8', maxBuffer: 2 ** 30, env: { ...process.env, SCALE_USAGE: usageFile } },
    );
    const clockMs = performance.now() - startedAt;
    const { processorMs, memoryKb } = JSON.parse(readFileSync(usageFile, 'utf8')) as MeasuredCommand;
    return { status, stdout, stderr, clockMs, processorMs, memoryKb };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
