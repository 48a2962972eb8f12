import { useCompileCache } from '../local/compile-cache.ts';
import { startUrl } from '../local/start-bundle.ts';

useCompileCache();
await import(startUrl(new URL('./convert-command.ts', import.meta.url)).href);
