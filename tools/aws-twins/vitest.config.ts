import { defineConfig } from 'vitest/config';

/** The tests that need the servers of `npm run test:aws`. */
export default defineConfig({
  test: {
    include: ['test/twins/**/*.twin.ts'],
    testTimeout: 900_000,
    hookTimeout: 900_000,
    maxWorkers: 2,
    // A server that was not written here may drop a connection, as S3 may; the state machine would repeat the call.
    retry: 1,
  },
});
