import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DETAILS, file, LAYOUT, LOADED, rules, told, trailer } from '../support/totals-files.ts';

const where = (equals: string | string[]) => ({ field: 'cpf', equals });

describe('control totals with a condition', () => {
  test('count and add only the details that fulfil it, whatever fills up the field', async () => {
    const own = fc.record({
      conta: fc.bigInt({ min: 0n, max: 9_999_999_999n }),
      // The field is in the middle of the record: NULs and blanks at both ends of a text are padding.
      cpf: fc.constantFrom('1', '1\0\0', ' 1 \0', '\0 1', '11', '1 1', '', '\0\0', '2'),
      // The last digit of a negative number is one that every dialect of signs writes alike.
      valor: fc.bigInt({ min: -(10n ** 13n), max: 10n ** 13n }).map((value) => value * 10n),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(own, { maxLength: 12 }),
        fc.constantFrom<string[]>(['1'], ['1', '2'], [''], ['2', '']),
        async (details, texts) => {
          const fitting = details.filter(({ cpf }) => texts.includes(cpf.replaceAll('\0', ' ').trim()));
          const valor = fitting.reduce((sum, each) => sum + each.valor, 0n);
          const hash = fitting.reduce((sum, each) => sum + each.conta, 0n) % 10n ** 10n;
          const layout = rules(
            { trailer: 'n', equals: 'count(detail)', where: where(texts) },
            { trailer: 'valor', equals: 'sum(valor)', where: where(texts) },
            { trailer: 'hash', equals: 'hash(conta) modulo 10^10', where: where(texts) },
          );
          const stated = { n: fitting.length, valor, hash };
          const bytes = (of: typeof stated) => file(trailer(of), 'H0000000003', details);
          const loaded = await told({ ...layout }, bytes(stated));
          expect(loaded).toMatch(/0 rejected, control totals balanced/);
          const off = fitting.length + 1;
          expect(await told(layout, bytes({ ...stated, n: off }))).toContain(
            `trailer.n says ${off}, but the file has ${fitting.length} of totals where cpf is '${texts.join("' or '")}'`,
          );
        },
      ),
      { numRuns: 12 },
    );
  });

  test('a detail too short to show whether it fulfils the condition proves nothing', async () => {
    const layout = {
      ...rules({ trailer: 'n', equals: 'count(detail)', where: where('98765432100') }),
      record: { ...LAYOUT.record, short: 'reject' },
      rejects: { maxPercent: 100 },
    };
    const short = Buffer.concat([file(trailer({ n: 1 })).subarray(0, 12), Buffer.from('D123\n')]);
    const bytes = Buffer.concat([short, file(trailer({ n: 1 }).padEnd(40)).subarray(11)]);
    expect(await told(layout, bytes)).toMatch(/details have a cpf that cannot be read/);
    expect(
      LOADED.test(await told(layout, file(trailer({ n: 1 }).padEnd(40), 'H0000000003'.padEnd(40)))),
    ).toBe(true);
    expect(DETAILS).toHaveLength(3);
  });

  test('of a figure or a field that has none are problems of the layout', async () => {
    const cases: [object, string][] = [
      [
        { trailer: 'n', equals: 'count(all)', where: where('1') },
        'a condition is on a field of one record type, say count(detail)',
      ],
      [
        { trailer: 'n', equals: 'count(detail)', where: { field: 'cpff', equals: '1' } },
        "'controlTotals[0].where.field' is 'cpff', which is not a field of totals",
      ],
      [{ trailer: 'n', equals: 'count(detail)', where: where('123456789012345') }, 'it can never be that'],
    ];
    for (const [rule, said] of cases) {
      await expect(told(rules(rule as Record<string, unknown>), file(trailer({})))).rejects.toThrow(said);
    }
  });
});
