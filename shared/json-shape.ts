/**
 * Shapes that our own JSON is checked against when it is read back. Keys that a shape does not name are let through and kept: a newer
 * version of the software may have written them. A check walks the parsed value and copies nothing, because a file has hundreds of
 * manifests: a check costs about a quarter of parsing the JSON.
 */

/** The part of a value that does not fit: its path, such as `.outputs[3].rows`, and what is wrong there as a clause. Never its content. */
export interface Misfit {
  path: string;
  problem: string;
}

type Check = (value: unknown) => Misfit | undefined;

/** Finds the first part of a value that keeps it from being a `T`. */
export interface Shape<T> extends Check {
  /** Never set: it tells the compiler which type the shape is of. */
  readonly of?: (value: T) => T;
}

/** The shape of a key that may be missing. */
interface OptionalShape<T> {
  optional: Shape<T>;
}

/** One shape for each key of `T`, those that may be missing included. */
export type ShapesOfKeys<T> = {
  [K in keyof T]-?: object extends Pick<T, K> ? OptionalShape<Exclude<T[K], undefined>> : Shape<T[K]>;
};

export const text: Shape<string> = (value) =>
  typeof value === 'string' ? undefined : wrong(value, 'a text');

export const flag: Shape<boolean> = (value) =>
  typeof value === 'boolean' ? undefined : wrong(value, 'true or false');

/** A count, an offset, an index: an integer from 0 that a double holds exactly. */
export const wholeNumber: Shape<number> = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? undefined
    : wrong(value, 'a whole number');

export function oneOf<T extends string>(words: readonly T[]): Shape<T> {
  const known: ReadonlySet<unknown> = new Set(words);
  return (value) => (known.has(value) ? undefined : wrong(value, `one of ${words.join(', ')}`));
}

export function fits<T>(shape: Shape<T>, value: unknown): value is T {
  return shape(value) === undefined;
}

/** A text that only people read: other versions of the software may use words that this one does not know. */
export function anyWord<T extends string>(): Shape<T> {
  return (value) => text(value);
}

export function optional<T>(shape: Shape<T>): OptionalShape<T> {
  return { optional: shape };
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value) => (value === null ? undefined : shape(value));
}

/** Fits if one of the shapes does. `wanted` describes the two together. */
export function either<A, B>(a: Shape<A>, b: Shape<B>, wanted: string): Shape<A | B> {
  return (value) => (a(value) && b(value) ? wrong(value, wanted) : undefined);
}

export function listOf<T>(shape: Shape<T>): Shape<T[]> {
  return (value) => {
    if (!Array.isArray(value)) return wrong(value, 'a list');
    for (let index = 0; index < value.length; index++) {
      const misfit = shape(value[index]);
      if (misfit) return at(`[${index}]`, misfit);
    }
    return undefined;
  };
}

/** An object by names from the data. Other objects answer to `constructor` and `__proto__`, which may be such names; this one does not. */
export function named<T>(entries: Iterable<readonly [name: string, value: T]> = []): Record<string, T> {
  return Object.setPrototypeOf(Object.fromEntries(entries), null);
}

/** An object whose keys are names from the data, such as columns or reasons. It then answers to no other name, as `named` makes it. */
export function byName<T>(shape: Shape<T>): Shape<Record<string, T>> {
  return (value) => {
    if (!isObject(value)) return wrong(value, 'an object');
    for (const name in value) {
      const misfit = shape(value[name]);
      if (misfit) return at(`.${name}`, misfit);
    }
    Object.setPrototypeOf(value, null);
    return undefined;
  };
}

/**
 * An object with the keys of `T`. `earlier` maps names that keys had in earlier versions of the software to their present names: such
 * keys are renamed in the value.
 */
export function objectOf<T>(
  shapes: ShapesOfKeys<T>,
  earlier: Readonly<Record<string, keyof T & string>> = {},
): Shape<T> {
  const keys = Object.entries<Check | { optional: Check }>(shapes).map(([key, shape]) =>
    'optional' in shape
      ? { key, shape: shape.optional, isOptional: true }
      : { key, shape, isOptional: false },
  );
  const renames = Object.entries<string>(earlier);
  return (value) => {
    if (!isObject(value)) return wrong(value, 'an object');
    for (const [from, to] of renames) rename(value, from, to);
    for (const { key, shape, isOptional } of keys) {
      const part = value[key];
      if (part === undefined && isOptional) continue;
      const misfit = shape(part);
      if (misfit) return at(`.${key}`, misfit);
    }
    return undefined;
  };
}

function rename(value: Record<string, unknown>, from: string, to: string): void {
  if (!(from in value)) return;
  value[to] ??= value[from];
  delete value[from];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(value: unknown, wanted: string): Misfit {
  return { path: '', problem: value === undefined ? 'is missing' : `is not ${wanted}` };
}

function at(step: string, { path, problem }: Misfit): Misfit {
  return { path: `${step}${path}`, problem };
}

/** Counts by name: of a reason, a field, a record type. */
export const countsShape = byName(wholeNumber);
