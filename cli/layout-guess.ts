import { datasetName, layoutText } from '../shared/layout/layout-text.ts';
import { defineCommand, isSet, text } from '../terminal/command-line.ts';
import { sayJson, warn } from '../terminal/print.ts';
import { guessDraft } from './guess-draft.ts';
import { LAYOUT_EXIT_CODES, oneFile, schemaPath, writeOut } from './layout-file.ts';
import { openDataFile } from './open-data-file.ts';

const COMMAND = {
  does: 'Proposes a layout for an unknown file, to start from; the reasons for it go to standard error.',
  usage: 'positional-lake layout guess DATA [flags]',
  flags: {
    name: text('N', 'name of the dataset; by default that of the file'),
    out: text('FILE', 'file to write the layout to; by default standard output'),
    force: isSet('overwrites an existing file'),
    json: isSet('the layout and the reasons as one object'),
  },
  notes: LAYOUT_EXIT_CODES,
  takesWords: true,
};

export const command = defineCommand(COMMAND, async (values, words) => {
  const file = oneFile(words, 'the data file');
  const source = await openDataFile(file);
  const { draft, form, reason, read, notes } = await guessDraft(
    source,
    file,
    values.name ?? datasetName(file),
  );
  if (values.json) {
    const { terminatorBytes } = form;
    sayJson({ ...draft, reason, terminatorBytes, recordReason: form.reason, read, notes }, 2);
    return 0;
  }
  const { record, encoding, positions } = draft;
  const fields = [draft.fields ?? [], ...(draft.recordTypes ?? []).map((type) => type.fields)].flat();
  warn(`record: ${record.format}, ${record.length} ${positions ?? 'bytes'}: ${form.reason}`);
  warn(`read: ${read}`);
  warn(`code page: ${encoding}: ${reason}`);
  warn(
    `columns: ${fields.length}, cut where blanks end and where digits begin or end; two numbers without a gap look like one, and decimal points cannot be seen, so check the positions and types`,
  );
  for (const note of notes) warn(`note: ${note}`);
  await writeOut(layoutText({ $schema: schemaPath(values.out), ...draft }), values.out, values.force);
  return 0;
});
