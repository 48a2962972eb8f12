import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { temporaryFolder } from '../temporary-folder.ts';
import { switchTask } from './switch-task.ts';
import { switchedSource } from './switched-source.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { mutants } = switchTask();
const byFile = Map.groupBy(mutants, ({ mutant }) => mutant.file);

/**
 * A mutant names its nearest tests first: they run before the others, and those of whole folders last. Of equally near ones, that which fewer
 * mutants name is about them, and takes less time than one of whole nights, which all name.
 */
class NearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placed = files.map((file) => ({ file, ...placeOf(file) }));
    return placed.sort((a, b) => a.nearest - b.nearest || a.count - b.count).map(({ file }) => file);
  }
}

const IN_A_FOLDER = 1000;
/** The first two are as near as each other. */
const NEAR = 1;

/** How near it is to the mutant that it is nearest to, and how many name it. */
function placeOf({ moduleId }: TestSpecification): { nearest: number; count: number } {
  const file = relative(root, moduleId);
  const places = mutants.map(({ mutant }) => mutant.tests.indexOf(file)).filter((place) => place >= 0);
  return { nearest: Math.max(NEAR, Math.min(IN_A_FOLDER, ...places)), count: places.length };
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
    // Another run has other mutants.
    fsModuleCache: false,
    runner: fileURLToPath(new URL('switching-runner.ts', import.meta.url)),
    env: temporaryFolder(),
    testTimeout: 900_000,
    hookTimeout: 900_000,
    maxWorkers: 1,
    sequence: { sequencer: NearestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'shared-modules',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.isolated.test.ts'],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'own-modules', include: ['test/**/*.isolated.test.ts'] } },
    ],
  },
});
