import { defineCommand, isSet, text } from '../terminal/command-line.ts';
import { warn } from '../terminal/print.ts';
import { copybookDraft, positionsDraft } from './import-draft.ts';
import { LAYOUT_EXIT_CODES, oneFile, readText, schemaPath, writeOut } from './layout-file.ts';

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
  const { text, notes } = copybookDraft(await readText(file), file, {
    ...values,
    $schema: schemaPath(values.out),
  });
  for (const note of notes) warn(note);
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
  const { text, notes } = positionsDraft(await readText(file), file, {
    ...values,
    $schema: schemaPath(values.out),
  });
  for (const note of notes) warn(note);
  await writeOut(text, values.out, values.force);
  return 0;
});
