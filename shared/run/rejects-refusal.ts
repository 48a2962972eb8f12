import type { Layout } from '../layout/layout.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { shellWord } from '../shown-text.ts';
import type { RecordCounts } from '../totals/record-counts.ts';
import type { FilePlan } from './file-plan.ts';
import type { PartManifest } from './part-manifest.ts';

/** Stands in messages for the lake that the reader works with: a folder, or `aws`. */
export const LAKE_WORD = '--lake LAKE';
/** Stands in messages before the command that shows rejects, which there are only in a lake. */
export const SEE_THEM = 'To see them:';

/** Refuses a file with too many rejects: how many by reason, where the first is, and the command that shows more. */
export function rejectsRefusal(
  plan: FilePlan,
  { rejects: { maxPercent } }: Layout,
  records: RecordCounts,
  manifests: PartManifest[],
): Refusal | undefined {
  if (records.rejected * 100 <= maxPercent * records.detail) return undefined;
  const percent = ((records.rejected * 100) / records.detail).toFixed(3);
  return refuse('too-many-rejects', {
    where: plan.sourceKey,
    what: `${records.rejected} of ${records.detail} details (${percent} %) cannot be decoded (${reasonsText(manifests)}), and the layout allows ${maxPercent} %`,
    why: [
      firstText(plan, manifests),
      records.rejected === records.detail &&
        'None could: most likely the layout is that of another file, or wrong about a field.',
    ]
      .filter(Boolean)
      .join(' '),
    next: `${seeRejects(plan)} Correct the layout or the file, or raise "rejects.maxPercent" of the layout.`,
  });
}

/** The sentence that ends with the command to see the rejects of a refused file. */
export function seeRejects({
  dataset,
  businessDate,
  sourceKey,
}: Pick<FilePlan, 'dataset' | 'businessDate' | 'sourceKey'>): string {
  return `${SEE_THEM} "npx positional-lake rejects ${LAKE_WORD} --dataset ${dataset} --business-date ${businessDate} --file ${shellWord(sourceKey)}".`;
}

/** `2 beyond-record-end, 1 invalid-number`: the most frequent first. */
function reasonsText(manifests: PartManifest[]): string {
  const counts = new Map<string, number>();
  for (const { reasons } of manifests) {
    for (const [reason, count] of Object.entries(reasons))
      counts.set(reason, (counts.get(reason) ?? 0) + count);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([reason, count]) => `${count} ${reason}`).join(', ');
}

function firstText({ header }: FilePlan, manifests: PartManifest[]): string | undefined {
  let before = header ? 1 : 0;
  for (const { firstReject, records } of manifests) {
    if (firstReject) {
      const { reason, field, byteOffset, recordIndex } = firstReject;
      const of = field === null ? '' : ` of ${field}`;
      return `The first is record ${before + recordIndex + 1}, at byte ${byteOffset}: ${reason}${of}.`;
    }
    before += records.detail;
  }
  return undefined;
}
