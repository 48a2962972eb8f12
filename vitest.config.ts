import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Only ends a test that hangs. How long one takes depends on the machine, and no test is about that.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    // Tests start worker threads of their own; more files at once than cores would only make them wait.
    maxWorkers: 2,
  },
});
