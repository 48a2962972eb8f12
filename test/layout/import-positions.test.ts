import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LayoutInvalid } from '../../shared/errors.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { columnEntry } from '../../shared/layout/copybook/column-entry.ts';
import { columnsOf } from '../../shared/layout/copybook/columns.ts';
import { readCopybook } from '../../shared/layout/copybook/read-copybook.ts';
import { layoutTables, recordTable } from '../../shared/layout/describe/positions-table.ts';
import { firstDataset } from '../../shared/layout/layout.ts';
import { datasetName, layoutText } from '../../shared/layout/layout-text.ts';
import { importPositions } from '../../shared/layout/sources/import-positions.ts';

function failure(text: string): string {
  try {
    importPositions(text, 'table.csv');
  } catch (error) {
    expect(error).toBeInstanceOf(LayoutInvalid);
    return (error as LayoutInvalid).message;
  }
  throw new Error('the table was accepted');
}

describe('positions tables', () => {
  test('may be a CSV of name, start, end, type', () => {
    const text =
      'name,start,end,type\nCODNEG,13,24,string\n"Preço, médio",96,108,"decimal(13,2)"\nDATA,3,10,date\n';
    expect(importPositions(text, 'f').fields).toEqual([
      { name: 'codneg', start: 13, end: 24, type: 'string' },
      { name: 'preco_medio', start: 96, end: 108, type: 'decimal(13,2)', point: 'implied' },
      { name: 'data', start: 3, end: 10, type: 'date', format: 'yyyyMMdd' },
    ]);
  });

  test('may have semicolons, Portuguese headings, a length in place of an end, comments and blank lines', () => {
    const text = '\ufeffCampo;Posição inicial;Tamanho;Tipo\r\n# nota\r\n\r\nUF;1;2;\r\nIDADE;3;3;integer\r\n';
    expect(importPositions(text, 'f').fields).toEqual([
      { name: 'uf', start: 1, end: 2, type: 'string' },
      { name: 'idade', start: 3, end: 5, type: 'integer' },
    ]);
  });

  test('may be Portuguese: kinds N, A and D, decimals, signs, accents, ranges, and formats with AAAA', () => {
    const text = [
      'NOME DO CAMPO;Posição;Tamanho;Tipo;Decimais;Sinal;Formato',
      'Código;001-005;5;N;;;',
      '"Nome; do ""cliente""";006 a 025;20;Alfanumérico;;;',
      'Valor;026-040;15;Numérico;2;N;',
      'Saldo;041-055;15;N;2;S;',
      'Ajuste;056-066;11;N;2;leading separate;',
      'Abertura;067-076;10;D;;;DD/MM/AAAA',
      'Base;077-084;8;Data;;;',
      'Preço;085-099;15;9(13)V99;;;',
      'Taxa;100-104;5;S9(5)V9(4) COMP-3;;;',
      'Ficha;105-115;11;N(09)V99;;;',
      'Obs;116-145;30;X(30);;;',
      'Hora;146-164;19;D;;;AAAA-MM-DD HH:MM:SS',
    ].join('\r\n');
    const { fields, notes } = importPositions(text, 'f');
    expect(fields.map(({ name, start, end, ...form }) => [name, start, end, form])).toEqual([
      ['codigo', 1, 5, { type: 'integer' }],
      ['nome_do_cliente', 6, 25, { type: 'string' }],
      ['valor', 26, 40, { type: 'decimal(15,2)', point: 'implied' }],
      ['saldo', 41, 55, { type: 'decimal(15,2)', point: 'implied', sign: 'trailing' }],
      ['ajuste', 56, 66, { type: 'decimal(11,2)', point: 'implied', sign: 'leading-separate' }],
      ['abertura', 67, 76, { type: 'date', format: 'dd/MM/yyyy' }],
      ['base', 77, 84, { type: 'date', format: 'yyyyMMdd' }],
      ['preco', 85, 99, { type: 'decimal(15,2)', point: 'implied' }],
      ['taxa', 100, 104, { type: 'decimal(9,4)', usage: 'packed' }],
      ['ficha', 105, 115, { type: 'decimal(11,2)', point: 'implied' }],
      ['obs', 116, 145, { type: 'string' }],
      ['hora', 146, 164, { type: 'timestamp', format: 'yyyy-MM-dd HH:mm:ss' }],
    ]);
    expect(notes.join()).toMatch(/S9.*yyyyMMdd/);
  });

  test('may have lengths only, and the tables of CNAB files, whose format is the kind', () => {
    expect(importPositions('campo;tamanho;tipo\na;3;N\nb;5;X\n', 'f').fields).toEqual([
      { name: 'a', start: 1, end: 3, type: 'integer' },
      { name: 'b', start: 4, end: 8, type: 'string' },
    ]);
    const cnab =
      'Campo;De;Até;Nº Dig;Nº Dec;Formato\nBanco;1;3;3;-;Num\nTarifa;4;18;15;2;Num\nUso;19;27;9;;Alfa\n';
    expect(importPositions(cnab, 'f').fields).toEqual([
      { name: 'banco', start: 1, end: 3, type: 'integer' },
      { name: 'tarifa', start: 4, end: 18, type: 'decimal(15,2)', point: 'implied' },
      { name: 'uso', start: 19, end: 27, type: 'string' },
    ]);
  });

  test('may be a SAS dictionary', () => {
    const text = `INPUT
      @0001  UF      $2.      /* state */
      @3     IDADE   3.
      @6     RENDA   11.2     /* hundredths
      @17    NASC    YYMMDD8.
      @25    NOME    $CHAR10.;
      @35    CHAVE   20.
    ;`;
    expect(importPositions(text, 'f').fields).toEqual([
      { name: 'uf', start: 1, end: 2, type: 'string', trim: 'both' },
      { name: 'idade', start: 3, end: 5, type: 'integer' },
      {
        ...{ name: 'renda', start: 6, end: 16, type: 'decimal(11,2)', point: 'optional', decimalPoint: '.' },
        ...{ sign: 'marks', negative: ['-'], positive: ['+'], blankSign: 'positive' },
      },
      { name: 'nasc', start: 17, end: 24, type: 'date', format: 'yyyyMMdd' },
      { name: 'nome', start: 25, end: 34, type: 'string' },
      { name: 'chave', start: 35, end: 54, type: 'decimal(20,0)', point: 'implied' },
    ]);
  });

  const refused: [string, string, string[]][] = [
    ['nothing', '', ['names no name, start and end']],
    ['no headings', 'a,1,2\n', ["'a,1,2'", 'line 1']],
    ['no fields', 'name,start,end\n', ['no fields']],
    ['a start that is not a number', 'name,start,end\na,x,2\n', ['line 2', "start is 'x'"]],
    ['end before start', 'name,start,end\na,5,2\n', ['line 2', 'from 5 to 2']],
    ['an unknown type', 'name,start,end,type\na,1,2,strng\n', ["'strng'", "is 'string'"]],
    ['a date of unknown format', 'name,start,end,type\na,1,10,date\n', ['format']],
    ['a length that is not the end', 'name,start,end,length\na,1,5,4\n', ['5 bytes', 'length is 4']],
    ['a picture of another length', 'name,start,end,type\na,1,5,X(4)\n', ['takes 4 bytes']],
    ['a sign nobody knows', 'name,start,end,type,sign\na,1,5,N,maybe\n', ["'maybe'", 'leading-separate']],
    ['a sign on a text', 'name,start,end,type,sign\na,1,5,A,S\n', ['type is string']],
    ['the same name twice', 'name,start,end\nA-B,1,2\na b,3,4\n', ["two fields named 'a_b'"]],
    ['an unknown informat', '@1 A HEX5.\n', ["'HEX5.'", 'line 1', '$w.']],
    ['SAS without name', '@1 A $2.\n@3 $5.\n', ['line 2', 'name of a variable']],
    ['position 0', '@0 A $2.\n', ['from 1']],
  ];
  test.each(refused)('are refused with %s', (_, text, fragments) => {
    const message = failure(text);
    for (const fragment of ['table.csv', ...fragments]) expect(message).toContain(fragment);
  });

  test('are read or refused, whatever their text', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom('name,start,end,type', '@1 A $2.', 'a,1,2,date', '@', '"'),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        try {
          importPositions(lines.join('\n'), 'f');
        } catch (error) {
          if (!(error instanceof LayoutInvalid)) throw error;
        }
      }),
    );
  });
});

