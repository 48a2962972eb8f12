import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LayoutInvalid } from '../../shared/errors.ts';
import { columnsOf, leftOut } from '../../shared/layout/copybook/columns.ts';
import { parsePicture } from '../../shared/layout/copybook/picture.ts';
import { readCopybook } from '../../shared/layout/copybook/read-copybook.ts';

const folder = new URL('../golden/', import.meta.url);
const cases = readdirSync(folder).filter((name) => name.startsWith('copybook-'));
const fileText = (name: string, file: string) => readFileSync(new URL(`${name}/${file}`, folder), 'utf8');
const ALL = { redefines: 'all', filler: true } as const;

/** `start-end name picture usage`, a line for each column of each record. */
function positionsOf(text: string): string {
  const lines = readCopybook(text, 'case.cpy').flatMap((record) => [
    `${record.name ?? '-'} ${record.lengthBytes}`,
    ...columnsOf(record, ALL, 'case.cpy').map(
      ({ name, startByte, endByte, item }) =>
        `${startByte + 1}-${endByte} ${name} ${item.form!.picture?.text ?? ''} ${item.form!.usage}`,
    ),
  ]);
  return `${lines.join('\n')}\n`;
}

function failure(text: string): LayoutInvalid {
  try {
    readCopybook(text, 'case.cpy');
  } catch (error) {
    expect(error).toBeInstanceOf(LayoutInvalid);
    return error as LayoutInvalid;
  }
  throw new Error('the copybook was read');
}

describe('positions of a copybook', () => {
  test.each(cases)('%s', (name) => {
    expect(positionsOf(fileText(name, 'copybook.cpy'))).toBe(fileText(name, 'positions.txt'));
  });

  test('line ends, a byte-order mark and tabs change nothing', () => {
    const text = fileText('copybook-fixed-format', 'copybook.cpy');
    const expected = fileText('copybook-fixed-format', 'positions.txt');
    expect(positionsOf(`\ufeff${text.replaceAll('\n', '\r\n')}\u001a`)).toBe(expected);
    expect(positionsOf('\t01\tA.\n\t\t05\tB\tPIC X.\n')).toBe('A 1\n1-1 b X DISPLAY\n');
  });

  test.each([
    ['sequence numbers of five digits', '00100  01 R.\n00200      05 A PIC X.\n', 1],
    [
      'change marks in the first six columns',
      '*CHG01 01 R.\nCHG002     05 A PIC X.\n           05 B PIC X.\n',
      2,
    ],
    [
      'a comment from the first column on',
      '*> fixed all the same\n000100 01 R.\n000200     05 A PIC X.\n',
      1,
    ],
    ['a debugging line', '       01 R.\n           05 A PIC X.\n      D    05 B PIC X.\n', 1],
    ['free text from column 7 on', '      01 R.\n       05 A PIC X.\n', 1],
    [
      'free text with DEPENDING in column 7',
      '01 R.\n 05 N PIC 9.\n 05 A OCCURS 1 TO 2\n      DEPENDING ON N PIC X.\n',
      3,
    ],
    ['free format by a directive', '      >>SOURCE FORMAT IS FREE\n01 R.\n05 A PIC X.\n', 1],
  ])('%s', (_, text, lengthBytes) => {
    expect(readCopybook(text, 'case.cpy').map((record) => record.lengthBytes)).toEqual([lengthBytes]);
  });

  test('text that runs over column 72, or is after column 80, is free format', () => {
    const indent = ' '.repeat(10);
    const over = `01 R.\n${indent}05 A ${' '.repeat(50)}PIC X(10).\n`.replace(/^/, '       ');
    expect(over.split('\n')[1]!.slice(71, 73)).toMatch(/\S\S/);
    expect(positionsOf(over)).toBe('R 10\n1-10 a X(10) DISPLAY\n');
    const afterCardEnd = `       01 R.\n${indent}05 A PIC X.${' '.repeat(70)}05 B PIC X.\n`;
    expect(positionsOf(afterCardEnd)).toBe('R 2\n1-1 a X DISPLAY\n2-2 b X DISPLAY\n');
    const card = `       01 R.\n${`${indent}05 A PIC X.`.padEnd(72)}CTR00010\n`;
    expect(positionsOf(card)).toBe('R 1\n1-1 a X DISPLAY\n');
  });

  test('the items that a choice of redefinitions leaves out are listed', () => {
    const [record] = readCopybook(fileText('copybook-redefines-nested', 'copybook.cpy'), 'case.cpy');
    const names = (redefines: 'first' | string[]) =>
      columnsOf(record!, { redefines, filler: false }, 'f').map(({ name }) => name);
    expect(names('first')).toEqual(['cust_type', 'cpf', 'birth_date', 'last_one']);
    expect(names(['COMPANY'])).toEqual(['cust_type', 'cnpj', 'last_one']);
    expect(names(['BIRTH-PARTS'])).toContain('birth_month');
    const left = leftOut(record!, { redefines: 'first', filler: false });
    expect(left.map(({ name }) => name)).toEqual(['BIRTH-PARTS', 'COMPANY', 'RAW-BYTES']);
  });

  test('values of level 88 are kept, and level 66 takes no bytes', () => {
    const [contract] = readCopybook(fileText('copybook-fixed-format', 'copybook.cpy'), 'case.cpy');
    expect(contract!.root.children.find(({ name }) => name === 'STATUS-TEXT')!.conditions).toEqual([
      { name: 'STATUS-OPEN', values: ["'OPEN'", '"ACTIVE"'] },
      { name: 'STATUS-RANGE', values: ["'A' THRU 'C'", "'X'"] },
    ]);
    const [customer] = readCopybook(fileText('copybook-redefines-nested', 'copybook.cpy'), 'case.cpy');
    expect(customer!.renames).toEqual([{ name: 'BIRTH', from: 'BIRTH-YEAR', through: 'BIRTH-DAY' }]);
  });

  test('items after a table that depends on a count move', () => {
    const [record] = readCopybook(
      '01 R. 05 N PIC 9. 05 T OCCURS 1 TO 9 DEPENDING ON N OF R PIC X. 05 AFTER-T PIC X.',
      'case.cpy',
    );
    expect(record!.root.children.map(({ moves }) => moves)).toEqual([false, false, true]);
    expect(record!.root.children[1]!.occurs).toEqual({ min: 1, max: 9, dependingOn: 'N' });
  });
});

