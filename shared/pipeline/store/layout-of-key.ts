import { fileNameOf, namesKey, ofAnyDate } from '../../keys/name-pattern.ts';
import { didYouMean } from '../../layout/did-you-mean.ts';
import type { Layout } from '../../layout/layout.ts';
import type { ListedLayouts } from '../../ports/layout-source.ts';
import { controlFileKey } from '../../totals/control-file.ts';
import { loadLayout } from './load-layout.ts';

/** A layout with the name that executions know it by. */
export interface NamedLayout {
  name: string;
  layout: Layout;
}

/** All layouts of a source, in the order of their names. */
export async function allLayouts(source: ListedLayouts): Promise<NamedLayout[]> {
  const names = await source.names();
  return Promise.all(names.map(async (name) => ({ name, layout: (await loadLayout(source, name)).layout })));
}

/** The part that a key of the raw bucket plays for the layouts. */
export type KeyRole =
  | { role: 'data'; layout: NamedLayout }
  /** A control file or a day manifest. */
  | { role: 'control-file'; layouts: NamedLayout[] }
  | { role: 'unknown'; why: string }
  | { role: 'ambiguous'; why: string };

/** A key is a control file if a layout describes it as one, and data if the `files` of exactly one layout fit it. */
export function roleOfKey(sourceKey: string, layouts: NamedLayout[]): KeyRole {
  const control = layouts.filter(({ layout }) => isControlFile(sourceKey, layout));
  // Control files come first: a glob such as contratos_* also fits the control file beside the data.
  if (control.length > 0) return { role: 'control-file', layouts: control };
  const fitting = layouts.filter(({ layout }) => readsKey(layout, sourceKey));
  const [first, second] = fitting;
  if (first && !second) return { role: 'data', layout: first };
  if (second) {
    const names = fitting.map(({ name, layout }) => `${name} (${layout.files.join(', ')})`);
    return { role: 'ambiguous', why: `the 'files' of ${names.join(' and of ')} all fit it` };
  }
  const globs = layouts.flatMap(({ layout }) => layout.files);
  return { role: 'unknown', why: `no layout's 'files' fit it${didYouMean(fileNameOf(sourceKey), globs)}` };
}

/** True if the `files` of the layout fit this key. */
export function readsKey(layout: Layout, sourceKey: string): boolean {
  return layout.files.some((pattern) => namesKey(ofAnyDate(pattern), sourceKey));
}

/** True if `controlKey` is the control file of this data file, or the manifest of its day. */
export function isControlFileOf(controlKey: string, sourceKey: string, layout: Layout): boolean {
  if (layout.controlFile && controlFileKey(sourceKey, layout.controlFile) === controlKey) return true;
  const sameFolder =
    sourceKey.slice(0, sourceKey.lastIndexOf('/')) === controlKey.slice(0, controlKey.lastIndexOf('/'));
  return sameFolder && layout.day.manifest !== undefined && namesKey(asGlob(layout.day.manifest), controlKey);
}

function isControlFile(key: string, { controlFile, day }: Layout): boolean {
  const names = [controlFile?.name, day.manifest].filter((name) => name !== undefined);
  return names.some((name) => namesKey(asGlob(name), key));
}

/** `{stem}.ctl` → `*.ctl`: each name in braces becomes a wildcard. */
function asGlob(name: string): string {
  return name.replace(/\{[^}]*\}/g, '*');
}
