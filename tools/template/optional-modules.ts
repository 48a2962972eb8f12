import type { VariableContext } from './project-layouts.ts';

/** A part of the template, as the files in resources/ hold it. */
type Slice = Partial<Record<'Conditions' | 'Resources' | 'Outputs', Record<string, unknown>>>;

export const OPTIONAL_MODULES = [
  'data-sync',
  'replication',
  'audit',
  'macie',
  'query-cache',
  'quicksight',
  'federation',
  'private-network',
] as const;

/**
 * Those of resources/optional that the stage turns on. A slice may add to a resource of another one: the deploy tool merges them.
 * Fails where the stage names a module that does not exist.
 */
export async function optionalModules({ resolveVariable }: VariableContext): Promise<Slice> {
  const modules = (await resolveVariable('self:custom.stage.modules')) as Record<string, unknown>;
  const unknown = Object.keys(modules).filter((name) => !OPTIONAL_MODULES.includes(name as never));
  if (unknown.length > 0) {
    throw new Error(`the stage turns on ${unknown.join(', ')}, and there are ${OPTIONAL_MODULES.join(', ')}`);
  }
  const merged: Required<Slice> = { Conditions: {}, Resources: {}, Outputs: {} };
  for (const name of OPTIONAL_MODULES) {
    if (!modules[name]) continue;
    const slice = (await resolveVariable(`file(resources/optional/${name}.yml)`)) as Slice;
    for (const part of ['Conditions', 'Resources', 'Outputs'] as const)
      Object.assign(merged[part], slice[part]);
  }
  return merged;
}
