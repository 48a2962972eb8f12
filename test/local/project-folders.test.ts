import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { folderOfUser } from '../../local/adapters/project-folders.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

it('the user stands where npm was started, if npm changed into the project, and otherwise where the process is', () => {
  expect(folderOfUser(PROJECT, '/data')).toBe('/data');
  expect(folderOfUser(PROJECT, undefined)).toBe(PROJECT);
  expect(folderOfUser('/elsewhere', '/data')).toBe('/elsewhere');
});
