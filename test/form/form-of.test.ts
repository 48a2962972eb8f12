import { spawnSync } from 'node:child_process';
import { deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { decodeText } from '../../shared/decode/code-pages.ts';
import { formOf } from '../../shared/form/form-of.ts';
import { type FormSample, windowRanges } from '../../shared/form/form-sample.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { noise } from '../support/noise.ts';

const layoutOf = (encoding: string, record: object, fields: object[]) =>
  readLayout(JSON.stringify({ name: 'form', encoding, record, fields }), 'form.json');

const sampleOf = (bytes: Uint8Array): FormSample => ({
  sizeBytes: bytes.length,
  windows: windowRanges(bytes.length).map(({ startByte, endByte }) => ({
    startByte,
    bytes: bytes.subarray(startByte, endByte),
  })),
});
const what = (bytes: Uint8Array, layout: ReturnType<typeof layoutOf>) => {
  const { finding, warning } = formOf(sampleOf(bytes), layout, false);
  return finding?.what ?? warning;
};

/** Bytes of a text in a page, by looking each character up. */
function encoded(text: string, encoding: string): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text);
  const page = encoding as Parameters<typeof decodeText>[0];
  const units = Array.from({ length: 256 }, (_, byte) => decodeText(page, Uint8Array.of(byte)));
  return Buffer.from(Array.from(text, (character) => units.indexOf(character)));
}

/** Positions count bytes, so a record has 24 of them; no name is so long that it is cut. */
const padded = (bytes: Buffer, page: string) =>
  Buffer.concat([bytes, Buffer.alloc(24 - bytes.length, encoded(' ', page))]);

const NAMES = ['ANA', 'José', 'CONCEIÇÃO', 'Luís', 'LIMA', 'JOÃO', 'Gonçalves', 'Nº 5', '1ª VIA', 'Área'];
const text = fc
  .array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 })
  .map((words) => words.join(' ').slice(0, 14).padEnd(18));
const record = fc
  .tuple(fc.integer({ min: 0, max: 999999 }), text)
  .map(([id, name]) => `${String(id).padStart(6, '0')}${name}`);
const records = fc.array(record, { minLength: 2, maxLength: 30 });
const FIELDS = [
  { name: 'id', start: 1, end: 6, type: 'string' },
  { name: 'name', start: 7, end: 24, type: 'string' },
];
const LINES = { format: 'lines', length: 24 };
const FIXED = { format: 'fixed', length: 24, terminator: 'none' };

