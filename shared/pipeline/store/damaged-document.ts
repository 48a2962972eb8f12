import { ObjectDamaged } from '../../errors.ts';
import { businessDateOfKey } from '../../keys/business-date.ts';
import { convertAgain } from '../../run/convert-again.ts';
import { LAKE_WORD } from '../../run/rejects-refusal.ts';

/** The error for a document of the lake that cannot be read. `why` is a clause that quotes nothing of it; `where` is the key if it is not given. */
export function damagedDocument(key: string, why: string, where = key): ObjectDamaged {
  return new ObjectDamaged({
    what: 'this object is damaged, or another version of the software wrote it',
    where,
    why,
    next: healingStep(key),
  });
}

/** A kind of document: which keys it has, and what heals it. */
const KINDS: [RegExp, (key: string, match: RegExpExecArray) => string][] = [
  [
    /^catalog\/[^/]+(?:\/[^/]+)?\.json$/,
    () =>
      `To write it again from the commits of all days: "${publishForce()}", and --dataset with the name of its layout if the lake has several.`,
  ],
  [
    /^ledger\/([^/]+)\/.*\/_day\/[^/]+$/,
    (key, [, dataset]) =>
      `Nothing changed for readers. To write the next commit of the day from its ledger: "${publishForce(dataset, dateOf(key))}". Do not move or remove the object: the number of a commit is never used again.`,
  ],
  [
    /^ledger\/([^/]+)\/.*\/_terms\/[^/]+$/,
    (key, [, dataset = '']) =>
      `Converting any file of the day writes its terms again. ${convertAgain({ dataset, sourceKey: 'ANY-FILE-OF-THE-DAY', businessDate: dateOf(key) })} Add --expected-files if the day was given them.`,
  ],
  [
    /^ledger\/([^/]+)\/.*\/_history\/(.*)-[0-9a-f]{8}\/[^/]+$/,
    (key, [, dataset = '', file = '']) =>
      `Only what goes back beyond this version of the file needs it, to the version that is wanted. ${convertAgain({ dataset, sourceKey: named(file), businessDate: dateOf(key) })}`,
  ],
  [
    /^ledger\/_(?:tables|fields)\/[^/]+$/,
    () =>
      `A file of its layout writes it again. ${convertAgain({ dataset: 'LAYOUT-OF-THE-TABLE', sourceKey: 'FILE', businessDate: null })}`,
  ],
  [
    /^ledger\/([^/]+)\/_content\/[^/]+$/,
    (_key, [, dataset = '']) => convertAgain({ dataset, sourceKey: 'FILE', businessDate: null }),
  ],
  [
    /^ledger\/([^/]+)\/[^_]*\/([^/]*)-[0-9a-f]{8}\.json$/,
    (key, [, dataset = '', file = '']) =>
      `Rows that are published stay. ${convertAgain({ dataset, sourceKey: named(file), businessDate: dateOf(key) })}`,
  ],
  [
    /^ledger\/.*\/_holds\/[^/]+$/,
    () =>
      `To move it aside, while neither rollback nor clean is at work on the day: "npx positional-lake repair ${LAKE_WORD}". Then run this again.`,
  ],
  [/^runs\/executions\//, () => `To remove it: "npx positional-lake clean ${LAKE_WORD}".`],
  [
    /^runs\//,
    () =>
      `Nothing of this run was published. ${convertAgain({ dataset: 'LAYOUT', sourceKey: 'FILE', businessDate: null })} The new run reads nothing of this one.`,
  ],
];

function healingStep(key: string): string {
  for (const [keys, step] of KINDS) {
    const match = keys.exec(key);
    if (match) return step(key, match);
  }
  return 'Restore an earlier version of the object from the bucket or a backup, then run this again.';
}

function publishForce(dataset?: string, businessDate?: string | null): string {
  const day = dataset ? ` --dataset ${dataset}${businessDate ? ` --business-date ${businessDate}` : ''}` : '';
  return `npx positional-lake publish ${LAKE_WORD}${day} --force`;
}

function dateOf(key: string): string | null {
  return businessDateOfKey(key) ?? null;
}

/** Names of ledger entries begin with the name of the file, without its extension. */
function named(file: string): string {
  return `${file}.*`;
}
