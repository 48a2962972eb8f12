import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ebcdicText, packed, zonedEbcdic } from '../support/form-encoders.ts';
import { DETAILS, field, file, LOADED, rules, told, trailer } from '../support/totals-files.ts';

describe('a stated count', () => {
  const COUNTS: [string, number][] = [
    ['count(all)', 5],
    ['count(detail)', 3],
    ['count(detail+header)', 4],
    ['count(detail + trailer)', 4],
  ];
  test.each(COUNTS)('is compared as %s', async (equals, n) => {
    const layout = rules({ trailer: 'n', equals });
    expect(await told(layout, file(trailer({ n })))).toMatch(LOADED);
    expect(await told(layout, file(trailer({ n: n + 3 })))).toMatch(/trailer\.n says \d, but the file has/);
  });

  test('may be in the header', async () => {
    const layout = rules({ header: 'n', equals: 'count(detail)' });
    expect(await told(layout, file(trailer({}), 'H0000000003'))).toMatch(LOADED);
    expect(await told(layout, file(trailer({}), 'H0000000009'))).toContain('header.n says 9');
    expect(await told(layout, file(trailer({}), 'H          '))).toContain('header.n is blank');
    expect(await told(layout, file(trailer({}), 'H         '))).toContain(
      'header.n cannot be read (cut-by-record-end)',
    );
    expect(await told(layout, file(trailer({}), 'H00000000X3'))).toContain('cannot be read (invalid-number)');
  });

  test.each([
    [
      'count(detail)',
      5,
      '5 = 3 details + 1 header + 1 trailer: the trailer counts all records; say count(all)',
    ],
    ['count(all)', 3, '3 = 3 details: the trailer counts details only; say count(detail)'],
    [
      'count(all)',
      4,
      '4 = 3 details + 1 header: the trailer counts details and header; say count(detail+header)',
    ],
  ])('for %s is explained as another convention if it is %i', async (equals, n, cause) => {
    const message = await told(rules({ trailer: 'n', equals }), file(trailer({ n })));
    expect(message).toContain(cause);
    expect(message).toContain(
      'If every file is like that, correct the layout; otherwise the file is incomplete',
    );
  });

  test('is one too many if a record is there twice: another way of counting only if the sums agree', async () => {
    const twice = [...DETAILS, DETAILS[0]!];
    const counted = { trailer: 'n', equals: 'count(detail+trailer)' };
    const summed = { trailer: 'valor', equals: 'sum(valor)' };
    const sum = DETAILS.reduce((total, { valor }) => total + valor, 0n);
    const ofTwo = await told(rules(counted), file(trailer({ n: 4 }), undefined, twice));
    expect(ofTwo).toContain(
      '4 = 4 details: the trailer counts details only; say count(detail); or 1 record is there twice, and no sum tells which',
    );
    const proved = await told(rules(counted, summed), file(trailer({ n: 3, valor: sum })));
    expect(proved).toContain('the trailer counts details only; say count(detail))');
    const lied = await told(rules(counted, summed), file(trailer({ n: 4, valor: sum }), undefined, twice));
    expect(lied).not.toContain('say count');
    expect(lied).toContain('The file is incomplete or was changed on its way.');
  });

  test('is not explained as a convention if records were lost', async () => {
    const message = await told(rules({ trailer: 'n', equals: 'count(detail)' }), file(trailer({ n: 7 })));
    expect(message).toContain('trailer.n says 7, but the file has 3 details. The file is incomplete');
    expect(message).not.toContain('say count');
  });
});

