import { readFile } from 'node:fs/promises';
import { UsageError } from '../../shared/errors.ts';
import { FUNCTION_NAMES } from '../../shared/operations/metrics-table.ts';
import type { Night } from './night.ts';

/** What a stage and the functions' own files say of time, memory and concurrency. */
type StageSettings = Pick<
  Night,
  'rangeSizeBytes' | 'parserMemoryMb' | 'otherMemoryMb' | 'reserved' | 'functionTimeouts' | 'publication'
>;

const ROOT = new URL('../../', import.meta.url);

/** Reads resources/stages/<stage>.yml over the defaults, and functions/<name>/function.yml. */
export async function stageSettings(stage: string): Promise<StageSettings> {
  const defaults = await scalars('resources/stages/defaults.yml');
  const own = await scalars(`resources/stages/${stage}.yml`).catch((cause) => {
    throw new UsageError({
      what: `there is no stage '${stage}'`,
      next: 'Use one of resources/stages, such as prod.',
      cause,
    });
  });
  const settings = new Map([...defaults, ...own]);
  const reserved: Record<string, number> = {};
  const functionTimeouts: Record<string, number> = {};
  for (const name of FUNCTION_NAMES) {
    const file = await scalars(`functions/${name}/function.yml`);
    const timeout = resolved(file.get('timeout'), settings);
    const concurrency = resolved(file.get('reservedConcurrency'), settings);
    if (timeout !== undefined) functionTimeouts[name] = timeout;
    if (concurrency !== undefined) reserved[name] = concurrency;
  }
  const number = (name: string) => Number(settings.get(name));
  return {
    rangeSizeBytes: number('rangeSizeBytes'),
    parserMemoryMb: number('parserMemoryMb'),
    otherMemoryMb: number('otherMemoryMb'),
    ...{ reserved, functionTimeouts },
    publication: settings.get('expectedFiles') ? 'day' : 'file',
  };
}

/** The settings of a file that stand on one line of their own; others are not needed here. */
async function scalars(path: string): Promise<Map<string, string>> {
  const text = await readFile(new URL(path, ROOT), 'utf8');
  const lines = text.matchAll(/^(\w+): *(?:'([^'\n]*)'|([^#'{[\n]*|\$\{[^}\n]*\})) *(?:#.*)?$/gm);
  return new Map(Array.from(lines, ([, name, quoted, plain]) => [name!, (quoted ?? plain ?? '').trim()]));
}

/** A number, or that of the stage's setting which `${self:custom.stage.<name>}` names. */
function resolved(value: string | undefined, settings: Map<string, string>): number | undefined {
  const name = /^\$\{self:custom\.stage\.(\w+)\}$/.exec(value ?? '')?.[1];
  const text = name === undefined ? value : settings.get(name);
  const number = Number(text);
  return text && number > 0 ? number : undefined;
}
