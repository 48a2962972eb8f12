import { didYouMean } from '../../shared/layout/did-you-mean.ts';
import type { VariableContext } from './project-layouts.ts';

type Settings = Record<string, unknown>;

/** The settings of a stage: those of resources/stages/defaults.yml, replaced by those that the stage's own file gives. */
export async function stage({ resolveVariable }: VariableContext): Promise<Settings> {
  const defaults = (await resolveVariable('file(resources/stages/defaults.yml)')) as Settings;
  const own = (await resolveVariable('file(resources/stages/${sls:stage}.yml)')) as Settings;
  return stageSettings(defaults, own);
}

/** Fails if the stage gives a setting that the defaults do not know: it would change nothing. */
export function stageSettings(defaults: Settings, own: Settings): Settings {
  const known = Object.keys(defaults);
  for (const name of Object.keys(own)) {
    if (!known.includes(name)) throw new Error(`a stage has no setting '${name}'${didYouMean(name, known)}`);
  }
  return { ...defaults, ...own };
}
