import { defineConfig } from 'vitest/config';

/** The tests that need the servers of `npm run test:servers`. */
export default defineConfig({
  test: {
    include: ['test/servers/**/*.server.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 1,
  },
});
