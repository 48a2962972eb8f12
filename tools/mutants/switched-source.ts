import type { GeneratedMutant } from './generated-mutants.ts';

/** A mutant with the number that switches it on. */
export interface NumberedMutant {
  id: number;
  mutant: GeneratedMutant;
}

/** Changes of one expression or statement, and of those inside it. */
interface Place {
  start: number;
  end: number;
  isStatement: boolean;
  mutants: NumberedMutant[];
  inner: Place[];
}

/**
 * The source with all its mutants, each asleep until `globalThis.isMutantOn` answers true for its number:
 * `a < b` → `(isOn(1)?(a <= b):(a < b))`, `await f();` → `{if(!isOn(2)){await f();}}`. Lines stay where they are.
 */
export function switchedSource(text: string, mutants: readonly NumberedMutant[]): string {
  const switched = rendered(text, 0, text.length, placesOf(mutants));
  return `const isMutantOn$ = globalThis.isMutantOn ?? (() => false); ${switched}`;
}

function placesOf(mutants: readonly NumberedMutant[]): Place[] {
  const places = new Map<string, Place>();
  for (const numbered of mutants) {
    const { start, end, isStatement } = numbered.mutant.around;
    const key = `${start} ${end}`;
    const place = places.get(key) ?? { start, end, isStatement, mutants: [], inner: [] };
    place.mutants.push(numbered);
    places.set(key, place);
  }
  // An outer place stands before its inner ones.
  const sorted = [...places.values()].sort((a, b) => a.start - b.start || b.end - a.end);
  const outermost: Place[] = [];
  const open: Place[] = [];
  for (const place of sorted) {
    while ((open.at(-1)?.end ?? Number.POSITIVE_INFINITY) <= place.start) open.pop();
    (open.at(-1)?.inner ?? outermost).push(place);
    open.push(place);
  }
  return outermost;
}

function rendered(text: string, start: number, end: number, inner: readonly Place[]): string {
  let out = '';
  let at = start;
  for (const place of inner) {
    out += text.slice(at, place.start) + switched(text, place);
    at = place.end;
  }
  return out + text.slice(at, end);
}

function switched(text: string, { start, end, isStatement, mutants, inner }: Place): string {
  const asIs = rendered(text, start, end, inner);
  // In braces of its own, so that an `else` after it stays with the `if` before it.
  if (isStatement) return `{if(!isMutantOn$(${mutants[0]?.id})){${asIs}}}`;
  const others = mutants.map(({ id, mutant: { at, from, to } }) => {
    const other = text.slice(start, at) + to + text.slice(at + from.length, end);
    return `isMutantOn$(${id})?(${other}):`;
  });
  return `(${others.join('')}(${asIs}))`;
}
