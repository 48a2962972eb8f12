import { defineConfig } from 'vitest/config';

/** `npm test` leaves out what is long; `npm run test:long` runs everything, with all samples of each property. */
export default defineConfig(({ mode }) => ({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: mode === 'long' ? [] : ['test/**/*.long.test.ts'],
    env: { TEST_LENGTH: mode },
    // Only ends a test that hangs. How long one takes depends on the machine, and no test is about that.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    // Tests start worker threads of their own; more files at once than cores would only make them wait.
    maxWorkers: 2,
  },
}));
