import { objectOf, text } from '../../json-shape.ts';

/** The layout whose rows a table of the lake holds: `ledger/_tables/<table>.json`. Written once, by the first file that is planned for the table. */
interface TableOwner {
  layout: string;
}

export const tableOwnerShape = objectOf<TableOwner>({ layout: text });
