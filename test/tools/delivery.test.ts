import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

const project = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

it('what delivers may not do everything, and may not widen itself', async () => {
  const text = await project('resources/delivery/pipeline.yml');
  expect(text).not.toMatch(/AdministratorAccess|PowerUserAccess|IAMFullAccess|Action: ['"]?\*/);
  expect(text).toMatch(/Sid: NotItself\n\s+Effect: Deny/);
  expect(text).toMatch(/Sid: NoPoliciesOfOthers\n\s+Effect: Deny/);
});

it('runs only actions that are pinned by hash, with the version beside it', async () => {
  const text = await project('.github/workflows/deliver.yml');
  const used = Array.from(text.matchAll(/uses: (.*)/g), ([, action = '']) => action);
  expect(used.length).toBeGreaterThan(5);
  expect(used.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
});
