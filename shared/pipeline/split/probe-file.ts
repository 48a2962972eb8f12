import { chainShapeOf } from '../../decode/chain-shape.ts';
import type { Layout } from '../../layout/layout.ts';
import type { ObjectInfo, SourceStore } from '../../ports/object-store.ts';
import { isRefusal, type Refusal } from '../../refusal.ts';
import { type OpenSource, openSource, refusingDamage } from '../store/open-source.ts';
import { probeChain } from './chain-geometry.ts';
import { type FileGeometry, GeometryProbe } from './file-geometry.ts';
import { type JudgedForm, judgeForm } from './sample-form.ts';

/** An open file, and what its head and tail say of it. */
export interface ReadableFile extends OpenSource {
  geometry: FileGeometry;
}

/** Opens a file and reads its head, its tail and a sample. A file that is damaged, empty, in another form or of another layout is a refusal. */
export async function probeFile(
  raw: SourceStore,
  stored: ObjectInfo,
  layout: Layout,
): Promise<{ file: ReadableFile | Refusal; warnings: string[] }> {
  const opened = await openSource(raw, stored);
  if (isRefusal(opened)) return { file: opened, warnings: [] };
  const { source, warnings } = opened;
  const read = async () => {
    const form = await judgeForm(source, layout);
    if (isRefusal(form)) return form;
    warnings.push(...form.warnings);
    return probeGeometry(source, layout, form);
  };
  const geometry = await refusingDamage(stored.key, read);
  return { file: isRefusal(geometry) ? geometry : { ...source, geometry }, warnings };
}

async function probeGeometry(
  { raw, info }: OpenSource,
  layout: Layout,
  { span, terminatorBytes }: JudgedForm,
): Promise<FileGeometry | Refusal> {
  const shape = chainShapeOf(layout.record);
  if (shape) return probeChain(raw, info, layout, shape, span);
  return new GeometryProbe(raw, info, layout, span).probe(terminatorBytes);
}
