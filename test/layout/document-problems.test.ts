import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { documentProblems } from '../../shared/layout/document-problems.ts';

const columns = z.union([
  z.literal('all'),
  z.strictObject({ only: z.array(z.string()).min(1) }),
  z.strictObject({ except: z.array(z.string()) }),
]);
const schema = z.strictObject({
  name: z.string().min(1),
  count: z.number().int().min(1).max(5).default(1),
  form: z.enum(['json', 'csv']).default('json'),
  digest: z.string().regex(/^a$/, 'is no digest').optional(),
  by: z
    .discriminatedUnion('by', [
      z.strictObject({ by: z.literal('x'), k: z.string() }),
      z.strictObject({ by: z.literal('y') }),
    ])
    .optional(),
  tables: z.record(z.string().min(1), columns).default({}),
});

function problems(value: unknown): string[] {
  const read = schema.safeParse(value);
  return read.success ? [] : documentProblems(schema, read.error, 'the paper');
}

describe('what is wrong with a document', () => {
  it.each([
    [{}, ["'name' is missing"]],
    [[], ['the paper is not an object']],
    [{ name: '' }, ["'name' is empty"]],
    [{ name: 1 }, ["'name' is not a text"]],
    [{ name: 'a', count: 0.5 }, ["'count' is not a whole number"]],
    [{ name: 'a', count: 9 }, ["'count' must be at most 5"]],
    [{ name: 'a', form: 'xml' }, [`'form' must be one of "json", "csv"`]],
    [{ name: 'a', digest: 'b' }, ["'digest': is no digest"]],
    [{ name: 'a', by: { by: 'z' } }, ["'by.by' must be one of x, y"]],
    [{ name: 'a', by: { by: 'x' } }, ["'by.k' is missing"]],
    [
      { nam: 'a', name: 'a' },
      [
        "'nam' is not a key of the paper (the nearest valid one is 'name'; valid: name, count, form, digest, by, tables)",
      ],
    ],
    [
      { name: 'a', tables: { t: { exept: [] } } },
      ["'tables.t.exept' is not a key of the paper (the nearest valid one is 'except'; valid: only, except)"],
    ],
    [{ name: 'a', tables: { t: { only: [] } } }, ["'tables.t.only' is empty"]],
    [{ name: 'a', tables: { t: { only: [1] } } }, ["'tables.t.only[0]' is not a text"]],
    [{ name: 'a', tables: { t: 7 } }, [`'tables.t' must be "all", or an object`]],
    [{ name: 'a', tables: { '': 'all' } }, ["'tables.' has a name that no key may have"]],
  ])('is said in our words: %j', (value, said) => {
    expect(problems(value)).toEqual(said);
  });

  it('never quotes a value, and has no word of the library, whatever the document', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          fc.record({ name: fc.jsonValue(), count: fc.jsonValue(), tables: fc.jsonValue() }),
        ),
        (value) => {
          for (const problem of problems(value)) {
            expect(problem).not.toMatch(/Invalid|expected|received|Unrecognized|undefined/);
            expect(problem).toMatch(/^(the paper|'|and \d+ more)/);
          }
        },
      ),
    );
  });
});
