import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT } from '../bundle/bundle-functions.ts';
import type { DeployContext, Template } from './template.ts';

/** The stages that are deployed, and one with every option and module on. */
export const STAGES = ['dev', 'staging', 'prod', 'everything'] as const;

/** A project that differs from this one: its files by path, in place of those in the folders that they are in. */
export interface OtherProject {
  /** Folders that are emptied first. */
  without: readonly string[];
  files: Readonly<Record<string, string>>;
}

/** Folders that packaging writes to; each packaging has its own. */
const WRITTEN = ['dist', '.serverless', '.git', '.python'];

/**
 * Packages a stage as `npx serverless package` does, without credentials, and reads the result. Leaves the bundles and
 * `package-<stage>/` in `dist`.
 *
 * The deploy tool writes to folders of the project it runs in. It runs in a temporary folder of links to the project, so that two
 * packagings do not disturb each other and one that is killed leaves nothing that the next would find.
 */
export async function packageStage(
  stage: string,
  dist: string,
  other?: OtherProject,
): Promise<DeployContext> {
  const project = await mkdtemp(join(tmpdir(), 'positional-lake-packaging-'));
  try {
    if (other) await copyProject(project, dist, other);
    else await linkProject(project, dist);
    const folder = join(dist, `package-${stage}`);
    await runDeployTool(stage, project, folder);
    const text = await readFile(join(folder, 'cloudformation-template-update-stack.json'), 'utf8');
    const state = JSON.parse(await readFile(join(folder, 'serverless-state.json'), 'utf8'));
    const template = JSON.parse(text) as Template;
    return { stage, template, filesAtOnce: Number(state.service.custom.stage.filesAtOnce) };
  } finally {
    await rm(project, { recursive: true, force: true });
  }
}

/** Everything as copies, so that the code finds the other files beside itself; only packages are links. */
async function copyProject(project: string, dist: string, { without, files }: OtherProject): Promise<void> {
  const NOT_COPIED = [...WRITTEN, 'node_modules', 'test'];
  await mkdir(dist, { recursive: true });
  await symlink(dist, join(project, 'dist'));
  await symlink(join(PROJECT, 'node_modules'), join(project, 'node_modules'));
  for (const name of await readdir(PROJECT)) {
    if (!NOT_COPIED.includes(name)) await cp(join(PROJECT, name), join(project, name), { recursive: true });
  }
  for (const folder of without) await rm(join(project, folder), { recursive: true, force: true });
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), content);
  }
}

/** Folders as links; files as copies, since the deploy tool does not take a link for its configuration. */
async function linkProject(project: string, dist: string): Promise<void> {
  await mkdir(dist, { recursive: true });
  await symlink(dist, join(project, 'dist'));
  for (const entry of await readdir(PROJECT, { withFileTypes: true })) {
    const { name } = entry;
    if (WRITTEN.includes(name)) continue;
    if (entry.isFile()) await copyFile(join(PROJECT, name), join(project, name));
    else await symlink(join(PROJECT, name), join(project, name));
  }
}

async function runDeployTool(stage: string, project: string, folder: string): Promise<void> {
  const deployTool = join(PROJECT, 'node_modules', 'serverless', 'bin', 'serverless.js');
  const withoutCredentials = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  const env = {
    ...Object.fromEntries(withoutCredentials),
    // Files that do not exist: no profile is found.
    AWS_SHARED_CREDENTIALS_FILE: join(project, 'none'),
    AWS_CONFIG_FILE: join(project, 'none'),
    AWS_EC2_METADATA_DISABLED: 'true',
    SLS_NOTIFICATIONS_MODE: 'off',
  };
  const command = [deployTool, 'package', '--stage', stage, '--package', folder];
  await promisify(execFile)(process.execPath, command, { cwd: project, env }).catch(
    (cause: Error & { stdout: string; stderr: string }) => {
      const said = `${cause.stdout}\n${cause.stderr}`;
      throw new Error(`stage ${stage} cannot be packaged:\n${said}`, { cause });
    },
  );
}
