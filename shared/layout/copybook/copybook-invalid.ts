import { LayoutInvalid } from '../../errors.ts';

/** A place in a copybook. Both count from 1; tabs are expanded to every eighth column. */
export interface Place {
  line: number;
  column: number;
}

interface CopybookProblem {
  /** Name of the item, if it is known. */
  field?: string | undefined;
  /** The problem, as a clause. */
  found: string;
  /** The text that could be there. */
  expected: string;
  next?: string | undefined;
}

/** The error of a copybook that cannot be read: file, line, column, field, and what was expected. */
export function copybookInvalid(file: string, place: Place, problem: CopybookProblem): LayoutInvalid {
  const { field, found, expected, next } = problem;
  return new LayoutInvalid({
    what: field === undefined ? found : `${field}: ${found}`,
    where: `${file}, line ${place.line}, column ${place.column}`,
    why: `Expected ${expected}`,
    next: next ?? 'docs/layouts.md lists what is read of a copybook.',
  });
}
