import { codesAt, type Discriminator, guessDiscriminator } from './guess-discriminator.ts';
import type { GuessedRecords } from './guessed-records.ts';

/** A literal at bytes `from` to `to` (0-based, half-open) of a record. */
export interface MatchGuess {
  from: number;
  to: number;
  text: string;
}

/** The kinds of records that a file seems to have, with the indices of their records. */
interface RecordTypesGuess {
  header: MatchGuess | undefined;
  trailer: MatchGuess | undefined;
  /** One without a match if all records between header and trailer are alike. */
  details: { match: MatchGuess | undefined; records: number[] }[];
  notes: string[];
}

/** A record is a header or trailer only if this many of its characters are of a class that hardly any other record has there. */
const FEWEST_STRANGE = 3;
const FEWEST_RECORDS = 4;
const MOST_CODES = 12;
/** With so many others compared, more would show nothing new. */
const MOST_COMPARED = 5000;

export function guessRecordTypes(records: GuessedRecords): RecordTypesGuess {
  const all = Array.from({ length: records.count }, (_, index) => index);
  const none = {
    header: undefined,
    trailer: undefined,
    details: [{ match: undefined, records: all }],
    notes: [],
  };
  if (records.count < FEWEST_RECORDS) return none;
  const inner = all.slice(1, -1);
  const kinds = guessDiscriminator(records.only(inner));
  const notes: string[] = [];
  const strange = [0, records.count - 1].filter((index) => isStrange(records, index, inner));
  // One place for both, if there is one: header, detail and trailer have their codes at the same place.
  const shared = placeOf(records, strange, kinds);
  const control = (index: number) => {
    if (!strange.includes(index)) return undefined;
    const place = shared ?? placeOf(records, [index], kinds);
    if (place) return { ...place, text: records.text(index, place.from, place.to) };
    notes.push(
      `the ${index === 0 ? 'first' : 'last'} record differs from the others, and no code tells it apart: it is read as a detail`,
    );
    return undefined;
  };
  const header = control(0);
  const trailer = control(records.count - 1);
  const details = all.slice(header ? 1 : 0, trailer ? -1 : undefined);
  return {
    header,
    trailer,
    details: (kinds && byKind(records, details, kinds)) ?? [alike(records, details, [header, trailer])],
    notes,
  };
}

function byKind(records: GuessedRecords, details: number[], { from, to }: Discriminator) {
  const codes = codesAt(records.only(details), from, to);
  // A code that was seen in some records only is none if others have blanks there.
  if (!codes.every((code) => /^[0-9A-Za-z]+$/.test(code))) return undefined;
  return codes.map((text) => ({
    match: { from, to, text },
    records: details.filter((record) => records.text(record, from, to) === text),
  }));
}

/** Details of one kind; with a match if they share the code at the place where header or trailer have theirs. */
function alike(records: GuessedRecords, details: number[], controls: (MatchGuess | undefined)[]) {
  const place = controls.find((match) => match !== undefined);
  const codes = place ? codesAt(records.only(details), place.from, place.to) : [];
  const [text] = codes;
  const isCode = place && codes.length === 1 && text !== undefined && text.trim() !== '';
  return { match: isCode ? { from: place.from, to: place.to, text } : undefined, records: details };
}

/** Has the record characters of another class than nearly all others, or another length than all others? */
function isStrange(records: GuessedRecords, index: number, others: number[]): boolean {
  const length = Math.max(records.longestBytes, records.lengths[index]!);
  const every = Math.ceil(others.length / MOST_COMPARED);
  const compared = others.filter((_, place) => place % every === 0);
  const isLengthOwn = others.every((other) => records.lengths[other] !== records.lengths[index]);
  let strange = 0;
  for (let at = 0; at < length; at++) {
    const own = kindOf(records.charAt(index, at));
    let same = 0;
    for (const other of compared) if (kindOf(records.charAt(other, at)) === own) same++;
    if (same * 100 < compared.length || same === 0) strange++;
  }
  return strange >= FEWEST_STRANGE || (isLengthOwn && strange > 0);
}

function kindOf(character: number): number {
  if (character === 0x20) return 0;
  if (character >= 0x30 && character <= 0x39) return 1;
  return character >= 0x41 ? 2 : 3;
}

/** The place of the shortest code that these records have, each its own, and no other record: where kinds are told apart, at the front, or elsewhere. */
function placeOf(
  records: GuessedRecords,
  own: readonly number[],
  kinds: Discriminator | undefined,
): { from: number; to: number } | undefined {
  if (own.length === 0) return undefined;
  const places = [
    ...(kinds ? [{ from: kinds.from, to: kinds.to }] : []),
    ...[1, 2, 3].map((to) => ({ from: 0, to })),
    ...[1, 2].flatMap((length) => Array.from({ length: 32 }, (_, from) => ({ from, to: from + length }))),
    ...[6, 10, 16].map((to) => ({ from: 0, to })),
  ];
  // A place where the others have few codes is one of codes; a number there may be anything tomorrow.
  for (const most of [MOST_CODES, Number.POSITIVE_INFINITY]) {
    const place = places.find(({ from, to }) => areOwn(records, own, from, to, most));
    if (place) return place;
  }
  return undefined;
}

function areOwn(
  records: GuessedRecords,
  own: readonly number[],
  from: number,
  to: number,
  most: number,
): boolean {
  const texts = own.map((record) => records.text(record, from, to));
  const isCode = texts.every((text) => /^[0-9A-Za-z]+$/.test(text)) && new Set(texts).size === texts.length;
  if (!isCode || own.some((record) => to > records.lengths[record]!)) return false;
  const codes = new Set<string>();
  for (let record = 0; record < records.count; record++) {
    if (own.includes(record)) continue;
    const code = records.text(record, from, to);
    codes.add(code);
    if (texts.includes(code) || codes.size > most) return false;
  }
  return true;
}
