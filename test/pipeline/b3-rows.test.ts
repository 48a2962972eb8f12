import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { expectSameRows } from '../support/first-difference.ts';
import { TestLake } from '../support/run-pipeline.ts';

const FILE = fileURLToPath(new URL('../../../shared/data/b3/COTAHIST_D25062021.TXT', import.meta.url));
const LAYOUT = fileURLToPath(new URL('../../layouts/b3-cotahist.json', import.meta.url));

/** Positions from B3's layout document, copied here a second time so that a slip in the layout file shows. */
const POSITIONS: [name: string, start: number, end: number, kind: 'X' | 'N' | 'D' | 2 | 6][] = [
  ['datpre', 3, 10, 'D'],
  ['codbdi', 11, 12, 'X'],
  ['codneg', 13, 24, 'X'],
  ['tpmerc', 25, 27, 'N'],
  ['nomres', 28, 39, 'X'],
  ['especi', 40, 49, 'X'],
  ['prazot', 50, 52, 'X'],
  ['modref', 53, 56, 'X'],
  ['preabe', 57, 69, 2],
  ['premax', 70, 82, 2],
  ['premin', 83, 95, 2],
  ['premed', 96, 108, 2],
  ['preult', 109, 121, 2],
  ['preofc', 122, 134, 2],
  ['preofv', 135, 147, 2],
  ['totneg', 148, 152, 'N'],
  ['quatot', 153, 170, 'N'],
  ['voltot', 171, 188, 2],
  ['preexe', 189, 201, 2],
  ['indopc', 202, 202, 'N'],
  ['datven', 203, 210, 'D'],
  ['fatcot', 211, 217, 'N'],
  ['ptoexe', 218, 230, 6],
  ['codisi', 231, 242, 'X'],
  ['dismes', 243, 245, 'N'],
];

function slowDecode(line: string): Record<string, string | null> {
  return Object.fromEntries(
    POSITIONS.map(([name, start, end, kind]) => {
      const text = line.slice(start - 1, end);
      if (text.trim() === '') return [name, null];
      if (kind === 'X') return [name, text.replace(/ +$/, '')];
      if (kind === 'D') return [name, `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`];
      if (kind === 'N') return [name, String(BigInt(text))];
      return [name, `${BigInt(text.slice(0, -kind))}.${text.slice(-kind)}`];
    }),
  );
}

describe.skipIf(!existsSync(FILE))(
  'every row of a real day (skipped if the real data is not beside the project)',
  () => {
    it.each([
      10_000, 24_713, 1_000_000, 10_000_000,
    ])('read back by DuckDB equals an independent decode, ranges of %i bytes', async (rangeSizeBytes) => {
      await using lake = await TestLake.make();
      const bytes = await readFile(FILE);
      const lines = bytes
        .toString('latin1')
        .split('\r\n')
        .filter((line) => line.startsWith('01'));
      await lake.putRaw('COTAHIST_D25062021.TXT', bytes);
      const layout = await readFile(LAYOUT, 'utf8');
      const result = await lake.convert({ layout, sourceKey: 'COTAHIST_D25062021.TXT', rangeSizeBytes });
      expect(result.status).toBe('loaded');
      const select = POSITIONS.map(([name]) => `${name}::VARCHAR AS ${name}`).join(', ');
      const rows = await lake.publishedRows('b3_cotahist', select);
      expect(rows).toHaveLength(7518);
      expectSameRows(rows, lines.map(slowDecode));
    });
  },
);
