import { LayoutInvalid, UsageError } from '../shared/errors.ts';
import { CODE_PAGES, type CodePage, codePageOf, isEbcdic } from '../shared/layout/code-page.ts';
import { chooseRecord, itemText } from '../shared/layout/copybook/choose-record.ts';
import { leftOut } from '../shared/layout/copybook/columns.ts';
import { copybookFields, isOverpunched } from '../shared/layout/copybook/copybook-fields.ts';
import type { StoredRecord } from '../shared/layout/copybook/storage.ts';
import { didYouMean } from '../shared/layout/did-you-mean.ts';
import type { FieldItem } from '../shared/layout/layout-schema.ts';
import { datasetName, layoutText, usualRecordFormat } from '../shared/layout/layout-text.ts';
import { OVERPUNCHES, type Overpunch } from '../shared/layout/number-notation.ts';
import { importPositions } from '../shared/layout/sources/import-positions.ts';
import { copybookRecords } from './copybook-records.ts';

/** A layout file to edit, and what people must know of how it was made. */
interface ImportedDraft {
  text: string;
  notes: string[];
}

interface DraftChoices {
  /** Path of the schema, for editors. */
  $schema?: string | undefined;
  encoding?: string | undefined;
  name?: string | undefined;
}

interface CopybookChoices extends DraftChoices {
  format?: string | undefined;
  record?: string | undefined;
  occurs?: string | undefined;
  redefines?: string | undefined;
  identifiers?: string | undefined;
  filler?: boolean | undefined;
  'fixed-tables'?: boolean | undefined;
}

/** A layout file from the text of a COBOL copybook. `file` is its name. Fails with `LayoutInvalid`. */
export function copybookDraft(text: string, file: string, choices: CopybookChoices): ImportedDraft {
  const notes: string[] = [];
  const records = copybookRecords(text, file, { format: choices.format });
  const record = chooseRecord(records, choices.record, file);
  const redefines = redefinesOf(choices.redefines);
  const problems: string[] = [];
  const fieldsWith = (overpunch: Overpunch | undefined) =>
    copybookFields(
      record,
      {
        occurs: occursOf(choices.occurs),
        redefines,
        filler: choices.filler,
        overpunch,
        identifiers: choices.identifiers?.split(',').map((name) => name.trim()),
        ...(choices['fixed-tables'] && { dependingOn: 'fixed' }),
      },
      { at: 'from-copybook', copybookFile: file },
      problems,
    );
  let fields = fieldsWith(undefined);
  if (problems.length > 0) {
    throw new LayoutInvalid({
      what: 'the copybook cannot be made into a layout',
      where: file,
      why: problems.join('; '),
    });
  }
  notes.push(...leftOutNotes(record, redefines));
  // Packed and binary numbers come from a mainframe, and so does the rest of the record.
  const isBinary = fields.some(({ usage }) => usage !== undefined && usage !== 'display');
  const encoding = encodingOf(choices.encoding, isBinary ? 'cp037' : 'iso-8859-1', notes);
  const overpunch = assumedOverpunch(fields, encoding, notes);
  if (overpunch) fields = fieldsWith(overpunch);
  const draft = layoutText({
    ...(choices.$schema !== undefined && { $schema: choices.$schema }),
    name: choices.name ?? datasetName(record.name ?? file),
    description: `From the copybook ${file.replace(/^.*[/\\]/, '')}`,
    encoding,
    record: { format: isBinary ? 'fixed' : usualRecordFormat(encoding), length: record.lengthBytes },
    fields,
  });
  return { text: draft, notes };
}

/** A layout file from a table of positions in CSV, or from the INPUT statement of a SAS program. Fails with `LayoutInvalid`. */
export function positionsDraft(text: string, file: string, choices: DraftChoices): ImportedDraft {
  const { fields, notes: found } = importPositions(text, file);
  const notes = found.map((note) => `note: ${note}`);
  const encoding = encodingOf(choices.encoding, 'iso-8859-1', notes);
  const draft = layoutText({
    ...(choices.$schema !== undefined && { $schema: choices.$schema }),
    name: choices.name ?? datasetName(file),
    description: `From the positions table ${file.replace(/^.*[/\\]/, '')}`,
    encoding,
    record: {
      format: usualRecordFormat(encoding),
      length: fields.reduce((most, { end }) => Math.max(most, end), 0),
    },
    fields,
  });
  return { text: draft, notes };
}

function leftOutNotes(record: StoredRecord, redefines: ReturnType<typeof redefinesOf>): string[] {
  const choice = {
    redefines: Array.isArray(redefines) ? redefines.map((name) => name.toUpperCase()) : redefines,
  };
  return leftOut(record, { ...choice, filler: false }).map((item) => {
    const why = item.redefines === undefined ? '' : `, which redefines ${item.redefines}`;
    return `left out: ${itemText(item)}${why}; --redefines chooses it`;
  });
}

/** In ASCII text, the digits with a sign of most files: those that a transfer makes of a mainframe's. */
function assumedOverpunch(fields: FieldItem[], encoding: CodePage, notes: string[]): Overpunch | undefined {
  const punched = fields.flatMap((field) => [field, ...(field.fields ?? [])]).find(isOverpunched);
  if (!punched || isEbcdic(encoding)) return undefined;
  notes.push(
    `overpunch: ibm is assumed for '${punched.name}' and other digits with a sign; the layout may say another (${OVERPUNCHES.join(', ')})`,
  );
  return 'ibm';
}

function redefinesOf(text: string | undefined): 'first' | 'all' | string[] {
  if (text === undefined || text === 'first') return 'first';
  return text === 'all' ? 'all' : text.split(',').map((name) => name.trim());
}

function occursOf(text: string | undefined): 'list' | 'columns' {
  if (text === undefined || text === 'list' || text === 'columns') return text ?? 'list';
  throw new UsageError({
    what: `--occurs '${text}' is neither list nor columns`,
    next: 'Child rows are chosen for each table in the layout.',
  });
}

function encodingOf(name: string | undefined, usual: CodePage, notes: string[]): CodePage {
  if (name === undefined) {
    notes.push(`encoding: ${usual} is assumed; --encoding gives another`);
    return usual;
  }
  const page = codePageOf(name);
  if (page) return page;
  throw new UsageError({ what: `--encoding '${name}' is not a code page${didYouMean(name, CODE_PAGES)}` });
}
