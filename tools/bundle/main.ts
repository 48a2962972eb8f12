import { cp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Bundles each function that has an `index.ts` into `dist/<function>/index.mjs`, with the layouts beside it. Names are kept: the
 * state machine's `ErrorEquals` matches on them.
 */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DIST = join(ROOT, 'dist');

await rm(DIST, { recursive: true, force: true });
const folders = await readdir(join(ROOT, 'functions'), { withFileTypes: true });
for (const { name } of folders.filter((entry) => entry.isDirectory())) {
  const entry = join(ROOT, 'functions', name, 'index.ts');
  const outfile = join(DIST, name, 'index.mjs');
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    sourcemap: 'linked',
    // Some CommonJS packages inside still call require.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  await cp(join(ROOT, 'layouts'), join(DIST, name, 'layouts'), { recursive: true });
  console.log(`${name.padEnd(12)} ${((await stat(outfile)).size / 1024).toFixed(0)} KiB`);
}
