import { createHash } from 'node:crypto';
import { parseDayManifest } from '../../day/day-manifest.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { changeTerms, requireTerms } from '../store/kept-terms.ts';

/**
 * Holds a day to a day manifest that arrived after its data or from elsewhere. Answers with the problems of the text, each a clause; if
 * there are no problems, the manifest is taken.
 */
export async function takeDayManifest(
  lake: ObjectStore,
  dataset: string,
  businessDate: string,
  key: string,
  text: string,
): Promise<string[]> {
  const parsed = parseDayManifest(text);
  if ('problems' in parsed) return parsed.problems;
  const { file } = parsed;
  if (file.businessDate !== undefined && file.businessDate !== businessDate) {
    return [`it is for ${file.businessDate}`];
  }
  const version = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const { layout: known } = await requireTerms(lake, dataset, businessDate);
  await changeTerms(lake, dataset, businessDate, (current) => ({
    ...(current ?? { layout: known }),
    manifest: { key, version, file },
  }));
  return [];
}
