import { join } from 'node:path';
import { bundleFunctions, PROJECT } from './bundle-functions.ts';

/** `npm run bundle`: bundles the functions into dist/, or into the folder that is given. */
const [out = join(PROJECT, 'dist')] = process.argv.slice(2);

for (const { name, codeBytes, zipBytes } of await bundleFunctions(out)) {
  console.log(`${name.padEnd(12)} ${kibibytes(codeBytes)} KiB of code, ${kibibytes(zipBytes)} KiB zipped`);
}

function kibibytes(bytes: number): string {
  return (bytes / 1024).toFixed(0).padStart(5);
}
