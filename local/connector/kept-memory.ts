import { readFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import type { FileMemory, KeptMemory } from '../../connector/work/connector-ports.ts';
import { unwritable } from '../adapters/file-error.ts';
import { PRIVATE } from '../adapters/file-modes.ts';
import { THIS_PROCESS } from '../adapters/local-process.ts';
import { writeSynced } from '../adapters/synced-files.ts';

/** Looks count from the start of the host, so those of an earlier start mean nothing. */
interface Kept {
  boot: string;
  files: FileMemory[];
}

/** The looks of the run before, in a file. Processes of one host may share it: their stop watch is the same. */
export function createKeptMemory(folder: string): KeptMemory {
  const path = join(folder, 'looks.json');
  return {
    async load() {
      try {
        const kept = JSON.parse(await fs.readFile(path, 'utf8')) as Kept;
        return kept.boot === bootOfHost() && Array.isArray(kept.files) ? kept.files : [];
      } catch {
        // Without it, files rest anew.
        return [];
      }
    },
    async save(files) {
      const kept: Kept = { boot: bootOfHost(), files };
      const beside = `${path}.${THIS_PROCESS}`;
      try {
        await fs.mkdir(folder, { recursive: true, mode: PRIVATE.folder });
        await writeSynced(beside, Buffer.from(JSON.stringify(kept)), PRIVATE.file, false);
        await fs.rename(beside, path);
      } catch (error) {
        throw unwritable(error, path);
      }
    },
  };
}

function bootOfHost(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return THIS_PROCESS;
  }
}
