import { useCompileCache } from '../compile-cache.ts';

useCompileCache();
await import('./convert-command.ts');
