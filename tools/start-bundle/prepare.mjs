// npm runs this after an install. It never fails an install, because without the bundle only starts are slower: an install without
// development packages has neither esbuild nor the project's Node.
try {
  const { bundleStart } = await import('./bundle-start.ts');
  const { START_BUNDLE } = await import('../../local/start-bundle.ts');
  await bundleStart(START_BUNDLE);
} catch (error) {
  console.warn(`Conversions will start from their sources: ${error.message}`);
}
