import type { Field, Positions } from '../field.ts';
import { type ControlRecord, datasetsOf, type Layout, type RecordMatch } from '../layout.ts';

/** Everything that is read from one kind of record by its positions. */
interface ReadByPosition {
  fields: Field[];
  matches: RecordMatch[];
}

/**
 * Checks a layout whose positions count characters: it must be lines of UTF-8, and all that is read from them text. Rules compare ASCII
 * only, because the codes of other characters in narrowed records are not known before the file is read.
 */
export function checkCharacters(
  {
    encoding,
    record,
    recordTypes,
    header,
    trailer,
    controlFile,
  }: Pick<Layout, 'encoding' | 'record' | 'recordTypes' | 'header' | 'trailer' | 'controlFile'>,
  problems: string[],
): void {
  if (isCounted(record)) {
    if (encoding !== 'utf-8') {
      problems.push(`'positions' is 'characters', which is for utf-8 only, but 'encoding' is '${encoding}'`);
      return;
    }
    if (record.format !== 'lines') {
      problems.push(
        `'positions' is 'characters', which is for lines only, but 'record.format' is '${record.format}': a number of characters is no fixed number of bytes`,
      );
      return;
    }
  }
  const control = [header, trailer].filter((one): one is ControlRecord => one !== undefined);
  if (controlFile?.match) checkMatch(controlFile.match, problems);
  for (const { fields, matches } of [
    ...control.map(({ match, fields }): ReadByPosition => ({ matches: [match], fields })),
    { fields: datasetsOf({ recordTypes }).flatMap(({ fields }) => fields), matches: [] },
    { fields: [], matches: recordTypes.flatMap(({ match }) => (match ? [match] : [])) },
    { fields: controlFile?.fields ?? [], matches: [] },
  ]) {
    for (const match of matches) checkMatch(match, problems);
    for (const field of new Set(fields)) if (isCounted(field)) checkField(field, problems);
  }
}

function isCounted({ positions }: { positions: Positions }): boolean {
  return positions === 'characters';
}

function checkMatch(match: RecordMatch, problems: string[]): void {
  for (const place of match) {
    if (!isCounted(place) || place.anyOf.every(isAscii)) continue;
    problems.push(
      `a 'match' is ${place.text}, but where positions are characters, rules can only name ASCII`,
    );
  }
}

function checkField(
  { name, usage, type, encoding, when, trueValues, falseValues }: Field,
  problems: string[],
): void {
  const problem = (text: string) =>
    void problems.push(`'${name}' ${text}, but the positions of the layout are characters`);
  if (usage !== 'display') problem(`has usage '${usage}'`);
  if (type.kind === 'binary') problem('has type binary');
  if (encoding !== 'utf-8') problem(`has encoding '${encoding}'`);
  if (when && !when.anyOf.every(isAscii)) problem(`has a 'when' with other characters than ASCII`);
  if (type.kind === 'boolean' && !isAscii(Buffer.from([...trueValues, ...falseValues].join('')))) {
    problem(`has 'trueValues' or 'falseValues' with other characters than ASCII`);
  }
}

function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80);
}
