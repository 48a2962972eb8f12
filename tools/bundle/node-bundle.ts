import type { BuildOptions } from 'esbuild';

/** How code that Node runs is bundled. */
export const NODE_BUNDLE = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // Packages' ES modules rather than their CommonJS versions: unused code is left out, and the start is faster.
  mainFields: ['module', 'main'],
  minifyWhitespace: true,
  // The state machine's `ErrorEquals` matches names.
  keepNames: true,
  // Some CommonJS packages in the bundle still call require.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  metafile: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;
