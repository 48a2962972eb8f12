import { join } from 'node:path';
import { bundleFunctions, PROJECT } from './bundle-functions.ts';

/** `npm run bundle`: what ships, in dist/. */
const DIST = join(PROJECT, 'dist');

for (const { name, codeBytes, zipBytes } of await bundleFunctions(DIST)) {
  console.log(`${name.padEnd(12)} ${kibibytes(codeBytes)} KiB of code, ${kibibytes(zipBytes)} KiB zipped`);
}

function kibibytes(bytes: number): string {
  return (bytes / 1024).toFixed(0).padStart(5);
}
