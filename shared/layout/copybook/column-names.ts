/**
 * Names of columns from names of items.
 *
 *     CUST-ID                                    → cust_id
 *     PHONE of ADDRESS, PHONE of EMPLOYER        → address_phone, employer_phone
 *     AMOUNT in the second of three INSTALMENTs  → amount_2
 *     1ST-NAME                                   → f_1st_name
 */
interface NamedPath {
  /** The item's name and those of the groups around it, innermost first; empty for FILLER. */
  path: string[];
  /** Numbers of the occurrences around it, outermost first. */
  occurrences: number[];
}

const MAX_NAME_LENGTH = 128;

/**
 * Unique names, in the order of the items. If two would be the same, each gets its group's name in front, then the next
 * group's; if no group is left, numbers are added at the end. `reserved` names count as taken.
 */
export function columnNames(items: NamedPath[], reserved: readonly string[]): string[] {
  const depths = items.map(() => 1);
  const nameAt = (index: number) => nameOf(items[index]!, depths[index]!);
  const names = items.map((_, index) => nameAt(index));
  for (;;) {
    const clashing = clashes(names, reserved).filter((index) => depths[index]! < items[index]!.path.length);
    if (clashing.length === 0) break;
    for (const index of clashing) {
      depths[index]!++;
      names[index] = nameAt(index);
    }
  }
  return numbered(names, items, reserved);
}

function nameOf({ path, occurrences }: NamedPath, depth: number): string {
  if (path.length === 0) return 'filler';
  const words = path.slice(0, depth).toReversed();
  const name = [...words, ...occurrences].join('_').toLowerCase().replaceAll('-', '_');
  return (/^[a-z]/.test(name) ? name : `f_${name}`).slice(0, MAX_NAME_LENGTH);
}

function clashes(names: string[], reserved: readonly string[]): number[] {
  const counts = new Map<string, number>(reserved.map((name) => [name, 1]));
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return names.flatMap((name, index) => (counts.get(name)! > 1 ? [index] : []));
}

function numbered(names: string[], items: NamedPath[], reserved: readonly string[]): string[] {
  const clashing = new Set(clashes(names, reserved));
  const isFiller = (index: number) => items[index]!.path.length === 0;
  const taken = new Set([
    ...reserved,
    ...names.filter((_, index) => !clashing.has(index) && !isFiller(index)),
  ]);
  const next = new Map<string, number>();
  return names.map((name, index) => {
    if (!clashing.has(index) && !isFiller(index)) return name;
    // Leaves room for the number, so that it is never cut off.
    const stem = name.slice(0, MAX_NAME_LENGTH - 8);
    let number = next.get(stem) ?? 1;
    while (taken.has(`${stem}_${number}`)) number++;
    next.set(stem, number + 1);
    const unique = `${stem}_${number}`;
    taken.add(unique);
    return unique;
  });
}
