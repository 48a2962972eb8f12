import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folders of the project, wherever a command is started. */
export const layoutsDir = fileURLToPath(new URL('../../layouts/', import.meta.url));
export const queriesDir = fileURLToPath(new URL('../../docs/queries/', import.meta.url));
/** The JSON Schema of layouts, for editors. */
export const layoutSchemaFile = fileURLToPath(new URL('../../docs/layout.schema.json', import.meta.url));
const projectDir = fileURLToPath(new URL('../../', import.meta.url));

/** Names of the layouts in `./layouts` and in the box. */
export async function layoutNames(): Promise<string[]> {
  const folders = await Promise.all([ownLayoutsDir, layoutsDir].map(layoutNamesIn));
  return [...new Set(folders.flat())];
}

/** Names of the layouts of the project: those that a deployment has, wherever it is started. */
export function projectLayoutNames(): Promise<string[]> {
  return layoutNamesIn(layoutsDir);
}

async function layoutNamesIn(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch(() => []);
  return names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5));
}

/**
 * The folder in which the user stands. npm changes into the project to run one of its scripts, and says where it was started; whoever
 * starts a command elsewhere stands there, whatever a script around it has in its environment.
 */
export const startDir = folderOfUser(process.cwd(), process.env.INIT_CWD);

/** The user's own layouts. */
export const ownLayoutsDir = join(startDir, 'layouts');

export function folderOfUser(workingDir: string, npmStartedIn: string | undefined): string {
  return relative(projectDir, workingDir) === '' ? (npmStartedIn ?? workingDir) : workingDir;
}
