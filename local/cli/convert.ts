import { useCompileCache } from '../compile-cache.ts';
import { startUrl } from '../start-bundle.ts';

useCompileCache();
await import(startUrl(new URL('./convert-command.ts', import.meta.url)).href);
