import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Mutant, mutated } from './mutant.ts';
import { endGroup, startGroup } from './process-group.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NOT_COPIED = new Set(['node_modules', '.git', 'dist', 'lake-sample', 'coverage', '.serverless']);
const KERNEL_SOURCES = 'shared/kernel/assemblyscript/';
const KERNEL_COMPILED = 'shared/kernel/generated';

/** `stale`: the code of the mutant is no longer in its file. */
export type Outcome = 'caught' | 'survived' | 'timed out' | 'stale';

/** A copy of the project in a temporary folder, in which one mutant after the other is tried; the user's files stay as they are. */
export class ScratchProject {
  private readonly dir: string;

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async make(): Promise<ScratchProject> {
    const dir = await mkdtemp(join(tmpdir(), 'mutants-'));
    for (const name of await readdir(ROOT)) {
      if (!NOT_COPIED.has(name)) await cp(join(ROOT, name), join(dir, name), { recursive: true });
    }
    await symlink(join(ROOT, 'node_modules'), join(dir, 'node_modules'), 'dir');
    await mkdir(join(dir, '.scratch'));
    return new ScratchProject(dir);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }

  /** Tries the tests of a mutant on it, and puts the sources back. */
  async tryMutant(mutant: Mutant, limitMs: number): Promise<Outcome> {
    const path = join(this.dir, mutant.file);
    const text = await readFile(path, 'utf8');
    const changed = mutated(text, mutant);
    if (changed === undefined) return 'stale';
    await writeFile(path, changed);
    const isKernel = mutant.file.startsWith(KERNEL_SOURCES);
    try {
      // A kernel that does not compile is seen by everyone.
      if (isKernel && (await this.run(['tools/kernel/main.ts'], limitMs)) !== 0) return 'caught';
      return await this.runNearestFirst(mutant.tests, limitMs);
    } finally {
      await writeFile(path, text);
      if (isKernel) {
        await cp(join(ROOT, KERNEL_COMPILED), join(this.dir, KERNEL_COMPILED), { recursive: true });
      }
    }
  }

  /** Runs the tests nearest to the change, which come first, and the others only if those pass: most mutants are caught in seconds. */
  private async runNearestFirst([nearest, ...others]: readonly string[], limitMs: number): Promise<Outcome> {
    for (const tests of [nearest === undefined ? [] : [nearest], others.filter((test) => test !== nearest)]) {
      const outcome = tests.length === 0 ? 'survived' : await this.runTests(tests, limitMs);
      if (outcome !== 'survived') return outcome;
    }
    return 'survived';
  }

  /** Runs test files until the first failure: `survived` if all pass. */
  async runTests(tests: readonly string[], limitMs: number): Promise<Outcome> {
    const args = ['node_modules/vitest/vitest.mjs', 'run', '--bail', '1', '--maxWorkers', '1', ...tests];
    const code = await this.run(args, limitMs);
    if (code === 'timed out') return code;
    return code === 0 ? 'survived' : 'caught';
  }

  /** Exit code of a Node process, with all that it started ended at the limit. */
  private run(args: string[], limitMs: number): Promise<number | null | 'timed out'> {
    // Files that an ended test leaves are removed with the folder.
    const child = startGroup(args, this.dir, { ...process.env, TMPDIR: join(this.dir, '.scratch') });
    return new Promise((resolve, reject) => {
      let isLate = false;
      const limit = setTimeout(() => {
        isLate = true;
        endGroup(child);
      }, limitMs);
      child.once('error', reject);
      child.once('exit', (code) => {
        clearTimeout(limit);
        resolve(isLate ? 'timed out' : code);
      });
    });
  }
}
