// Plain JavaScript on purpose: the first module of TypeScript that is not kept yet loads Node's compiler, which takes longer than all others.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

// Keeps what Node compiled for the next start, from the moment that this is imported, before other modules: with the types stripped and the
// functions compiled, loading takes a third of the time. If the folder cannot be written, starts are slower and nothing else changes.
// Node has had it since 22.1.
const folder = fileURLToPath(new URL('../node_modules/.cache/node', import.meta.url));
const enabled = module.enableCompileCache?.(folder);
// Threads read the environment when they start.
if (enabled?.directory !== undefined)
  process.env.NODE_COMPILE_CACHE ??= module.getCompileCacheDir() ?? enabled.directory;
