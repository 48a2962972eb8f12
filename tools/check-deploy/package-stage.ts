import { spawnSync } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withFileLock } from '../../local/adapters/file-lock.ts';
import { PROJECT } from '../bundle/bundle-functions.ts';
import type { DeployContext, Template } from './template.ts';

/** The stages that are deployed, and one with every option and module on. */
export const STAGES = ['dev', 'staging', 'prod', 'everything'] as const;
export type Stage = (typeof STAGES)[number];

/** Packages a stage as `npx serverless package` does, without credentials of any kind, and reads what came out. */
export async function packageStage(
  stage: Stage,
  folder = join(PROJECT, 'dist', `package-${stage}`),
): Promise<DeployContext> {
  const dist = join(PROJECT, 'dist');
  await mkdir(dist, { recursive: true });
  // The deploy tool works in one folder, and two of it would take it from each other.
  return withFileLock(join(dist, '.packaging'), async () => {
    runDeployTool(stage, folder);
    const text = await readFile(join(folder, 'cloudformation-template-update-stack.json'), 'utf8');
    const state = JSON.parse(await readFile(join(folder, 'serverless-state.json'), 'utf8'));
    const template = JSON.parse(text) as Template;
    return { stage, template, filesAtOnce: Number(state.service.custom.stage.filesAtOnce) };
  });
}

function runDeployTool(stage: Stage, folder: string): void {
  const withoutCredentials = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  const deployTool = join(PROJECT, 'node_modules', 'serverless', 'bin', 'serverless.js');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [deployTool, 'package', '--stage', stage, '--package', folder],
    {
      cwd: PROJECT,
      encoding: 'utf8',
      env: {
        ...Object.fromEntries(withoutCredentials),
        // Where there is no profile either.
        AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
        AWS_CONFIG_FILE: join(folder, 'none'),
        AWS_EC2_METADATA_DISABLED: 'true',
        SLS_NOTIFICATIONS_MODE: 'off',
      },
    },
  );
  if (status !== 0) throw new Error(`stage ${stage} cannot be packaged:\n${stdout}\n${stderr}`);
}