describe('copybooks that are refused', () => {
  const refused: [string, string, string[]][] = [
    ['nothing', '', ['line 1, column 1', 'empty']],
    ['only comments', '      * nothing\n', ['empty']],
    ['no level number', '01 R.\n   CUST PIC X.', ['line 2, column 4', "'CUST'", 'level number']],
    ['a constant', '78 MAX-N VALUE 5.', ['78', 'level number']],
    ['level 50', '01 R. 50 A PIC X.', ["'50'"]],
    ['a bad picture', '01 R.\n  05 CUST-ID PIC X(10)Q.', ['line 2, column 23', 'CUST-ID', "'Q'"]],
    ['an empty repetition', '05 A PIC X().', ["'()'"]],
    ['no repetition', '05 A PIC X(0).', ["'(0)'"]],
    ['a huge repetition', '05 A PIC X(99999999999999999999).', ['A', '1048576']],
    ['two points', '05 A PIC 9V9V9.', ["'9V9V9'", 'V once']],
    ['a late sign', '05 A PIC 9S9.', ["'9S9'"]],
    ['Ps at both ends', '05 A PIC P9P.', ['Ps at one end']],
    ['no digits', '05 A PIC SV.', ["'SV'"]],
    ['39 digits', '05 A PIC 9(39).', ['39 digits', '38']],
    ['19 binary digits', '05 A PIC 9(19) COMP.', ['A: 19 digits', '18 digits']],
    ['a DBCS picture', '05 A PIC G(5).', ['DBCS']],
    ['COPY', '01 R. COPY CUSTREC REPLACING ==:P:== BY ==X==.', ['COPY', 'replacements']],
    ['COPY within', '01 R.\n  05 A PIC X. COPY OTHER.', ['line 2, column 15', 'COPY']],
    ['a placeholder', '05 :PFX:-ID PIC X.', [':PFX:-ID', 'REPLACING']],
    ['EXEC SQL', 'EXEC SQL INCLUDE X END-EXEC.', ['EXEC']],
    ['a directive', '>>IF A\n01 R PIC X.', ['directive']],
    ['a pointer', '05 A USAGE POINTER.', ["'POINTER'", 'COMP-1 to COMP-6']],
    ['an index', '05 A USAGE IS INDEX.', ["'INDEX'"]],
    ['COMP-X', '05 A PIC X COMP-X.', ["'COMP-X'"]],
    ['an unknown clause', '05 A PIC X COLOUR RED.', ['A: ', "'COLOUR'", 'a period']],
    ['a missing period', '01 R.\n  05 A PIC X\n  05 B PIC X.', ['line 3, column 3', 'no period', 'A: ']],
    ['no period at the end', '05 A PIC X', ['ends within the entry']],
    ['PIC without picture', '05 A PIC .', ['A: ', 'picture']],
    ['two pictures', '05 A PIC X PIC 9.', ['second picture']],
    ['a value, and no period', "01 R.\n  05 A VALUE 'X'\n  05 PIC X.", ['line 3, column 3', 'no period']],
    ['ALL of nothing', `05 A PIC X VALUE ${'ALL '.repeat(9)}.`, ['ALL without a literal']],
    ['two usages', '05 A PIC 9 COMP COMP-3.', ['second usage']],
    ['a literal without an end', "05 A PIC X VALUE 'ABC.", ['no end', 'column 18']],
    ['a group with a picture', '01 R. 05 A PIC X. 10 B PIC X.', ['A: ', 'deeper']],
    ['an item without a picture', '01 R. 05 A. 05 B PIC X.', ['A: ', 'no picture']],
    [
      'a level that fits into no group',
      '01 R. 05 A. 10 B PIC X. 07 C PIC X.',
      ['C: ', 'level 07', 'level 10'],
    ],
    ['items below a level 77', '77 A PIC X. 05 B PIC X.', ['level 77']],
    ['a level 88 before any item', "88 A VALUE 'X'.", ['88']],
    ['a level 66 before any record', '66 A RENAMES B.', ['66']],
    ['a level 66 for an unknown item', '01 R. 05 A PIC X. 66 B RENAMES C.', ['B: ', 'C']],
    ['redefines of an unknown item', '01 R. 05 A REDEFINES B PIC X.', ['A: ', 'REDEFINES B']],
    [
      'redefines of the wrong one',
      '01 R. 05 A PIC X. 05 B PIC X. 05 C REDEFINES A PIC X.',
      ['C: ', 'Expected B'],
    ],
    ['redefines of a table', '01 R. 05 A PIC X OCCURS 2. 05 B REDEFINES A PIC XX.', ['A has OCCURS']],
    ['usage against its group', '01 R COMP-3. 05 A PIC 9 COMP.', ['A: ', 'binary', 'packed']],
    ['packed text', '05 A PIC X(3) COMP-3.', ['A: ', 'COMP-3 with picture X(3)']],
    ['a signed COMP-6', '05 A PIC S9(3) COMP-6.', ['COMP-6 holds no sign']],
    ['a float with a picture', '05 A PIC 9(4) COMP-1.', ['no PIC']],
    ['a separate sign without S', '05 A PIC 9 SIGN TRAILING SEPARATE.', ['picture with S']],
    ['a justified number', '05 A PIC 9 JUST.', ['JUSTIFIED']],
    ['a packed number blank when zero', '05 A PIC 9 COMP-3 BLANK WHEN ZERO.', ['BLANK WHEN ZERO']],
    ['OCCURS on 01', '01 R OCCURS 2. 05 A PIC X.', ['OCCURS on level 01']],
    ['OCCURS 0', '01 R. 05 A PIC X OCCURS 0.', ['A: OCCURS 0']],
    ['OCCURS without number', '01 R. 05 A PIC X OCCURS N TIMES.', ["'N'"]],
    ['a range of counts without its count item', '01 R. 05 A PIC X OCCURS 1 TO 5.', ['DEPENDING ON']],
    ['a count that is not an item', '01 R. 05 A PIC X OCCURS 1 TO 5 DEPENDING ON N.', ['DEPENDING ON N']],
    ['a record too long', '01 R. 05 A OCCURS 9999999. 10 B PIC X(999) OCCURS 9999999.', ['1048576']],
    ['a wrong indicator', '      ?01 R PIC X.\n', ["'?01'"]],
    ['a lone continuation', '      -    A.\n', ['continuation']],
  ];
  test.each(refused)('%s', (_, text, fragments) => {
    const { message, where, why, next } = failure(text);
    for (const fragment of fragments) expect(message).toContain(fragment);
    expect(where).toMatch(/^case\.cpy, line \d+, column \d+$/);
    expect(why).toMatch(/^Expected /);
    expect(next).toBeTypeOf('string');
  });

  test('every beginning of a copybook is read, or refused with its place', () => {
    for (const name of cases) {
      const text = fileText(name, 'copybook.cpy');
      for (let end = 0; end <= text.length; end++) settles(text.slice(0, end));
    }
  });

  test('a copybook with words missing, doubled or foreign is read, or refused with its place', () => {
    const words = [
      'OCCURS',
      'REDEFINES',
      'PIC',
      '.',
      "'",
      '(',
      'S9(4)',
      'SYNC',
      '01',
      '88',
      'THRU',
      'VALUE',
      '\u0000',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...cases),
        fc.array(fc.tuple(fc.nat(500), fc.constantFrom('drop', 'double', ...words)), { maxLength: 4 }),
        (name, changes) => {
          const parts = fileText(name, 'copybook.cpy').split(/( +|\n)/);
          for (const [at, change] of changes) {
            const index = at % parts.length;
            if (change === 'drop') parts.splice(index, 1);
            else if (change === 'double') parts.splice(index, 0, parts[index]!, ' ');
            else parts.splice(index, 0, ' ', change, ' ');
          }
          settles(parts.join(''));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('arbitrary text is read, or refused with its place', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), settles));
  });

  function settles(text: string): void {
    try {
      for (const record of readCopybook(text, 'case.cpy')) columnsOf(record, ALL, 'case.cpy');
    } catch (error) {
      if (!(error instanceof LayoutInvalid)) throw error;
      expect(error.where).toMatch(/^case\.cpy, line \d+, column \d+$/);
    }
  }
});

