#!/usr/bin/env node
// Plain JavaScript on purpose: an older Node must be able to read it, and to run what `npm pack` compiles.
import { existsSync } from 'node:fs';

const sources = new URL('./main.ts', import.meta.url);
if (existsSync(sources)) {
  await import('../tools/check-node.mjs');
  await import('../local/compile-cache.mjs');
  await import(sources.href);
} else await import('../dist/package/main.mjs');
