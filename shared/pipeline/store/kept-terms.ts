import { type DayTerms, dayTermsShape } from '../../day/day-terms.ts';
import { ObjectDamaged, RunInconsistent } from '../../errors.ts';
import { dayTermsPrefix } from '../../keys/lake-keys.ts';
import { readLayout } from '../../layout/compile/read-layout.ts';
import type { Layout } from '../../layout/layout.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { dayEntries } from './day-ledger.ts';
import { unlessDamaged } from './json-object.ts';
import {
  appendNumbered,
  highestNumbered,
  highestReadable,
  type Numbered,
  readNumbered,
} from './numbered-object.ts';

/** The terms of a day, or undefined if no file of it was split yet. */
export async function readTerms(
  lake: ObjectStore,
  dataset: string,
  businessDate: string,
): Promise<DayTerms | undefined> {
  return (await readNumberedTerms(lake, dataset, businessDate))?.value;
}

/** The last terms of a day that can be read. What is wrong with those after them is added to `damaged`. */
export async function readableTerms(
  lake: ObjectStore,
  dataset: string,
  businessDate: string,
  damaged: RunInconsistent[],
): Promise<DayTerms | undefined> {
  try {
    return await readTerms(lake, dataset, businessDate);
  } catch (error) {
    if (!(error instanceof ObjectDamaged)) throw error;
    damaged.push(error);
    return (await highestReadable(lake, dayTermsPrefix(dataset, businessDate), dayTermsShape))?.value;
  }
}

/** The terms of a day with their number. */
export function readNumberedTerms(lake: ObjectStore, dataset: string, businessDate: string) {
  return highestNumbered(lake, dayTermsPrefix(dataset, businessDate), dayTermsShape);
}

/** Was every file of a day split with this layout? Nobody knows if terms cannot be read: then not. */
export async function isOnlyLayout(
  lake: ObjectStore,
  { name, fingerprint }: Layout,
  businessDate: string,
): Promise<boolean> {
  const prefix = dayTermsPrefix(name, businessDate);
  for (let number = 1; ; number++) {
    const terms = await unlessDamaged(
      readNumbered(lake, prefix, number, dayTermsShape).then((value) => ({ value })),
    );
    if (!terms) return false;
    if (!terms.value) return number > 1;
    if (terms.value.layout.fingerprint !== fingerprint) return false;
  }
}

/** Changes the terms of a day, and answers with the new ones. With `overDamage`, terms that cannot be read are replaced by those before. */
export function changeTerms(
  lake: ObjectStore,
  dataset: string,
  businessDate: string,
  change: (current: DayTerms | undefined) => DayTerms,
  overDamage = false,
): Promise<Numbered<DayTerms>> {
  return appendNumbered(lake, dayTermsPrefix(dataset, businessDate), dayTermsShape, change, overDamage);
}

/** The layout that a day was last split with. Fails with `RunInconsistent` if no file of the day was split. */
export async function readDayLayout(
  lake: ObjectStore,
  dataset: string,
  businessDate: string,
): Promise<Layout> {
  const { layout } = await requireTerms(lake, dataset, businessDate);
  return readLayout(layout.text, layout.file);
}

/** The terms of a day. Fails with `RunInconsistent` if no file of the day was split. */
export async function requireTerms(
  lake: ObjectStore,
  dataset: string,
  businessDate: string,
): Promise<DayTerms> {
  const terms = await readTerms(lake, dataset, businessDate);
  if (terms) return terms;
  const entries = await dayEntries(lake, dataset, businessDate);
  if (entries.length > 0) {
    throw new RunInconsistent({
      what: 'no file of this day was taken, so there is nothing to show or publish',
      where: `${dataset} of ${businessDate}`,
      why: entries
        .map(
          ({ sourceKey, state, refusal }) =>
            `${sourceKey} is ${state}${refusal ? ` (${refusal.message})` : ''}`,
        )
        .join(' '),
      next: 'Convert a file of the day; a supplement comes after the file that it corrects.',
    });
  }
  throw new RunInconsistent({
    what: 'the ledger holds no terms for this day',
    where: dayTermsPrefix(dataset, businessDate),
    why: 'No file of the day was split by this version of the software.',
    next: 'Convert one of its files with --force.',
  });
}
