import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { convertNight } from '../../local/convert-night.ts';
import { LayoutInvalid } from '../../shared/errors.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { splitFile } from '../../shared/pipeline/split/split-file.ts';
import { ebcdicText, packed, zonedEbcdic } from '../support/form-encoders.ts';
import { TestLake } from '../support/run-pipeline.ts';

type Json = Record<string, unknown>;

const field = (name: string, start: number, end: number, type: string, more: Json = {}) => ({
  name,
  start,
  end,
  type,
  ...more,
});

/** `H`, `D` and `T` records of 40 bytes: an account, a tax number as text and a signed amount in each detail. */
const LAYOUT = {
  name: 'totals',
  encoding: 'us-ascii',
  record: { format: 'lines', length: 40, short: 'pad' },
  header: { match: { start: 1, end: 1, equals: 'H' }, fields: [field('n', 2, 11, 'integer')] },
  trailer: {
    match: { start: 1, end: 1, equals: 'T' },
    fields: [
      field('n', 2, 11, 'integer'),
      field('valor', 12, 26, 'decimal(15,2)', { point: 'implied', sign: 'trailing' }),
      field('hash', 27, 36, 'integer'),
    ],
  },
  detail: { match: { start: 1, end: 1, equals: 'D' } },
  fields: [
    field('conta', 2, 11, 'integer'),
    field('cpf', 12, 25, 'string'),
    field('valor', 26, 40, 'decimal(15,2)', { point: 'implied', sign: 'trailing' }),
  ],
};

const DETAILS = [
  { conta: 9_000_000_001n, cpf: '12345678901', valor: 1250n },
  { conta: 4_000_000_002n, cpf: '98765432100', valor: -75n },
  { conta: 17n, cpf: '', valor: 100_000n },
];

function overpunched(value: bigint, width: number): string {
  const digits = String(value < 0n ? -value : value).padStart(width, '0');
  const row = value < 0n ? '}JKLMNOPQR' : '{ABCDEFGHI';
  return digits.slice(0, -1) + row[Number(digits.at(-1))];
}

const detail = ({ conta, cpf, valor }: (typeof DETAILS)[number]) =>
  `D${String(conta).padStart(10, '0')}${cpf.padEnd(14)}${overpunched(valor, 15)}`;
const trailer = ({ n = 0, valor = 0n, hash = 0n }: { n?: number; valor?: bigint; hash?: bigint }) =>
  `T${String(n).padStart(10, '0')}${overpunched(valor, 15)}${String(hash).padStart(10, '0')}`;
const file = (last: string, header = 'H0000000003', details = DETAILS) =>
  Buffer.from([header, ...details.map(detail), last, ''].join('\n'), 'latin1');

/** Converts it and returns what people were told: how many rows, or why it was refused. */
async function told(
  layout: Json,
  bytes: Uint8Array,
  beside: Record<string, Uint8Array> = {},
): Promise<string> {
  const lake = await TestLake.make();
  try {
    await lake.putRaw('night/totals_20250812.txt', bytes);
    for (const [key, content] of Object.entries(beside)) await lake.putRaw(key, content);
    await lake.convert({
      layout: JSON.stringify(layout),
      sourceKey: 'night/totals_20250812.txt',
      rangeSizeBytes: 45,
    });
    return lake.notifications.join('\n');
  } finally {
    await lake.remove();
  }
}

const LOADED = /3 rows of \d records, 0 rejected, control totals balanced/;
const rules = (...controlTotals: Json[]) => ({ ...LAYOUT, controlTotals });

