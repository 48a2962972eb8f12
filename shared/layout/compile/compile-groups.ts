import { didYouMean } from '../did-you-mean.ts';
import { isExactNumber } from '../field-type.ts';
import type { ControlTotalRule, GroupRule, RecordType } from '../layout.ts';
import type { GroupsEntry } from '../layout-schema.ts';
import { compileFigureWhere } from './compile-where.ts';

/** Checks `groups`: the record types that begin and end a group, and the totals that they state. */
export function compileGroups(
  entry: GroupsEntry | undefined,
  recordTypes: RecordType[],
  problems: string[],
): GroupRule | undefined {
  if (!entry) return undefined;
  const names = recordTypes.map(({ name }) => name);
  for (const place of ['header', 'trailer'] as const) {
    const name = entry[place];
    if (names.includes(name)) continue;
    problems.push(`'groups.${place}' is '${name}', which is not a record type${didYouMean(name, names)}`);
  }
  if (entry.header === entry.trailer) {
    problems.push(
      `'groups.header' and 'groups.trailer' are both '${entry.header}': two types must tell them apart`,
    );
  }
  const totals = (entry.totals ?? []).flatMap((total, index): ControlTotalRule[] => {
    const at = `groups.totals[${index}]`;
    const { header, trailer } = total;
    if ((header === undefined) === (trailer === undefined)) {
      problems.push(`'${at}' needs one of 'header' and 'trailer'`);
      return [];
    }
    const record = header === undefined ? 'trailer' : 'header';
    const field = header ?? trailer ?? '';
    const type = recordTypes.find(({ name }) => name === entry[record]);
    const equals = compileFigureWhere(total, at, recordTypes, problems);
    if (!type || !isStated(field, type, `${at}.${record}`, problems) || !equals) return [];
    return [{ name: `${type.name}.${field}`, record, field, equals }];
  });
  return { header: entry.header, trailer: entry.trailer, totals };
}

/** Can the field state a total? It must be an exact number in every record of the type. */
function isStated(name: string, type: RecordType, at: string, problems: string[]): boolean {
  const fields = (type.datasets[0]?.fields ?? []).filter(
    ({ origin, list }) => origin.kind === 'record' && !list,
  );
  const field = fields.find((candidate) => candidate.name === name);
  if (!field) {
    const names = fields.map((candidate) => candidate.name);
    const why = type.datasets.length === 0 ? ', which is discarded' : '';
    problems.push(
      `'${at}' is '${name}', which is not a field of ${type.name}${why}${didYouMean(name, names)}`,
    );
  } else if (!isExactNumber(field.type)) {
    problems.push(`'${at}' is '${name}' of type ${field.type.kind}; it must be a number`);
  } else if (field.when) {
    problems.push(`'${at}' is '${name}', which is not in every record (it has 'when')`);
  } else return true;
  return false;
}
