import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { isMainThread } from 'node:worker_threads';
import { crc32 } from 'node:zlib';
import { importModule } from './import-module.ts';

/** The one script of a bundle: a function, as Node wraps CommonJS, of which nothing runs before a module is asked for. */
export const BUNDLE_SCRIPT = 'bundle.cjs';

/** Modules of a bundle by the paths of their sources; each is evaluated when it is called for the first time. */
type BundledModules = Record<string, () => Record<string, unknown>>;

interface OpenBundle {
  modules: BundledModules;
  started: Set<string>;
}

/** One for each folder in each thread. */
const open = new Map<string, OpenBundle>();

/**
 * A module of the bundle in `folder`, by the path of its source. What V8 made of its functions is kept beside the bundle by the first process
 * that used all of `wanted`, and found by all later ones and their threads. Node's own cache keeps only what V8 compiles before a module runs:
 * nearly all functions were compiled anew in every thread, which took a tenth of a second of a processor in each.
 */
export function bundledModule(
  folder: URL,
  source: string,
  wanted: readonly string[],
): Record<string, unknown> {
  let bundle = open.get(folder.href);
  if (!bundle) {
    bundle = openBundle(folder, wanted);
    open.set(folder.href, bundle);
  }
  bundle.started.add(source);
  return bundle.modules[source]!();
}

function openBundle(folder: URL, wanted: readonly string[]): OpenBundle {
  const filename = fileURLToPath(new URL(BUNDLE_SCRIPT, folder));
  // With another Node, or with flags that change what V8 compiles, it would be refused.
  const kept = fileURLToPath(new URL(`compiled-${cachedDataVersionTag()}`, folder));
  const cachedData = keptBytes(kept);
  const script = new Script(readFileSync(filename, 'latin1'), {
    filename,
    ...(cachedData && { cachedData }),
  });
  const started = new Set<string>();
  if (isMainThread && (!cachedData || script.cachedDataRejected)) {
    // Functions that are not called for a while would be forgotten before they are kept.
    setFlagsFromString('--no-flush-bytecode');
    process.once('exit', () => {
      if (wanted.every((source) => started.has(source))) keep(script, kept);
    });
  }
  const module: { exports: { modules?: BundledModules } } = { exports: {} };
  const require = createRequire(filename);
  script.runInThisContext()(module.exports, require, module, importModule, folder.href);
  return { modules: module.exports.modules!, started };
}

/** V8 believes what it is given: of a single wrong bit a process dies, or does something else than its source says. */
const SUM_BYTES = 4;

/** The cached compiled functions; undefined if the file is missing or its checksum does not match. */
function keptBytes(path: string): Buffer | undefined {
  try {
    const bytes = readFileSync(path);
    // The checksum is at the end: if it came first, V8 would copy the rest to align it.
    const compiled = bytes.subarray(0, -SUM_BYTES);
    return bytes.readUInt32LE(compiled.length) === crc32(compiled) ? compiled : undefined;
  } catch {
    return undefined;
  }
}

/** If it cannot be kept, starts are slower and nothing else changes. */
function keep(script: Script, path: string): void {
  setFlagsFromString('--flush-bytecode');
  const incoming = `${path}.${process.pid}`;
  try {
    const compiled = script.createCachedData();
    const sum = Buffer.alloc(SUM_BYTES);
    sum.writeUInt32LE(crc32(compiled));
    writeFileSync(incoming, Buffer.concat([compiled, sum]));
    renameSync(incoming, path);
  } catch {
    return;
  }
}