describe('counts of every convention', () => {
  const COUNTS: [string, number][] = [
    ['count(all)', 5],
    ['count(detail)', 3],
    ['count(detail+header)', 4],
    ['count(detail + trailer)', 4],
  ];
  test.each(COUNTS)('%s', async (equals, n) => {
    const layout = rules({ trailer: 'n', equals });
    expect(await told(layout, file(trailer({ n })))).toMatch(LOADED);
    expect(await told(layout, file(trailer({ n: n + 3 })))).toMatch(/trailer\.n says \d, but the file has/);
  });

  test('the header may state one too', async () => {
    const layout = rules({ header: 'n', equals: 'count(detail)' });
    expect(await told(layout, file(trailer({}), 'H0000000003'))).toMatch(LOADED);
    expect(await told(layout, file(trailer({}), 'H0000000009'))).toContain('header.n says 9');
    expect(await told(layout, file(trailer({}), 'H         '))).toContain('header.n is blank');
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
  ])('%s where %i is stated is a convention, and is said to be one', async (equals, n, cause) => {
    const message = await told(rules({ trailer: 'n', equals }), file(trailer({ n })));
    expect(message).toContain(cause);
    expect(message).toContain(
      'If every file is like that, correct the layout; otherwise the file is incomplete',
    );
  });

  test('a loss is no convention', async () => {
    const message = await told(rules({ trailer: 'n', equals: 'count(detail)' }), file(trailer({ n: 7 })));
    expect(message).toContain('trailer.n says 7, but the file has 3 details. The file is incomplete');
    expect(message).not.toContain('say count');
  });
});