describe('layout files that are written', () => {
  test('are read back with the same meaning', () => {
    const text = layoutText({
      name: 'sample',
      description: 'with "quotes"',
      encoding: 'us-ascii',
      record: { format: 'lines', length: 12 },
      fields: importPositions('name,start,end,type\na,1,2,string\nb,3,12,"decimal(10,2)"', 'f').fields,
    });
    expect(text).toContain('    { "name": "a", "start": 1, "end": 2, "type": "string" },\n');
    expect(firstDataset(readLayout(text, 'f')).fields.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  test('have dataset names made from file names', () => {
    expect(['CTR-DETAIL.cpy', 'a/b/Ação 1.txt', '9x.csv', 'X'].map(datasetName)).toEqual([
      'ctr_detail',
      'a_o_1',
      'd_9x',
      'x',
    ]);
  });
});

describe('describe', () => {
  const folder = new URL('../golden/', import.meta.url);
  const cases = readdirSync(folder).filter((name) => name.startsWith('copybook-'));
  const simple = cases.filter((name) => !/tables|redefines|duplicate/.test(name));

  test.each(simple)('%s: the copybook and the layout made from it give the same table', (name) => {
    const text = readFileSync(new URL(`${name}/copybook.cpy`, folder), 'utf8');
    for (const record of readCopybook(text, name)) {
      const fields = columnsOf(record, { redefines: 'all', filler: false }, name).map(columnEntry);
      const layout = layoutText({
        name: 'x',
        description: '',
        encoding: 'cp037',
        record: { format: 'fixed', length: record.lengthBytes },
        fields,
      });
      const [described] = layoutTables(readLayout(layout, name));
      const places = ({
        start,
        end,
        length,
        type,
      }: {
        start: number;
        end: number;
        length: number;
        type: string;
      }) => [start, end, length, type];
      const items = recordTable(record, name).rows.filter(({ type }) => type !== '');
      expect(described!.rows.map(places)).toEqual(items.map(places));
    }
  });

  test('a layout has the pictures and usages that its copybook would have', () => {
    const text = readFileSync(new URL('copybook-storage-forms/copybook.cpy', folder), 'utf8');
    const [record] = readCopybook(text, 'f');
    const fields = columnsOf(record!, { redefines: 'all', filler: false }, 'f').map(columnEntry);
    const layout = JSON.stringify({
      name: 'x',
      encoding: 'cp037',
      record: { format: 'fixed', length: 113 },
      fields,
    });
    const [table] = layoutTables(readLayout(layout, 'f'));
    const shown = Object.fromEntries(
      table!.rows.map(({ name, picture, usage }) => [name, `${picture} ${usage}`]),
    );
    expect(shown).toMatchObject({
      b1: 'S9(4) COMP',
      b5: '9(20) COMP',
      f1: ' COMP-1',
      f2: ' COMP-2',
      p3: '9(5)V99 COMP-3',
      p4: 'S9(9)V9(6) COMP-3',
      p5: '9(5) COMP-6',
      a1: 'S9(7)V99 COMP-3',
      s1: 'S9(5) DISPLAY',
      n1: 'N(10) NATIONAL',
      t2: 'X(5) DISPLAY',
    });
  });

  test('the control file has a table of its own, and a year of two digits shows its pivot', () => {
    const layout = JSON.stringify({
      name: 'x',
      encoding: 'us-ascii',
      record: { format: 'lines', length: 6 },
      fields: [{ name: 'opened', start: 1, end: 6, type: 'date', format: 'yyMMdd', pivotYear: 1970 }],
      controlFile: {
        name: '{stem}.ctl',
        length: 12,
        match: { start: 1, end: 2, equals: 'TT' },
        fields: [{ name: 'n', start: 3, end: 12, type: 'integer' }],
      },
    });
    const [data, control] = layoutTables(readLayout(layout, 'f'));
    expect(data!.rows[0]!.notes).toBe('yyMMdd; from 1970 on');
    expect(control).toMatchObject({ name: "control file {stem}.ctl, 1 to 2 is 'TT'", lengthBytes: 12 });
    expect(control!.rows).toMatchObject([{ name: 'n', start: 3, end: 12, type: 'integer' }]);
  });
});
