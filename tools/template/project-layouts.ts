import { join } from 'node:path';
import { createFileLayoutSource } from '../../local/adapters/file-layout-source.ts';
import { layoutsDir, projectLayoutNames } from '../../local/adapters/project-folders.ts';
import type { NamedLayout } from '../../shared/pipeline/store/layout-of-key.ts';
import { allLayouts } from '../../shared/pipeline/store/layout-of-key.ts';

/** The layouts that the bundles contain, in the order of their names. */
export function projectLayouts(): Promise<NamedLayout[]> {
  const source = createFileLayoutSource();
  return allLayouts({
    ...source,
    load: (name) => source.load(join(layoutsDir, `${name}.json`)),
    names: async () => (await projectLayoutNames()).sort(),
  });
}

/** The arguments that the deploy tool passes to a function that a variable names. */
export interface VariableContext {
  resolveVariable(name: string): Promise<unknown>;
}

/** The layouts that the stage watches: `watchedLayouts`, names with commas. Fails if one is not in layouts/. */
export async function watchedLayouts({ resolveVariable }: VariableContext): Promise<NamedLayout[]> {
  const names = String(await resolveVariable('self:custom.stage.watchedLayouts'))
    .split(',')
    .map((name) => name.trim());
  const layouts = await projectLayouts();
  return names.map((wanted) => {
    const found = layouts.find(({ name }) => name.replaceAll('-', '_') === wanted.replaceAll('-', '_'));
    if (found) return found;
    throw new Error(`watchedLayouts names '${wanted}', but layouts/ has ${layouts.map(({ name }) => name)}`);
  });
}

/** `contracts_with_trailer` → `ContractsWithTrailer`, the form of logical ids. */
export function logicalName(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}
