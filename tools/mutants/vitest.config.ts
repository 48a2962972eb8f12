import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { isAmong, switchTask } from './switch-task.ts';
import { switchedSource } from './switched-source.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { mutants } = switchTask();
const byFile = Map.groupBy(mutants, ({ mutant }) => mutant.file);

/** A mutant names its nearest tests first: they run before the others. */
class NearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => distance(a) - distance(b));
  }
}

function distance({ moduleId }: TestSpecification): number {
  const file = relative(root, moduleId);
  const places = mutants.map(({ mutant }) => mutant.tests.findIndex((test) => isAmong(file, [test])));
  return Math.min(...places.filter((place) => place >= 0));
}

/** The tests of some mutants, over sources that hold all of them with switches. */
export default defineConfig({
  root,
  plugins: [
    {
      name: 'switched-mutants',
      enforce: 'pre',
      load(id) {
        const mine = byFile.get(relative(root, id));
        return mine && switchedSource(readFileSync(id, 'utf8'), mine);
      },
    },
  ],
  test: {
    include: ['test/**/*.test.ts'],
    // Another run has other mutants.
    fsModuleCache: false,
    runner: fileURLToPath(new URL('switching-runner.ts', import.meta.url)),
    testTimeout: 900_000,
    hookTimeout: 900_000,
    maxWorkers: 1,
    sequence: { sequencer: NearestFirst },
  },
});
