import { LayoutInvalid } from '../../errors.ts';
import { csvFields } from './csv-table.ts';
import type { Notes, PositionEntry } from './position-entry.ts';
import { isSasProgram, sasFields } from './sas-input.ts';

interface ImportedPositions {
  fields: PositionEntry[];
  /** What the table leaves open, and how it was read. */
  notes: string[];
}

/**
 * Reads the positions tables that agencies publish (not copybooks) as entries of `fields`:
 *
 *     name,start,end,type            @1   CODNEG  $12.
 *     CODNEG,13,24,string            @13  VALOR   11.2
 *
 * Fails with `LayoutInvalid` that names the line. `file` is only for messages.
 */
export function importPositions(source: string, file: string): ImportedPositions {
  const text = source.replace(/^\ufeff/, '');
  const sas = isSasProgram(text);
  const fail = (line: number, why: string): LayoutInvalid =>
    new LayoutInvalid({
      what: 'this line of the positions table cannot be used',
      where: `${file}, line ${line}`,
      why,
      next: sas
        ? 'A field is: @pos name $w., @pos name w.d or name $ 1-10'
        : 'A line is: name,start,end,type',
    });
  const notes: Notes = new Set();
  const fields = sas ? sasFields(text, fail, notes) : csvFields(text, file, fail, notes);
  if (fields.length > 0) return { fields, notes: [...notes] };
  throw new LayoutInvalid({
    what: 'the positions table has no fields',
    where: file,
    next: 'Give a CSV with the columns name, start, end, type, or lines such as: @1 NAME $10.',
  });
}
