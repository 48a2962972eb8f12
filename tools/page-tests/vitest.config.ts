import { defineConfig } from 'vitest/config';

/** The tests that need a browser: `npm run test:pages`. */
export default defineConfig({
  test: {
    include: ['test/pages/**/*.page.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Only ends what hangs: how soon a page shows something depends on the machine.
    expect: { poll: { timeout: 60_000 } },
    maxWorkers: 1,
  },
});
