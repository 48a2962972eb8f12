import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Folder of the files that `tools/start-bundle` makes. Several checkouts may share it, if they share their packages. */
export const START_BUNDLE = new URL('../node_modules/.cache/start/', import.meta.url);
/** The name of the list of this checkout's files there. */
export const START_BUNDLE_LIST = `bundle-${placeOf(new URL('..', import.meta.url))}.json`;

/** A short name of the place of a checkout (FNV-1a). If two had one, each would take the other's list for an older one of its own. */
function placeOf({ href }: URL): string {
  let hash = 0x811c9dc5;
  for (const letter of href) hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

export interface StartBundle {
  /** The files that it was made of, by their path below the project: size and time of the last change. */
  sources: Record<string, [sizeBytes: number, changedMs: number]>;
  /** File of the bundle, by the URL of the module that it replaces. */
  modules: Record<string, string>;
}

const bundles = new Map<string, StartBundle['modules']>();

/**
 * URL from which a module starts fastest. Five hundred modules are found and loaded one by one; `npm ci` puts those of a conversion
 * and of its threads into a few files, which makes each start a third shorter. If a source has changed since, or there is no
 * bundle, it is the URL of the module itself. Within the bundle another function stands for this one, which looks at nothing again.
 */
export function startUrl(module: URL, folder = START_BUNDLE): URL {
  let modules = bundles.get(folder.href);
  if (!modules) {
    modules = freshModules(folder);
    bundles.set(folder.href, modules);
  }
  const file = modules[module.href];
  return file === undefined ? module : new URL(file, folder);
}

function freshModules(folder: URL): StartBundle['modules'] {
  try {
    const text = readFileSync(new URL(START_BUNDLE_LIST, folder), 'utf8');
    const { sources, modules } = JSON.parse(text) as StartBundle;
    // Hundreds of files: a URL for each would take longer than to look at it.
    const project = fileURLToPath(new URL('..', import.meta.url));
    for (const [path, [sizeBytes, changedMs]] of Object.entries(sources)) {
      const { size, mtimeMs } = statSync(project + path);
      if (size !== sizeBytes || mtimeMs !== changedMs) return {};
    }
    return modules;
  } catch {
    // No bundle was made, or a file that it was made of is gone.
    return {};
  }
}