describe('a stated sum', () => {
  const layout = rules({ trailer: 'valor', equals: 'sum(valor)' });
  const sum = 101_175n;

  test('is compared with sign and scale', async () => {
    expect(await told(layout, file(trailer({ valor: sum })))).toMatch(LOADED);
    const negative = DETAILS.map((one) => ({ ...one, valor: -one.valor }));
    expect(await told(layout, file(trailer({ valor: -sum }), undefined, negative))).toMatch(LOADED);
    expect(await told(layout, file(trailer({ valor: sum + 1n })))).toContain(
      'trailer.valor says 1011.76, but the details add up to 1011.75 of valor. The file is incomplete',
    );
  });

  test('agrees if the trailer states the same number with another scale', async () => {
    const finer = structuredClone(layout);
    Object.assign(finer.trailer.fields[1]!, { type: 'decimal(15,4)' });
    expect(await told(finer, file(trailer({ valor: sum * 100n })))).toMatch(LOADED);
  });

  test.each([
    [sum * 100n, 'exactly 100 times: the trailer has its decimal point in another place'],
    [sum / 25n, undefined],
    [-sum, 'the same amount with the other sign'],
  ])('of %i is explained if a convention fits', async (valor, cause) => {
    const message = await told(layout, file(trailer({ valor })));
    expect(message).toContain('trailer.valor says');
    if (cause) expect(message).toContain(cause);
    else expect(message).not.toContain('decimal point');
  });

  test('is explained by the decimal point if it is a hundredth of the sum', async () => {
    const whole = structuredClone(layout);
    Object.assign(whole.trailer.fields[1]!, { type: 'decimal(15,4)' });
    expect(await told(whole, file(trailer({ valor: sum })))).toContain('exactly a 100th of it');
  });

  test('may be in a trailer of packed and zoned EBCDIC numbers', async () => {
    const ebcdic = {
      name: 'totals',
      encoding: 'cp037',
      record: { format: 'fixed', length: 16 },
      detail: { match: { start: 1, end: 1, equals: 'D' } },
      trailer: {
        match: { start: 1, end: 1, equals: 'T' },
        fields: [
          field('zoned', 2, 8, 'decimal(7,2)', { point: 'implied', sign: 'trailing' }),
          field('packed', 9, 12, 'decimal(7,2)', { usage: 'packed' }),
          field('n', 13, 16, 'integer', { usage: 'binary', signed: false }),
        ],
      },
      fields: [field('valor', 2, 5, 'decimal(7,2)', { usage: 'packed' })],
      controlTotals: [
        { trailer: 'zoned', equals: 'sum(valor)' },
        { trailer: 'packed', equals: 'sum(valor)' },
        { trailer: 'n', equals: 'count(detail)' },
      ],
    };
    const amounts = [1250n, -9999n, 3n];
    const bytes = (zoned: bigint, inPacked: bigint) =>
      Buffer.concat([
        ...amounts.map((amount) =>
          Buffer.concat([ebcdicText('D', 1), packed(amount, 4, 'signed'), ebcdicText('', 11)]),
        ),
        ebcdicText('T', 1),
        zonedEbcdic(zoned, 7, 'trailing'),
        packed(inPacked, 4, 'signed'),
        Buffer.from('00000003', 'hex'),
      ]);
    expect(await told(ebcdic, bytes(-8746n, -8746n))).toMatch(LOADED);
    const message = await told(ebcdic, bytes(8746n, -8745n));
    expect(message).toContain('trailer.zoned says 87.46, but the details add up to -87.46');
    expect(message).toContain('the same amount with the other sign');
    expect(message).toContain('trailer.packed says -87.45');
  });
});

describe('a hash total', () => {
  test('is proved for numbers, modulo a power of ten or another number', async () => {
    const whole = 13_000_000_020n;
    for (const [modulo, modulus] of [
      ['10^10', 10n ** 10n],
      ['10 ^ 4', 10_000n],
      ['97', 97n],
    ] as const) {
      const layout = rules({ trailer: 'hash', equals: `hash(conta) modulo ${modulo}` });
      expect(await told(layout, file(trailer({ hash: whole % modulus })))).toMatch(LOADED);
      const wrong = await told(layout, file(trailer({ hash: (whole + 1n) % modulus })));
      expect(wrong).toContain(`the digits of conta add up to ${whole % modulus} modulo ${modulus}`);
    }
  });

  test('is proved for texts of digits, without their blanks; other characters refuse the file', async () => {
    const layout = rules({ trailer: 'hash', equals: 'hash(cpf) modulo 10^10' });
    const whole = 12_345_678_901n + 98_765_432_100n;
    expect(await told(layout, file(trailer({ hash: whole % 10n ** 10n })))).toMatch(LOADED);
    const letters = DETAILS.map((one, index) => (index === 1 ? { ...one, cpf: '98.765-4' } : one));
    expect(await told(layout, file(trailer({ hash: 1n }), undefined, letters))).toContain(
      '1 of 3 details have a cpf that is not made of digits',
    );
    const kept = structuredClone(layout);
    Object.assign(kept.fields[1]!, { keep: 'digits' });
    const hash = (12_345_678_901n + 987_654n) % 10n ** 10n;
    expect(await told(kept, file(trailer({ hash }), undefined, letters))).toMatch(LOADED);
  });

  test('is proved for a field that is summed as well; its digits have no sign', async () => {
    const layout = rules(
      { trailer: 'valor', equals: 'sum(valor)' },
      { trailer: 'hash', equals: 'hash(valor) modulo 10^10' },
    );
    expect(await told(layout, file(trailer({ valor: 101_175n, hash: 101_325n })))).toMatch(LOADED);
  });

  test('is explained if it has fewer digits than the layout says', async () => {
    const layout = rules({ trailer: 'hash', equals: 'hash(cpf) modulo 10^14' });
    expect(await told(layout, file(trailer({ hash: 11_111_001n })))).toContain(
      'the last 8 digits of the sum: the trailer keeps that many; say modulo 10^8',
    );
  });

  test('is exact for digits of any length', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.bigInt({ min: 0n, max: 10n ** 44n - 1n }), { minLength: 3, maxLength: 3 }),
        fc.constantFrom(10n ** 10n, 10n ** 18n - 3n, 99_999_999_977n),
        async (keys, modulus) => {
          const whole = keys.reduce((a, b) => a + b);
          const layout = {
            name: 'totals',
            encoding: 'utf-8',
            record: { format: 'lines', length: 44, short: 'pad' },
            trailer: {
              match: { start: 1, end: 1, equals: 'T' },
              fields: [field('hash', 2, 19, 'integer')],
            },
            fields: [field('chave', 1, 44, 'string')],
            controlTotals: [{ trailer: 'hash', equals: `hash(chave) modulo ${modulus}` }],
          };
          const lines = [...keys.map((key) => String(key)), `T${String(whole % modulus).padStart(18, '0')}`];
          expect(await told(layout, Buffer.from(`${lines.join('\n')}\n`))).toMatch(LOADED);
        },
      ),
      { numRuns: 8 },
    );
  });
});
