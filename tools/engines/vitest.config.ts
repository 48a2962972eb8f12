import { defineConfig } from 'vitest/config';

/** The tests that need the Trino of `npm run test:engines`. */
export default defineConfig({
  test: {
    include: ['test/**/*.engine.ts'],
    testTimeout: 900_000,
    hookTimeout: 900_000,
    maxWorkers: 1,
  },
});
