import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT } from '../bundle/bundle-functions.ts';
import type { DeployContext, Template } from './template.ts';

export const STAGES = ['dev', 'staging', 'prod'] as const;
export type Stage = (typeof STAGES)[number];

/** Packages a stage as `npx serverless package` does, without credentials of any kind, and reads what came out. */
export async function packageStage(
  stage: Stage,
  overrides: Record<string, string> = {},
): Promise<DeployContext> {
  const folder = join(PROJECT, 'dist', `package-${stage}`);
  const { AWS_REGION: _region, ...environment } = process.env;
  const plain = Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('AWS_')));
  const deployTool = join(PROJECT, 'node_modules', 'serverless', 'bin', 'serverless.js');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [deployTool, 'package', '--stage', stage, '--package', folder],
    {
      cwd: PROJECT,
      encoding: 'utf8',
      env: {
        ...plain,
        ...overrides,
        // Where there is no profile either.
        AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
        AWS_CONFIG_FILE: join(folder, 'none'),
        AWS_EC2_METADATA_DISABLED: 'true',
        SLS_NOTIFICATIONS_MODE: 'off',
      },
    },
  );
  if (status !== 0) throw new Error(`stage ${stage} cannot be packaged:\n${stdout}\n${stderr}`);
  const text = await readFile(join(folder, 'cloudformation-template-update-stack.json'), 'utf8');
  const state = JSON.parse(await readFile(join(folder, 'serverless-state.json'), 'utf8'));
  const template = JSON.parse(text) as Template;
  return { stage, template, filesAtOnce: Number(state.service.custom.stage.filesAtOnce) };
}
