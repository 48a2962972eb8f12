import type { CatalogColumn } from '../../shared/ports/catalog.ts';

/** A view as Athena keeps it in Glue: the statement and its columns as base64 of JSON. */
export function athenaView(options: {
  name: string;
  description: string;
  database: string;
  columns: CatalogColumn[];
  sql: string;
}): Record<string, unknown> {
  const { name, description, database, columns, sql } = options;
  const definition = {
    originalSql: sql,
    catalog: 'awsdatacatalog',
    schema: database,
    columns: columns.map((column) => ({ name: column.name, type: trinoType(column.type) })),
  };
  const encoded = Buffer.from(JSON.stringify(definition)).toString('base64');
  return {
    Type: 'AWS::Glue::Table',
    Properties: {
      CatalogId: { Ref: 'AWS::AccountId' },
      DatabaseName: { Ref: 'GlueDatabase' },
      TableInput: {
        Name: name,
        Description: description,
        TableType: 'VIRTUAL_VIEW',
        Parameters: { presto_view: 'true', comment: 'Presto View' },
        PartitionKeys: [],
        StorageDescriptor: {
          Columns: columns.map((column) => ({ Name: column.name, Type: column.type })),
          SerdeInfo: {},
        },
        ViewOriginalText: `/* Presto View: ${encoded} */`,
        ViewExpandedText: '/* Presto View */',
      },
    },
  };
}

/** Hive's name of a type in Trino's words: `array<struct<a:string>>` → `array(row(a varchar))`. */
export function trinoType(hive: string): string {
  const list = /^array<(.*)>$/.exec(hive);
  if (list) return `array(${trinoType(list[1]!)})`;
  const struct = /^struct<(.*)>$/.exec(hive);
  if (struct)
    return `row(${members(struct[1]!)
      .map(([name, type]) => `${name} ${trinoType(type)}`)
      .join(', ')})`;
  const names: Record<string, string> = { string: 'varchar', binary: 'varbinary', timestamp: 'timestamp(3)' };
  return names[hive] ?? hive;
}

/** `a:string,b:decimal(9,2)` → name and type of each. */
function members(text: string): [name: string, type: string][] {
  const found: [string, string][] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    const character = text[at];
    if (character === '<' || character === '(') depth++;
    else if (character === '>' || character === ')') depth--;
    else if (at === text.length || (character === ',' && depth === 0)) {
      const member = text.slice(start, at);
      found.push([member.slice(0, member.indexOf(':')), member.slice(member.indexOf(':') + 1)]);
      start = at + 1;
    }
  }
  return found;
}
