import type { CatalogColumn, TableColumns } from '../ports/catalog.ts';

/** The full names of all fields of a table, in their order: `items`, `items.element`, `items.element.code`. */
export function fieldNames({ columns, partitionKeys }: TableColumns): string[] {
  return [...columns, ...partitionKeys].flatMap(({ name, type }) => namesWithin(name, type));
}

function namesWithin(fullName: string, hiveType: string): string[] {
  const { element, fields } = partsOfHiveType(hiveType);
  if (element !== undefined) return [fullName, ...namesWithin(elementOf(fullName), element)];
  return [fullName, ...(fields ?? []).flatMap(({ name, type }) => namesWithin(`${fullName}.${name}`, type))];
}

/** The name of what a list consists of. */
export function elementOf(list: string): string {
  return `${list}.element`;
}

/** What a Hive type is made of, if it is not primitive: `array<struct<code:string,amount:decimal(9,2)>>`. */
export function partsOfHiveType(type: string): { element?: string; fields?: CatalogColumn[] } {
  const [, element] = /^array<(.*)>$/.exec(type) ?? [];
  if (element !== undefined) return { element };
  const [, structured] = /^struct<(.*)>$/.exec(type) ?? [];
  if (structured === undefined) return {};
  // No field of ours is a struct, so the only commas that separate none are those of decimals.
  const fields = structured.split(/,(?![^(]*\))/).map((text) => {
    const colon = text.indexOf(':');
    return { name: text.slice(0, colon), type: text.slice(colon + 1) };
  });
  return { fields };
}
