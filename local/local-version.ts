import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUNDLED_VERSION } from '../shared/version.ts';

const PROJECT = new URL('../', import.meta.url);
/** What decides what a conversion on one machine writes: our code, and the packages that it uses. */
const FOLDERS = ['functions', 'local', 'shared', 'statemachine'];
const FILES = ['package-lock.json'];
const HASH_DIGITS = 16;

let known = BUNDLED_VERSION;

/** Version of the code that runs on this machine: as it was bundled, and otherwise that of the sources. */
export function localVersion(): string {
  known ??= versionOfSources();
  return known;
}

/** The package's version, `+`, and a hash of all sources: two checkouts of the same code have the same one. */
export function versionOfSources(project = PROJECT): string {
  const hash = createHash('sha256');
  for (const path of versionedSources(project)) {
    const content = readFileSync(new URL(path, project));
    hash.update(`${path} ${content.length}\n`).update(content);
  }
  const { version } = JSON.parse(readFileSync(new URL('package.json', project), 'utf8')) as {
    version: string;
  };
  return `${version}+${hash.digest('hex').slice(0, HASH_DIGITS)}`;
}

/** Paths of the sources below the project. */
export function versionedSources(project = PROJECT): string[] {
  const found = FOLDERS.flatMap((folder) =>
    readdirSync(new URL(folder, project), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => relative(fileURLToPath(project), join(parentPath, name))),
  );
  return [...found.map((path) => path.replaceAll('\\', '/')), ...FILES].sort();
}