describe('sums', () => {
  const layout = rules({ trailer: 'valor', equals: 'sum(valor)' });
  const sum = 101_175n;

  test('with sign and scale', async () => {
    expect(await told(layout, file(trailer({ valor: sum })))).toMatch(LOADED);
    const negative = DETAILS.map((one) => ({ ...one, valor: -one.valor }));
    expect(await told(layout, file(trailer({ valor: -sum }), undefined, negative))).toMatch(LOADED);
    expect(await told(layout, file(trailer({ valor: sum + 1n })))).toContain(
      'trailer.valor says 1011.76, but the details add up to 1011.75 of valor. The file is incomplete',
    );
  });

  test('of another scale in the trailer are the same number', async () => {
    const finer = structuredClone(layout);
    Object.assign(finer.trailer.fields[1]!, { type: 'decimal(15,4)' });
    expect(await told(finer, file(trailer({ valor: sum * 100n })))).toMatch(LOADED);
  });

  test.each([
    [sum * 100n, 'exactly 100 times: the point of the trailer stands elsewhere'],
    [sum / 25n, undefined],
    [-sum, 'the same amount with the other sign'],
  ])('%i instead is explained where it can be', async (valor, cause) => {
    const message = await told(layout, file(trailer({ valor })));
    expect(message).toContain('trailer.valor says');
    if (cause) expect(message).toContain(cause);
    else expect(message).not.toContain('point');
  });

  test('a hundredth of the sum is a point elsewhere too', async () => {
    const whole = structuredClone(layout);
    Object.assign(whole.trailer.fields[1]!, { type: 'decimal(15,4)' });
    expect(await told(whole, file(trailer({ valor: sum })))).toContain('exactly a 100th of it');
  });

  test('in a trailer of packed and zoned EBCDIC numbers', async () => {
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

describe('hash totals', () => {
  test('of numbers, modulo a power of ten or another number', async () => {
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

  test('of texts made of digits, blanks left aside; other characters refuse the file', async () => {
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

  test('a field may be summed and added up at once; its digits have no sign', async () => {
    const layout = rules(
      { trailer: 'valor', equals: 'sum(valor)' },
      { trailer: 'hash', equals: 'hash(valor) modulo 10^10' },
    );
    expect(await told(layout, file(trailer({ valor: 101_175n, hash: 101_325n })))).toMatch(LOADED);
  });

  test('fewer digits than the layout says are explained', async () => {
    const layout = rules({ trailer: 'hash', equals: 'hash(cpf) modulo 10^14' });
    expect(await told(layout, file(trailer({ hash: 11_111_001n })))).toContain(
      'the last 8 digits of the sum: the trailer keeps so many; say modulo 10^8',
    );
  });

  test('digits of any length are added up exactly', async () => {
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

describe('a control file beside the data', () => {
  const controlFile = {
    name: '{stem}.ctl',
    length: 30,
    fields: [field('n', 5, 14, 'integer'), field('valor', 15, 29, 'decimal(15,2)', { point: 'implied' })],
  };
  const layout = (more: Json = {}) => ({
    ...rules({ controlFile: 'n', equals: 'count(detail)' }, { controlFile: 'valor', equals: 'sum(valor)' }),
    controlFile: { ...controlFile, ...more },
  });
  const KEY = 'night/totals_20250812.ctl';
  const line = (kind: string, n: number, valor: bigint) =>
    `${kind.padEnd(4)}${String(n).padStart(10, '0')}${String(valor).padStart(15, '0')}`;
  const data = file(trailer({}));

  test('states the totals', async () => {
    const right = Buffer.from(`${line('TOT', 3, 101_175n)}\r\n`);
    expect(await told(layout(), data, { [KEY]: right })).toMatch(LOADED);
    const wrong = Buffer.from(line('TOT', 5, 101_175n));
    expect(await told(layout(), data, { [KEY]: wrong })).toContain(
      'controlFile.n says 5, but the file has 3 details (5 = 3 details + 1 header + 1 trailer: the control file counts all records; say count(all))',
    );
  });

  test('may have several records, one of which is known by its bytes', async () => {
    const several = Buffer.from(`${line('CAB', 0, 0n)}\n\n${line('TOT', 3, 101_175n)}\n\x1a`);
    const match = { start: 1, end: 3, equals: 'TOT' };
    expect(await told(layout({ match }), data, { [KEY]: several })).toMatch(LOADED);
    expect(await told(layout(), data, { [KEY]: several })).toContain(
      'it has 2 records: say with controlFile.match',
    );
    const none = { match: { start: 1, end: 3, equals: 'XXX' } };
    expect(await told(layout(none), data, { [KEY]: several })).toContain(
      "0 of its 2 records say that bytes 1 to 3 are 'XXX', and one must",
    );
  });

  test('may be EBCDIC records of fixed length, under the whole name', async () => {
    const bytes = Buffer.concat([
      ebcdicText('TOT', 4),
      zonedEbcdic(3n, 10, 'none'),
      zonedEbcdic(101_175n, 15, 'none'),
      ebcdicText('', 1),
    ]);
    const ebcdic = layout({ name: 'CTL.{name}', format: 'fixed', encoding: 'cp500' });
    expect(await told(ebcdic, data, { 'night/CTL.totals_20250812.txt': bytes })).toMatch(LOADED);
    expect(await told(ebcdic, data, { 'night/CTL.totals_20250812.txt': bytes.subarray(1) })).toContain(
      'it is not whole records of 30 bytes',
    );
  });

  test('that is missing refuses the file', async () => {
    expect(await told(layout(), data)).toContain(
      `its control file ${KEY} is not there, so its totals cannot be proved`,
    );
  });

  test('that is missing is waited for where the layout says so', async () => {
    const lake = await TestLake.make();
    try {
      const request = {
        layout: JSON.stringify(layout({ whenMissing: 'wait' })),
        sourceKey: 'night/totals_20250812.txt',
      };
      await lake.putRaw(request.sourceKey, data);
      const split = () => splitFile(lake.ports, 'one-execution', request);
      await expect(split()).rejects.toMatchObject({ name: 'ControlFileAwaited', retryable: true });
      await expect(split()).rejects.toThrow(KEY);
      await lake.putRaw(KEY, Buffer.from(line('TOT', 3, 101_175n)));
      expect((await split()).verdict).toBe('convert');
    } finally {
      await lake.remove();
    }
    const definition = JSON.parse(
      await readFile(new URL('../../statemachine/file-pipeline.asl.json', import.meta.url), 'utf8'),
    );
    expect(definition.States.Split.Retry[0].ErrorEquals).toEqual(['ControlFileAwaited']);
  });

  test('whoever looks on is told what is waited for, and can stop it', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'control-file-'));
    const interrupt = new AbortController();
    const told: string[] = [];
    const ignored = () => undefined;
    const progress = { fileStarted: ignored, planned: ignored, rangeDone: ignored, stage: ignored };
    try {
      await writeFile(join(dir, 'layout.json'), JSON.stringify(layout({ whenMissing: 'wait' })));
      await writeFile(join(dir, 'totals_20250812.txt'), data);
      const waiting = (line: string) => {
        told.push(line);
        // Once the state machine has begun to wait.
        setTimeout(() => interrupt.abort(), 50);
      };
      const night = convertNight({
        layout: join(dir, 'layout.json'),
        inputs: [join(dir, 'totals_20250812.txt')],
        lakeDir: join(dir, 'lake'),
        expectedFiles: undefined,
        workerCount: 1,
        signal: interrupt.signal,
        progress: { ...progress, notified: ignored, waiting },
      });
      for await (const { status } of night) expect(status).toBe('failed');
      expect(told).toEqual([
        expect.stringContaining('its control file totals_20250812.ctl is not there yet'),
      ]);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });

  test.each([
    ['an empty one', '', 'it is empty'],
    ['too long a line', 'x'.repeat(31), 'it has a record of 31 bytes, and controlFile.length says 30'],
  ])('%s refuses the file', async (_, content, why) => {
    expect(await told(layout(), data, { [KEY]: Buffer.from(content) })).toContain(why);
  });
});

describe('rules that cannot be checked are refused with the layout', () => {
  const failure = (layout: unknown): string => {
    try {
      readLayout(JSON.stringify(layout), 'f');
    } catch (error) {
      expect(error).toBeInstanceOf(LayoutInvalid);
      return (error as LayoutInvalid).message;
    }
    throw new Error('the layout was accepted');
  };
  const one = (equals: string) => rules({ trailer: 'n', equals });
  const control = (more: Json) => ({
    ...LAYOUT,
    controlFile: { name: '{stem}.ctl', length: 10, fields: [field('n', 1, 10, 'integer')], ...more },
  });
  test.each<[string, unknown, string[]]>([
    ['a hash without a modulus', one('hash(conta)'), ['needs a modulus from 2 to 10^38', 'modulo 10^10']],
    ['a modulus of one', one('hash(conta) modulo 1'), ['needs a modulus']],
    ['a modulus beyond any number', one('hash(conta) modulo 10^39'), ['needs a modulus']],
    ['a sum with a modulus', one('sum(conta) modulo 10'), ["'sum(conta) modulo 10'", 'hash(<field>)']],
    ['a hash of no field', one('hash(contas) modulo 97'), ["adds up 'contas'", "'conta'"]],
    ['a count of parts', one('count(header)'), ["counts 'header'"]],
    [
      'two places',
      rules({ trailer: 'n', header: 'n', equals: 'count(all)' }),
      ["one of 'header', 'trailer' and 'controlFile'"],
    ],
    [
      'no control file',
      rules({ controlFile: 'n', equals: 'count(all)' }),
      ['names the control file', 'describes none'],
    ],
    ['an unknown placeholder', control({ name: '{base}.ctl' }), ["has '{base}'", '{stem}']],
    ['a path', control({ name: 'control/{stem}' }), ['a name beside the data file, not a path']],
    ['the data itself', control({ name: '{name}' }), ['the data file itself']],
    ['lines in EBCDIC', control({ encoding: 'cp037' }), ["'lines'", 'valid: fixed']],
    ['a field beyond it', control({ length: 9 }), ['controlFile.fields[0] (n)', 'ends at 10']],
  ])('%s', (_, layout, fragments) => {
    const message = failure(layout);
    for (const fragment of fragments) expect(message).toContain(fragment);
  });
});
