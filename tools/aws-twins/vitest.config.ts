import { defineConfig } from 'vitest/config';

/** The tests that need the servers of `npm run test:aws`. */
export default defineConfig({
  test: {
    include: ['test/twins/**/*.twin.ts'],
    testTimeout: 900_000,
    hookTimeout: 900_000,
    maxWorkers: 2,
  },
});
