import type { CatalogColumn } from '../../shared/ports/catalog.ts';

/** A view as Athena stores it in Glue: the statement and its columns as JSON in base64. */
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

/** A type of Hive as Trino writes it: `array<struct<a:string>>` → `array(row(a varchar))`. */
export function trinoType(hive: string): string {
  const [, element] = /^array<(.*)>$/.exec(hive) ?? [];
  if (element !== undefined) return `array(${trinoType(element)})`;
  const [, fields] = /^struct<(.*)>$/.exec(hive) ?? [];
  if (fields !== undefined) {
    const columns = members(fields).map(([name, type]) => `${name} ${trinoType(type)}`);
    return `row(${columns.join(', ')})`;
  }
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
