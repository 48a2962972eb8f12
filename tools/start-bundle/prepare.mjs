// Run by npm behind an install. Starts are slower without the bundle and nothing else, so that it never fails an install: one without
// development packages has neither esbuild nor the project's Node.
try {
  const { bundleStart } = await import('./bundle-start.ts');
  const { START_BUNDLE } = await import('../../local/start-bundle.ts');
  await bundleStart(START_BUNDLE);
} catch (error) {
  console.warn(`Conversions will start from their sources: ${error.message}`);
}
