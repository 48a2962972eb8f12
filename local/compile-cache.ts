import module from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Keeps what Node compiled for the next start: with the types stripped and the functions compiled, loading takes a third of the
 * time. Call it before other modules are imported. If the folder cannot be written, starts are slower and nothing else changes.
 */
export function useCompileCache(): void {
  // Node has had it since 22.1.
  const enabled = module.enableCompileCache?.(
    fileURLToPath(new URL('../node_modules/.cache/node', import.meta.url)),
  );
  // Threads read the environment when they start.
  if (enabled?.directory !== undefined)
    process.env.NODE_COMPILE_CACHE ??= module.getCompileCacheDir() ?? enabled.directory;
}
