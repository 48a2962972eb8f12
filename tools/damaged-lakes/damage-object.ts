import type { Chances } from '../chaos/fault-plan.ts';
import { writeBadly } from './badly-written.ts';
import type { SampleLake } from './sample-lake.ts';

/** Every kind of object that a lake has, by its keys. The first that fits counts. */
const OBJECT_KINDS: [kind: string, keys: RegExp][] = [
  ['history', /\/_history\//],
  ['commit', /\/_day\//],
  ['terms', /\/_terms\//],
  ['owner', /^ledger\/_tables\//],
  ['field ids', /^ledger\/_fields\//],
  ['content', /\/_content\//],
  ['ledger entry', /^ledger\//],
  ['catalog', /^catalog\//],
  ['published rows', /^processed\/[^/]+(?<!_rejects)\//],
  ['published rejects', /^processed\//],
  ['pointer of an execution', /^runs\/executions\//],
  ['merged file', /^runs\/[^/]+\/merged\//],
  ['part', /^runs\/[^/]+\/parts\/.*\.parquet$/],
  ['rejects of a run', /^runs\/[^/]+\/rejects\/.*\.parquet$/],
  ['part manifest', /^runs\/[^/]+\/parts\//],
  ['plan of a run', /^runs\/[^/]+\/(plan|ranges)\.json$/],
  ['account of a run', /^runs\//],
];

export const DAMAGES = ['bit', 'cut short', 'missing', 'swapped', 'older copy', 'badly written'] as const;

export interface Damage {
  damage: (typeof DAMAGES)[number];
  kind: string;
  /** Objects that are not as they were. */
  keys: string[];
}

function kindOf(key: string): string {
  return OBJECT_KINDS.find(([, keys]) => keys.test(key))?.[0] ?? 'other';
}

/** Damages the lake in one random place: first a kind of object is drawn, then an object, then what happens to it. */
export async function damageObject(lake: SampleLake, chances: Chances): Promise<Damage> {
  const byKind = Map.groupBy(lake.lake.keys(), kindOf);
  for (;;) {
    const kind = chances.of([...byKind.keys()].sort());
    const keys = byKind.get(kind) ?? [];
    const damage = chances.of(DAMAGES);
    const key = chances.of(keys);
    // On one machine a copy is another name of the same file, and damage of its bytes shows under each.
    const names = key.endsWith('.parquet') && chances.happens(0.5) ? namesOf(lake, key) : [];
    const damaged =
      damage === 'badly written' ? await writeBadly(lake, key) : apply(lake, chances, damage, key, keys);
    if (!damaged) continue;
    if (damage === 'badly written') return { damage, kind, keys: damaged };
    if (damage !== 'bit' && damage !== 'cut short') return { damage, kind, keys: damaged };
    for (const name of names) lake.lake.replace(name, lake.lake.bytesOf(key));
    return { damage, kind, keys: [...damaged, ...names] };
  }
}

/** The other objects with the same bytes. */
function namesOf({ lake }: SampleLake, key: string): string[] {
  const bytes = Buffer.from(lake.bytesOf(key));
  return lake.keys().filter((other) => other !== key && bytes.equals(lake.bytesOf(other)));
}

/** Answers with the objects that are other ones now; undefined if this cannot happen to the object. */
function apply(
  { lake }: SampleLake,
  chances: Chances,
  damage: Exclude<Damage['damage'], 'badly written'>,
  key: string,
  alike: string[],
): string[] | undefined {
  const bytes = lake.bytesOf(key).slice();
  if (bytes.length === 0) return undefined;
  switch (damage) {
    case 'bit':
      bytes[chances.below(bytes.length)]! ^= 1 << chances.below(8);
      lake.replace(key, bytes);
      return [key];
    case 'cut short':
      lake.replace(key, bytes.subarray(0, chances.below(bytes.length)));
      return [key];
    case 'missing':
      lake.lose(key);
      return [key];
    case 'swapped': {
      const other = chances.of(alike);
      const others = lake.bytesOf(other).slice();
      if (Buffer.compare(bytes, others) === 0) return undefined;
      lake.replace(key, others);
      lake.replace(other, bytes);
      return [key, other];
    }
    case 'older copy': {
      const older = [...lake.earlier(key), ...sameName(key, alike).map((name) => lake.bytesOf(name))].filter(
        (copy) => Buffer.compare(copy, bytes) !== 0,
      );
      if (older.length === 0) return undefined;
      lake.replace(key, chances.of(older).slice());
      return [key];
    }
  }
}

/** Objects that are never changed have no older version; another generation, or another number, is one. */
function sameName(key: string, alike: string[]): string[] {
  const folder = (name: string) => name.replace(/\/gen=\d+\//, '/').replace(/\/\d+\.json$/, '/');
  return alike.filter((other) => other !== key && folder(other) === folder(key));
}
