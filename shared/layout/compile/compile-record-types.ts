import { DATE_PARTITION_NAMES } from '../date-partition.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { Field } from '../field.ts';
import type { ControlRecord, Dataset, RecordType } from '../layout.ts';
import type { LayoutFile, RecordTypeEntry } from '../layout-schema.ts';
import type { FieldContext } from './compile-field.ts';
import { compileFields } from './compile-fields.ts';
import { compileMatch } from './compile-match.ts';
import { compilePartitionBy } from './compile-partition-by.ts';

/** The kernel keeps the parents of a record as bits of a word. */
const MAX_PARENTS = 31;

/**
 * Checks the kinds of details: `recordTypes`, or the only one, whose `fields`, `partitionBy` and `detail` are at the top of the
 * layout.
 */
export function compileRecordTypes(
  file: LayoutFile,
  header: ControlRecord | undefined,
  context: FieldContext,
): RecordType[] {
  const { problems } = context;
  const types: RecordType[] = [];
  if (file.recordTypes) {
    for (const key of ['fields', 'detail', 'partitionBy', 'copybook'] as const) {
      if (file[key] !== undefined) problems.push(`'${key}' is beside 'recordTypes', which have their own`);
    }
    for (const [index, entry] of file.recordTypes.entries()) {
      types.push(
        compileRecordType(entry, `recordTypes[${index}]`, types, file.recordTypes.length, header, context),
      );
    }
    if (types.every(({ datasets }) => datasets.length === 0)) {
      problems.push("'recordTypes' are all discarded: nothing would become a row");
    }
  } else if (!file.fields) problems.push("'fields' is missing, or 'recordTypes'");
  else {
    const match = file.detail && compileMatch(file.detail.match, 'detail.match', context);
    const datasets = compileDatasets(
      file.fields,
      file.partitionBy,
      '',
      file.name,
      header,
      undefined,
      context,
    );
    types.push({ name: file.name, match, parent: undefined, datasets });
  }
  const parents = new Set(types.flatMap(({ parent }) => parent ?? []));
  if (parents.size > MAX_PARENTS) {
    problems.push(`${parents.size} record types are parents of others; at most ${MAX_PARENTS} can be`);
  }
  checkNames(file.name, types, problems);
  return types;
}

function compileRecordType(
  entry: RecordTypeEntry,
  at: string,
  before: RecordType[],
  typeCount: number,
  header: ControlRecord | undefined,
  context: FieldContext,
): RecordType {
  const { problems } = context;
  const problem = (text: string) => void problems.push(`'${at}' ('${entry.name}') ${text}`);
  if (entry.copybook !== undefined) problem("has a 'copybook' that was not replaced by its fields");
  if (!entry.match && typeCount > 1) problem("needs 'match', because there are other record types");
  const match = entry.match && compileMatch(entry.match, `${at}.match`, context);
  const parent = entry.parent === undefined ? undefined : before.find(({ name }) => name === entry.parent);
  if (entry.parent !== undefined && !parent) {
    const names = before.map(({ name }) => name);
    problem(
      `has the parent '${entry.parent}', which is not a record type before it${didYouMean(entry.parent, names)}`,
    );
  }
  if (parent && parent.datasets.length === 0) problem(`has the parent '${parent.name}', which is discarded`);
  if (entry.discard) {
    for (const key of ['fields', 'partitionBy', 'parent'] as const) {
      if (entry[key] !== undefined) problem(`is discarded and cannot have '${key}'`);
    }
    return { name: entry.name, match, parent: undefined, datasets: [] };
  }
  if (!entry.fields) problem('needs \'fields\', or "discard": true');
  const datasets = compileDatasets(
    entry.fields ?? [],
    entry.partitionBy,
    `${at}.`,
    entry.name,
    header,
    parent,
    context,
  );
  return { name: entry.name, match, parent: parent?.name, datasets };
}

function compileDatasets(
  items: NonNullable<LayoutFile['fields']>,
  partitionBy: string[] | undefined,
  at: string,
  dataset: string,
  header: ControlRecord | undefined,
  parent: RecordType | undefined,
  context: FieldContext,
): Dataset[] {
  const { problems } = context;
  const { fields, children } = compileFields(items, `${at}fields`, { ...context, dataset, header, parent });
  const partitions = compilePartitionBy(partitionBy ?? [], `${at}partitionBy`, fields, problems);
  const own: Dataset = {
    name: dataset,
    occurs: undefined,
    fields,
    columns: fields.filter((field) => !partitions.includes(field)),
    partitionBy: partitions,
  };
  for (const { fields: all, columns } of [own, ...children]) {
    checkUnique(all, `${at}fields`, problems);
    checkFormerly(all, `${at}fields`, problems);
    if (columns.length === 0 && all.length > 0) {
      problems.push(`'${at}partitionBy' leaves no column for the files`);
    }
  }
  return [own, ...children];
}

/** A list is one column, whatever the names of its elements. */
function checkUnique(fields: Field[], at: string, problems: string[]): void {
  const columns = [...new Set(fields.map((field) => field.list ?? field))];
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name)) problems.push(`'${at}' has two fields named '${name}'`);
    if (DATE_PARTITION_NAMES.includes(name)) {
      problems.push(`field '${name}' has the name of a partition column of the business date; rename it`);
    }
    seen.add(name);
  }
}

/** A name that a column had before is its own: readers find it in older files. */
function checkFormerly(fields: Field[], at: string, problems: string[]): void {
  const names = new Map(fields.map((field) => [(field.list ?? field).name, field]));
  for (const field of fields) {
    for (const earlier of field.formerly ?? []) {
      const other = names.get(earlier);
      if (other === field) {
        const names = earlier === (field.list ?? field).name ? 'itself' : `'${earlier}' twice`;
        problems.push(`'${at}' ('${field.name}') names ${names} in 'formerly'`);
      }
      if (other && other !== field) {
        problems.push(
          `'${at}' ('${field.name}') was '${earlier}' ('formerly'), which is the name of another field, or was`,
        );
      }
      names.set(earlier, field);
    }
  }
}

/** Tables beside the datasets of a layout: its rejects and its days. */
function checkNames(layout: string, types: RecordType[], problems: string[]): void {
  const taken = new Set([`${layout}_rejects`, `${layout}_days`]);
  for (const { name, datasets } of types) {
    const names = datasets.length === 0 ? [name] : datasets.map((dataset) => dataset.name);
    for (const each of names) {
      if (taken.has(each)) problems.push(`two datasets or record types are called '${each}'`);
      taken.add(each);
    }
  }
}
