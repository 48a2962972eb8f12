import { didYouMean } from '../did-you-mean.ts';
import type { Field } from '../field.ts';
import { makesFolderNames } from '../field-type.ts';

/** Checks `partitionBy`: fields that are once in a record and make good folder names, all read from the same place. */
export function compilePartitionBy(
  names: string[],
  at: string,
  fields: readonly Field[],
  problems: string[],
): Field[] {
  const found: Field[] = [];
  for (const [index, name] of names.entries()) {
    const field = fields.find((candidate) => candidate.name === name && !candidate.list);
    const where = `${at}[${index}]`;
    if (!field) {
      const candidates = fields.filter(({ list }) => !list).map((candidate) => candidate.name);
      problems.push(`'${where}' is '${name}', which is not a field${didYouMean(name, candidates)}`);
      continue;
    }
    if (found.includes(field)) problems.push(`'${where}' names '${name}' a second time`);
    else if (!makesFolderNames(field.type)) {
      problems.push(
        `'${where}' is '${name}' of type ${field.type.kind}, which does not make good folder names`,
      );
    } else if (field.personal === 'left-out' || field.personal === 'last-two') {
      problems.push(
        `'${where}' is '${name}', which is about a person ('personal'): its values would stand in the names of folders, which nothing masks`,
      );
    } else if (field.formerly) {
      problems.push(
        `'${where}' is '${name}', which had another name ('formerly'): folders of days before are named after it`,
      );
    } else if (field.when) {
      problems.push(`'${where}' is '${name}', which is not in every record (it has 'when')`);
    } else if (field.origin.kind === 'occurrence-number') {
      problems.push(`'${where}' is '${name}', which is the number of a row`);
    } else if (found[0] && placeOf(found[0]) !== placeOf(field)) {
      problems.push(
        `'${where}' is '${name}', which is read from another record than '${found[0].name}': partition columns come from one`,
      );
    } else found.push(field);
  }
  return found;
}

function placeOf({ origin, inOccurrence }: Field): string {
  return `${JSON.stringify(origin)} ${inOccurrence}`;
}
