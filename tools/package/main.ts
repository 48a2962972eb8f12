import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildPackage, bundledPackages, PACKAGE_FOLDER } from './build-package.ts';
import { writeDeclarations } from './declarations.ts';
import { licencesText, readPackages } from './licences.ts';

/** `npm pack` runs this: compiles the package into dist/package, with types and the licences of what is in it. `--licences` lists them. */
const metafile = await buildPackage();
const packages = await readPackages(bundledPackages(metafile).values());
await writeFile(join(PACKAGE_FOLDER, 'LICENCES.txt'), licencesText(packages));
await writeDeclarations(join(PACKAGE_FOLDER, 'library'));
if (process.argv.includes('--licences')) {
  for (const { name, version, licence } of packages) console.log(`${licence.padEnd(14)}${name} ${version}`);
}
