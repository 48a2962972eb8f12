import { literalBytes } from '../code-page.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { Condition, ControlTotalRule, RecordType } from '../layout.ts';
import type { WhereEntry } from '../layout-schema.ts';
import { compileFigure } from './compile-figure.ts';

type Figure = ControlTotalRule['equals'];

/** The figure that a total must equal, of the records that fulfil its condition; undefined if it cannot be used. */
export function compileFigureWhere(
  { equals, where }: { equals: string; where?: WhereEntry | undefined },
  at: string,
  recordTypes: RecordType[],
  problems: string[],
): Figure | undefined {
  const figure = compileFigure(equals, `${at}.equals`, recordTypes, problems);
  if (!figure || !where) return figure;
  const ofType = figureOfType(figure, recordTypes);
  if (!ofType) {
    const several =
      figure.kind === 'count-detail'
        ? 'count(<record type>)'
        : 'count(detail), count(<record type>) or a sum';
    problems.push(
      `'${at}' has 'where' and equals ${equals}: a condition is on a field of one record type, say ${several}`,
    );
    return undefined;
  }
  const type = recordTypes.find(({ name }) => name === ofType.recordType);
  const condition = compileCondition(where, `${at}.where`, type, problems);
  return condition && { ...ofType, where: condition };
}

/** The details of a layout with one record type are the records of that type. */
function figureOfType(
  figure: Figure,
  [only, ...others]: RecordType[],
): Extract<Figure, { recordType: string }> | undefined {
  if ('recordType' in figure) return figure;
  if (figure.kind !== 'count-detail' || !only || others.length > 0) return undefined;
  return { kind: 'count-type', recordType: only.name };
}

function compileCondition(
  { field: name, equals }: WhereEntry,
  at: string,
  type: RecordType | undefined,
  problems: string[],
): Condition | undefined {
  const own = (type?.datasets[0]?.fields ?? []).filter(
    ({ origin, list }) => origin.kind === 'record' && !list,
  );
  const field = own.find((candidate) => candidate.name === name);
  const problem = (text: string) => {
    problems.push(`'${at}.${text}`);
    return undefined;
  };
  if (!field) {
    const names = own.map((candidate) => candidate.name);
    return problem(`field' is '${name}', which is not a field of ${type?.name}${didYouMean(name, names)}`);
  }
  if (field.when) return problem(`field' is '${name}', which is not in every record (it has 'when')`);
  if (field.usage !== 'display' || field.type.kind === 'binary' || field.encoding === 'utf-16be') {
    return problem(`field' is '${name}', whose bytes are not text of one byte a character`);
  }
  const texts = (typeof equals === 'string' ? [equals] : equals).map((text) => text.replace(/^ +| +$/g, ''));
  const anyOf: Uint8Array[] = [];
  for (const text of texts) {
    // Where positions are characters, rules name ASCII only (check-characters.ts).
    const encoding = field.positions === 'characters' ? 'us-ascii' : field.encoding;
    const bytes = literalBytes(text, encoding);
    if (!bytes) problem(`equals' is '${text}', which ${encoding} cannot hold`);
    else if (bytes.length > field.endByte - field.startByte) {
      problem(`equals' is '${text}', longer than '${name}': it can never be that`);
    } else anyOf.push(bytes);
  }
  return { field, anyOf, text: `${name} is ${texts.map((text) => `'${text}'`).join(' or ')}` };
}
