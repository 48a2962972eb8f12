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
import { defineCommand, isSet, text } from '../terminal/command-line.ts';
import { warn } from '../terminal/print.ts';
import {
  copybookRecords,
  LAYOUT_EXIT_CODES,
  oneFile,
  readText,
  schemaPath,
  writeOut,
} from './layout-file.ts';

const DRAFT_FLAGS = {
  encoding: text('E', 'code page, such as cp037 or iso-8859-1'),
  name: text('N', 'name of the dataset'),
  out: text('FILE', 'file to write the layout to; by default standard output'),
  force: isSet('overwrites an existing file'),
};

const FROM_COPYBOOK = {
  does: 'Writes a layout file to edit, from a COBOL copybook; standard error lists what it leaves out.',
  usage: 'positional-lake layout from-copybook FILE [flags]',
  flags: {
    format: text('FORMAT', 'fixed or free; detected by default'),
    record: text('NAME', 'the 01 level, if there are several'),
    occurs: text('O', 'tables become list (the default) or columns'),
    'fixed-tables': isSet('tables take their largest space in every record'),
    redefines: text('R', 'first (the default), all, or the items to read (A,B)'),
    filler: isSet('FILLER becomes columns too'),
    identifiers: text('NAMES', "items of digits that become texts, to keep leading zeros ('*-CPF,COD-*')"),
    ...DRAFT_FLAGS,
  },
  notes: LAYOUT_EXIT_CODES,
  takesWords: true,
};

export const fromCopybook = defineCommand(FROM_COPYBOOK, async (values, words) => {
  const file = oneFile(words, 'the copybook');
  const records = copybookRecords(await readText(file), file, { format: values.format });
  const record = chooseRecord(records, values.record, file);
  const redefines = redefinesOf(values.redefines);
  const problems: string[] = [];
  const fieldsWith = (overpunch: Overpunch | undefined) =>
    copybookFields(
      record,
      {
        occurs: occursOf(values.occurs),
        redefines,
        filler: values.filler,
        overpunch,
        identifiers: values.identifiers?.split(',').map((name) => name.trim()),
        ...(values['fixed-tables'] && { dependingOn: 'fixed' }),
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
  reportLeftOut(record, redefines);
  // Packed and binary numbers come from a mainframe, and so does the rest of the record.
  const isBinary = fields.some(({ usage }) => usage !== undefined && usage !== 'display');
  const encoding = encodingOf(values.encoding, isBinary ? 'cp037' : 'iso-8859-1');
  const overpunch = assumedOverpunch(fields, encoding);
  if (overpunch) fields = fieldsWith(overpunch);
  const text = layoutText({
    $schema: schemaPath(values.out),
    name: values.name ?? datasetName(record.name ?? file),
    description: `From the copybook ${file.replace(/^.*[/\\]/, '')}`,
    encoding,
    record: { format: isBinary ? 'fixed' : usualRecordFormat(encoding), length: record.lengthBytes },
    fields,
  });
  await writeOut(text, values.out, values.force);
  return 0;
});

const FROM_POSITIONS = {
  does: 'Writes a layout file to edit, from a CSV (name,start,end,type) or the INPUT statement of a SAS program.',
  usage: 'positional-lake layout from-positions FILE [flags]',
  flags: DRAFT_FLAGS,
  notes: LAYOUT_EXIT_CODES,
  takesWords: true,
};

export const fromPositions = defineCommand(FROM_POSITIONS, async (values, words) => {
  const file = oneFile(words, 'the positions table');
  const { fields, notes } = importPositions(await readText(file), file);
  for (const note of notes) warn(`note: ${note}`);
  const encoding = encodingOf(values.encoding, 'iso-8859-1');
  const text = layoutText({
    $schema: schemaPath(values.out),
    name: values.name ?? datasetName(file),
    description: `From the positions table ${file.replace(/^.*[/\\]/, '')}`,
    encoding,
    record: {
      format: usualRecordFormat(encoding),
      length: fields.reduce((most, { end }) => Math.max(most, end), 0),
    },
    fields,
  });
  await writeOut(text, values.out, values.force);
  return 0;
});

function reportLeftOut(record: StoredRecord, redefines: ReturnType<typeof redefinesOf>): void {
  const choice = {
    redefines: Array.isArray(redefines) ? redefines.map((name) => name.toUpperCase()) : redefines,
  };
  for (const item of leftOut(record, { ...choice, filler: false })) {
    const why = item.redefines === undefined ? '' : `, which redefines ${item.redefines}`;
    warn(`left out: ${itemText(item)}${why}; --redefines chooses it`);
  }
}

/** In ASCII text, the digits with a sign of most files: those that a transfer makes of a mainframe's. */
function assumedOverpunch(fields: FieldItem[], encoding: CodePage): Overpunch | undefined {
  const punched = fields.flatMap((field) => [field, ...(field.fields ?? [])]).find(isOverpunched);
  if (!punched || isEbcdic(encoding)) return undefined;
  warn(
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

function encodingOf(name: string | undefined, usual: CodePage): CodePage {
  if (name === undefined) {
    warn(`encoding: ${usual} is assumed; --encoding gives another`);
    return usual;
  }
  const page = codePageOf(name);
  if (page) return page;
  throw new UsageError({ what: `--encoding '${name}' is not a code page${didYouMean(name, CODE_PAGES)}` });
}