describe('the form of a file', () => {
  test('a file in the form of its layout has no finding', () => {
    const pages = [
      'iso-8859-1',
      'iso-8859-15',
      'windows-1252',
      'cp850',
      'utf-8',
      'cp037',
      'cp275',
      'cp500',
      'cp1047',
    ];
    fc.assert(
      fc.property(records, fc.constantFrom(...pages), fc.boolean(), (lines, page, isFixed) => {
        const isLines = !isFixed && !/^cp(?!850)/.test(page);
        const bytes = Buffer.concat(
          lines.flatMap((line) => [
            padded(encoded(line.trimEnd(), page), page),
            Buffer.from(isLines ? '\n' : ''),
          ]),
        );
        expect(what(bytes, layoutOf(page, isLines ? LINES : FIXED, FIELDS))).toBeUndefined();
      }),
      { numRuns: 1500 },
    );
  });

  test('binary fields never look like another form', () => {
    const packed = { name: 'amount', start: 1, end: 4, type: 'decimal(7,2)', usage: 'packed' };
    const binary = { name: 'n', start: 5, end: 12, type: 'integer', usage: 'binary', signed: true };
    const layout = (page: string) =>
      layoutOf(page, { format: 'fixed', length: 18, terminator: 'none' }, [
        packed,
        binary,
        { name: 't', start: 13, end: 18, type: 'string' },
      ]);
    const bytes = fc.uint8Array({ minLength: 12, maxLength: 12 });
    // The first bytes of other forms, and what small numbers look like.
    const starts = [
      'efbbbf',
      'fffe',
      '1f8b08',
      '504b0304',
      '28b52ffd',
      '000000010000000200000003',
      '',
      '425a68',
      'c3a9c3a9',
    ];
    fc.assert(
      fc.property(
        fc.array(bytes, { minLength: 1, maxLength: 20 }),
        fc.constantFrom(...starts),
        fc.constantFrom('cp037', 'iso-8859-1'),
        (numbers, start, page) => {
          const file = Buffer.concat(
            numbers.flatMap((number) => {
              const bytes = Buffer.from(number);
              Buffer.from(start, 'hex').copy(bytes);
              return [bytes, encoded('ANA 12', page)];
            }),
          );
          expect(what(file, layout(page))).toBeUndefined();
        },
      ),
      { numRuns: 2000 },
    );
  });

  const accented = records.filter((lines) => /[éÇÃíºª]/.test(lines.join('')));
  test('UTF-8 with accents under a page of one byte is named', () => {
    fc.assert(
      fc.property(
        accented,
        fc.constantFrom('iso-8859-1', 'iso-8859-15', 'windows-1252', 'cp850', 'us-ascii'),
        (lines, page) => {
          const bytes = Buffer.from(lines.map((line) => `${line.trimEnd()}\n`).join(''));
          expect(what(bytes, layoutOf(page, { ...LINES, short: 'pad' }, FIELDS))).toContain('UTF-8');
        },
      ),
      { numRuns: 800 },
    );
  });

  test('bytes of no text are called that; stray control characters among bytes of another page are not', () => {
    const layout = layoutOf('iso-8859-1', LINES, FIELDS);
    const archive = deflateRawSync(Buffer.from(Array.from({ length: 20_000 }, (_, n) => n * n).join('')));
    for (const bytes of [noise(40_000), archive]) expect(what(bytes, layout)).toContain('is no text');
    const words = encoded('JOÃO Gonçalves JOÃO Gonçal\n', 'cp850').subarray(2);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 31 }), { maxLength: 4 }), (stray) => {
        const bytes = Buffer.concat(Array.from({ length: 200 }, () => words));
        for (const [index, byte] of stray.entries()) bytes[index * 50] = byte;
        expect(what(bytes, layout)).toContain('cp850');
      }),
    );
  });

  test('a mark that is skipped is no text: it changes no finding', () => {
    const mark = Buffer.from('\ufeff');
    const marked = fc.constantFrom('utf-8', 'us-ascii');
    fc.assert(
      fc.property(records, marked, fc.constantFrom(LINES, FIXED), (lines, page, shape) => {
        const end = shape === LINES ? '\n' : '';
        const plain = lines.map((line) => line.replace(/[^ -~]/g, 'x'));
        const bytes = Buffer.from(plain.map((line) => `${line}${end}`).join(''));
        expect(what(Buffer.concat([mark, bytes]), layoutOf(page, shape, FIELDS))).toBeUndefined();
        // Accented letters under a page of one byte, and positions that count characters.
        const accents = Buffer.from(
          [...lines, lines[0]!.replace(/.{5}$/, 'áéíóú')].map((line) => `${line}\n`).join(''),
        );
        const layout = layoutOf(page, LINES, FIELDS);
        expect(what(accents, layout)).toBeDefined();
        expect(what(Buffer.concat([mark, accents]), layout)).toBe(what(accents, layout));
      }),
      { numRuns: 100 },
    );
  });

  test('a file that was converted as a whole is named', () => {
    fc.assert(
      fc.property(records, fc.constantFrom(LINES, FIXED), (lines, shape) => {
        const whole = lines.map((line) => `${line}${shape === LINES ? '\n' : ''}`).join('');
        const latin = layoutOf('iso-8859-1', shape, FIELDS);
        const le = Buffer.from(whole, 'utf16le');
        expect(what(le, latin)).toContain('UTF-16LE');
        expect(what(Buffer.from(le).swap16(), latin)).toContain('UTF-16BE');
        expect(what(Buffer.concat([Buffer.from('fffe', 'hex'), le]), latin)).toContain('UTF-16LE');
        expect(what(Buffer.from(`\ufeff${whole}`), latin)).toContain('byte-order mark');
        expect(what(encoded(lines.join(''), 'cp037'), latin)).toContain('EBCDIC');
        expect(what(encoded(whole, 'iso-8859-1'), layoutOf('cp037', FIXED, FIELDS))).toContain('ASCII');
        const cr = encoded(lines.map((line) => `${line}\r`).join(''), 'iso-8859-1');
        if (shape === LINES) expect(what(cr, latin)).toContain('CR alone');
        const doubled = encoded(lines.map((line) => `${line}\r\r\n`).join(''), 'iso-8859-1');
        if (shape === LINES) expect(what(doubled, latin)).toContain('CR CR LF');
      }),
      { numRuns: 500 },
    );
  });

  test('digits of text under numbers that any bytes could be are named, and numbers are not', () => {
    const number = fc.record({
      form: fc.constantFrom(
        { usage: 'binary', type: 'integer', signed: true, width: 4 },
        { usage: 'binary', type: 'integer', signed: true, width: 8 },
        { usage: 'float', type: 'double', floatFormat: 'ieee', width: 8 },
        { usage: 'float', type: 'double', floatFormat: 'ibm', width: 4 },
        { usage: 'packed', type: 'integer', signNibble: false, width: 5 },
      ),
      page: fc.constantFrom('iso-8859-1', 'cp037'),
      values: fc.uniqueArray(fc.integer({ min: 1, max: 9999 }), { minLength: 8, maxLength: 40 }),
      pad: fc.constantFrom('0', ' '),
      isText: fc.boolean(),
    });
    const stored = (value: number, usage: string, width: number): Buffer => {
      if (usage === 'packed') return Buffer.from(String(value).padStart(2 * width, '0'), 'hex');
      const bytes = Buffer.alloc(width);
      if (usage === 'binary') bytes.writeUInt32BE(value, width - 4);
      else if (width === 8) bytes.writeDoubleBE(value);
      else bytes.writeUInt32BE((0x46 << 24) + value);
      return bytes;
    };
    fc.assert(
      fc.property(number, ({ form: { width, ...form }, page, values, pad, isText }) => {
        const layout = layoutOf(page, { format: 'fixed', length: 6 + width, terminator: 'none' }, [
          { name: 'name', start: 1, end: 6, type: 'string' },
          { name: 'amount', start: 7, end: 6 + width, ...form },
        ]);
        const rows = values.flatMap((value) => [
          encoded('JOSE  ', page),
          isText ? encoded(String(value).padStart(width, pad), page) : stored(value, form.usage, width),
        ]);
        const found = what(Buffer.concat(rows), layout);
        if (isText) expect(found).toContain("field 'amount' holds digits");
        else expect(found).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  test('a compressed file is named, whatever the page', () => {
    const commands: [string, string[]][] = [
      ['bzip2', ['-c']],
      ['xz', ['-c']],
    ];
    fc.assert(
      fc.property(records, fc.constantFrom('iso-8859-1', 'utf-8', 'cp037'), (lines, page) => {
        const bytes = encoded(lines.join(''), page);
        const layout = layoutOf(page, FIXED, FIELDS);
        expect(what(gzipSync(bytes), layout)).toContain('gzip');
        expect(what(zstdCompressSync(bytes), layout)).toContain('zstd');
        expect(what(zipSync({ 'a.txt': bytes }), layout)).toContain('zip');
      }),
      { numRuns: 100 },
    );
    for (const [command, flags] of commands) {
      const { error, stdout } = spawnSync(command, flags, {
        input: Buffer.from('0000010000000100\n'.repeat(9)),
      });
      if (!error) expect(what(stdout, layoutOf('iso-8859-1', LINES, FIELDS))).toContain(command);
    }
  });
});