describe('pictures', () => {
  const cases: [string, object][] = [
    ['x(10)', { category: 'alphanumeric', characters: 10 }],
    ['S9(13)V99', { category: 'numeric', digits: 15, scale: 2, signed: true, characters: 15 }],
    ['9(2)9(3)', { category: 'numeric', digits: 5, scale: 0, signed: false }],
    ['V9(4)', { digits: 4, scale: 4 }],
    ['9(4)V', { digits: 4, scale: 0 }],
    ['PP99', { digits: 2, scale: 4 }],
    ['99P(3)V', { digits: 2, scale: -3, characters: 2 }],
    ['+9(3).99E+99', { category: 'edited', characters: 11 }],
    ['ZZZ.ZZ9,99-', { category: 'edited', characters: 11 }],
    ['9(5)DB', { category: 'edited', characters: 7 }],
    ['----9', { category: 'edited', characters: 5 }],
    ['N(3)', { category: 'national', characters: 3 }],
  ];
  test.each(cases)('%s', (text, expected) => expect(parsePicture(text)).toMatchObject(expected));
});

describe('records of random items', () => {
  /** An item as source text, with its length worked out without the code under test. */
  type Sized = { text: (level: number, name: string) => string; lengthBytes: number };
  const leaf = fc.oneof(
    fc.integer({ min: 1, max: 40 }).map((n) => sized(`PIC X(${n})`, n)),
    fc.integer({ min: 1, max: 18 }).map((n) => sized(`PIC S9(${n}) COMP-3`, Math.ceil((n + 1) / 2))),
    fc.integer({ min: 1, max: 18 }).map((n) => sized(`PIC 9(${n}) BINARY`, n < 5 ? 2 : n < 10 ? 4 : 8)),
    fc.integer({ min: 1, max: 18 }).map((n) => sized(`PIC S9(${n})V9 SIGN LEADING SEPARATE`, n + 2)),
    fc.constant(sized('COMP-1', 4)),
  );
  function sized(clauses: string, lengthBytes: number): Sized {
    return { lengthBytes, text: (level, name) => `${level} ${name} ${clauses}.` };
  }
  const { item } = fc.letrec<{ item: Sized }>((tie) => ({
    item: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.tuple(fc.array(tie('item'), { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 3 })).map(
        ([children, times]): Sized => ({
          lengthBytes: children.reduce((sum, child) => sum + child.lengthBytes, 0) * times,
          text: (level, name) =>
            [
              `${level} ${name} ${times > 1 ? `OCCURS ${times} TIMES` : ''}.`,
              ...children.map((child, index) => child.text(level + 2, `${name}-${index}`)),
            ].join('\n'),
        }),
      ),
    ),
  }));

  test('are as long as the sum of their items, and their columns tile them', () => {
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 6 }), (items) => {
        const text = `01 R.\n${items.map((each, index) => each.text(3, `N${index}`)).join('\n')}`;
        const [record] = readCopybook(text, 'random.cpy');
        expect(record!.lengthBytes).toBe(items.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0));
        const columns = columnsOf(record!, ALL, 'random.cpy');
        let end = 0;
        for (const column of columns) {
          expect(column.startByte).toBe(end);
          end = column.endByte;
        }
        expect(end).toBe(record!.lengthBytes);
        expect(new Set(columns.map(({ name }) => name)).size).toBe(columns.length);
      }),
    );
  });
});
