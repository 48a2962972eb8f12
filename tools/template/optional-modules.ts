import { readdir } from 'node:fs/promises';
import type { VariableContext } from './project-layouts.ts';
import { quickSightDatasets } from './quicksight-datasets.ts';

/** A part of the template, as the files in resources/ hold it. */
type Slice = Partial<Record<'Conditions' | 'Resources' | 'Outputs', Record<string, unknown>>>;

/** Resources of a module that are made from the layouts. */
const MADE: Record<string, () => Promise<Slice>> = { quicksight: quickSightDatasets };
const FOLDER = new URL('../../resources/optional/', import.meta.url);

/** Names of the modules that there are: the slices in resources/optional. */
export async function optionalModuleNames(): Promise<string[]> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.yml'));
  return files.map((file) => file.slice(0, -'.yml'.length)).sort();
}

/**
 * The modules that the stage turns on. A slice may add to a resource of another one: the deploy tool merges them.
 * Fails if the stage names a module that does not exist.
 */
export async function optionalModules({ resolveVariable }: VariableContext): Promise<Slice> {
  const modules = (await resolveVariable('self:custom.stage.modules')) as Record<string, unknown>;
  const names = await optionalModuleNames();
  const unknown = Object.keys(modules).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new Error(`the stage turns on ${unknown.join(', ')}, but the modules are ${names.join(', ')}`);
  }
  if (modules['query-cache'] && !modules['private-network'])
    throw new Error('query-cache needs private-network: only functions in the network reach the cache');
  const merged: Required<Slice> = { Conditions: {}, Resources: {}, Outputs: {} };
  for (const name of names) {
    if (!modules[name]) continue;
    const slice = (await resolveVariable(`file(resources/optional/${name}.yml)`)) as Slice;
    for (const part of ['Conditions', 'Resources', 'Outputs'] as const)
      for (const made of [slice[part], (await MADE[name]?.())?.[part]]) add(merged[part], made);
    for (const id of endpointsToLeave(slice, modules[name])) delete merged.Resources[id];
  }
  return merged;
}

/** Adds parts to others; a resource that several modules add to gets the properties of each, such as a network and a variable. */
function add(parts: Record<string, unknown>, more: Record<string, unknown> = {}): void {
  for (const [id, part] of Object.entries(more)) parts[id] = id in parts ? united(parts[id], part) : part;
}

function united(a: unknown, b: unknown): unknown {
  if (!isPlain(a) || !isPlain(b)) return b;
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return Object.fromEntries(
    keys.map((key) => [key, key in a && key in b ? united(a[key], b[key]) : (b[key] ?? a[key])]),
  );
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Endpoints that the network has already, by the names of their services: a second one with private DNS is refused. */
function endpointsToLeave({ Resources = {} }: Slice, settings: unknown): string[] {
  const { existingEndpoints = [] } = Object(settings) as { existingEndpoints?: string[] };
  const endpointOf = (service: string) =>
    Object.entries(Resources).find(([, resource]) => {
      const { ServiceName } = (resource as { Properties?: { ServiceName?: unknown } }).Properties ?? {};
      return JSON.stringify(ServiceName ?? '').includes(`.${service}"`);
    })?.[0];
  return existingEndpoints.map((service) => {
    const id = endpointOf(service);
    if (id !== undefined) return id;
    throw new Error(`existingEndpoints names '${service}', of which no module makes an endpoint`);
  });
}
