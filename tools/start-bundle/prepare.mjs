import { symlink } from 'node:fs/promises';

// npm links the commands of packages, and not those of the project itself: with these, npx finds them without a detour.
for (const name of ['positional-lake', 'plake']) {
  const link = new URL(`../../node_modules/.bin/${name}`, import.meta.url);
  await symlink('../../bin/positional-lake.mjs', link).catch(() => undefined);
}

// npm runs this after an install. It never fails an install, because without the bundle only starts are slower: an install without
// development packages has neither esbuild nor the project's Node.
try {
  const { bundleStart } = await import('./bundle-start.ts');
  const { START_BUNDLE } = await import('../../local/start-bundle.ts');
  await bundleStart(START_BUNDLE);
} catch (error) {
  console.warn(`Conversions will start from their sources: ${error.message}`);
}
