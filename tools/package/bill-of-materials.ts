import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT } from '../bundle/bundle-functions.ts';
import { buildPackage, bundledPackages } from './build-package.ts';

/** A bill of materials in CycloneDX's form, as far as it is read here. */
interface Bill {
  components: { 'bom-ref': string; name: string; properties?: { name: string }[] }[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}

/**
 * `npm run sbom`: npm's own bill of materials, with only what a user of the package gets: what is compiled into it, and what is installed
 * with it. npm takes the first for tools of the project.
 */
const { stdout } = await promisify(execFile)(
  'npm',
  ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'],
  {
    cwd: PROJECT,
    maxBuffer: 256 * 1024 * 1024,
  },
);
const bill = JSON.parse(stdout) as Bill;
const { dependencies } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8'));
const names = new Set([...(await compiledPackages()), ...Object.keys(dependencies)]);
const components = bill.components.filter(({ name }) => names.has(name));
const refs = new Set(components.map((component) => component['bom-ref']));
console.log(
  JSON.stringify(
    {
      ...bill,
      components: components.map(({ properties = [], ...component }) => ({
        ...component,
        properties: properties.filter(({ name }) => name !== 'cdx:npm:package:development'),
      })),
      dependencies: bill.dependencies
        .filter(({ ref }) => refs.has(ref))
        .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => refs.has(other)) })),
    },
    undefined,
    2,
  ),
);

async function compiledPackages(): Promise<string[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'positional-lake-sbom-'));
  try {
    return [...bundledPackages(await buildPackage(scratch)).keys()];
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
