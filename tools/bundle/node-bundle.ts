import type { BuildOptions } from 'esbuild';

/** How everything here is bundled that Node runs. */
export const NODE_BUNDLE = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // Packages' modules rather than their CommonJS twins: what is not used is left out, and starts sooner.
  mainFields: ['module', 'main'],
  minifyWhitespace: true,
  // The state machine's `ErrorEquals` matches on names.
  keepNames: true,
  // Some CommonJS packages inside still call require.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  metafile: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;
