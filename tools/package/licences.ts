import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT } from '../bundle/bundle-functions.ts';

/** A package whose code is in ours. */
interface BundledPackage {
  name: string;
  version: string;
  licence: string;
  /** The text of its licence and of its notice, as they came with it. */
  texts: string[];
}

/** Licences that let us hand the code on under ours, with their texts beside it. */
const ACCEPTED = new Set(['Apache-2.0', 'MIT', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', '0BSD', 'Unlicense']);

/** The packages of these folders, by name. Fails if one has a licence that nobody looked at. */
export async function readPackages(folders: Iterable<string>): Promise<BundledPackage[]> {
  const found = await Promise.all([...folders].map(readPackage));
  const others = found.filter(({ licence }) => !ACCEPTED.has(licence));
  if (others.length > 0) {
    const names = others.map(({ name, licence }) => `${name} (${licence})`).join(', ');
    throw new Error(
      `the package may not hold ${names}: look at the licence, and add it to ACCEPTED or leave it out`,
    );
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function readPackage(folder: string): Promise<BundledPackage> {
  const dir = join(PROJECT, folder);
  const { name, version, license, licenses } = JSON.parse(await readFile(join(dir, 'package.json'), 'utf8'));
  const files = (await readdir(dir)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(dir, file), 'utf8')));
  return { name, version, licence: license ?? licenses?.[0]?.type ?? 'none', texts };
}

/** The file of the package that holds the licences of others; packages with the same text share one copy. */
export function licencesText(packages: readonly BundledPackage[]): string {
  const byText = Map.groupBy(packages, ({ texts }) => texts.map((text) => text.trim()).join('\n\n'));
  const parts = [...byText].map(([text, same]) => {
    const names = same.map(({ name, version, licence }) => `${name} ${version} (${licence})`).join('\n');
    return `${names}\n\n${text || 'The package comes without a text of its licence.'}`;
  });
  return `The compiled code holds code of these packages.\n\n${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}
