import { type CopybookText, copybookNames, expandCopybooks } from '../../layout/compile/expand-copybook.ts';
import { readLayout } from '../../layout/compile/read-layout.ts';
import type { Compression, Layout } from '../../layout/layout.ts';
import { plainLayoutText } from '../../layout/layout-json.ts';
import type { LayoutSource } from '../../ports/layout-source.ts';

/** A layout ready to convert with. In its text, fields have replaced copybooks. Fails with `LayoutInvalid`. */
export async function loadLayout(
  source: LayoutSource,
  name: string,
  /** Overrides the layout's own. */
  compression?: Compression,
): Promise<{ file: string; text: string; layout: Layout }> {
  const { file, text } = await loadLayoutText(source, name);
  const layout = readLayout(text, file);
  if (compression === undefined || compression === layout.compression) return { file, text, layout };
  // The text is changed, so that every later step of the run sees it.
  const changed = JSON.stringify({ ...JSON.parse(text), compression });
  return { file, text: changed, layout: readLayout(changed, file) };
}

/** The text of a layout file as plain JSON, with fields in place of copybooks. Fails with `LayoutInvalid`. */
export async function loadLayoutText(
  source: LayoutSource,
  name: string,
): Promise<{ file: string; text: string }> {
  const { file, text: written } = await source.load(name);
  const text = plainLayoutText(written, file);
  const copybooks = new Map<string, CopybookText>();
  for (const copybook of copybookNames(text, file)) {
    copybooks.set(copybook, await source.loadBeside(file, copybook));
  }
  return { file, text: expandCopybooks(text, file, copybooks) };
}
