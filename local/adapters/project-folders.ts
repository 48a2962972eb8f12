import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Folders of the project, wherever a command is started. */
export const layoutsDir = fileURLToPath(new URL('../../layouts/', import.meta.url));
export const queriesDir = fileURLToPath(new URL('../../docs/queries/', import.meta.url));
export const projectDir = fileURLToPath(new URL('../../', import.meta.url));

export async function layoutNames(): Promise<string[]> {
  return (await readdir(layoutsDir))
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -5));
}

/** The folder in which the user started npm; npm itself changes into the project. */
export const startDir = process.env.INIT_CWD ?? process.cwd();
