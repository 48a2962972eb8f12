import { defineConfig } from 'vitest/config';
import { temporaryFolder } from './tools/temporary-folder.ts';

/**
 * `npm test` leaves out what is long; `npm run test:long` runs everything, with all samples of each property.
 *
 * A worker loads each module of ours once, for all its test files: loading them anew for each of 270 files took a third of the time. Only
 * tests that put another module in the place of one (`vi.mock`), or that must load one anew, get a worker of their own: those are called `*.isolated.test.ts`.
 */
export default defineConfig(({ mode }) => {
  const long = mode === 'long' ? [] : ['test/**/*.long.test.ts'];
  const isolated = 'test/**/*.isolated.test.ts';
  return {
    test: {
      // Tests start worker threads of their own; more files at once than cores would only make them wait.
      maxWorkers: 2,
      env: { TEST_LENGTH: mode, ...temporaryFolder() },
      // Only ends a test that hangs. How long one takes depends on the machine, and no test is about that.
      testTimeout: 900_000,
      hookTimeout: 900_000,
      projects: [
        {
          extends: true,
          test: {
            name: 'shared-modules',
            include: ['test/**/*.test.ts'],
            exclude: [isolated, ...long],
            isolate: false,
          },
        },
        { extends: true, test: { name: 'own-modules', include: [isolated], exclude: long } },
      ],
    },
  };
});
