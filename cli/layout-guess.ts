import { parseArgs } from 'node:util';
import { LayoutInvalid } from '../shared/errors.ts';
import { guessCodePage } from '../shared/layout/guess/guess-code-page.ts';
import { guessColumns } from '../shared/layout/guess/guess-columns.ts';
import { guessRecords } from '../shared/layout/guess/guess-records.ts';
import { datasetName, layoutText } from '../shared/layout/layout-text.ts';
import { readFileHead } from './file-head.ts';
import { oneFile, writeOut } from './layout-file.ts';

const HEAD_BYTES = 1024 * 1024;

/** `layout guess DATA`: a layout to start from; the reasons for it go to standard error. */
export async function guessLayoutOfFile(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    options: {
      json: { type: 'boolean' },
      name: { type: 'string' },
      out: { type: 'string' },
      force: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  const file = oneFile(positionals, 'the data file');
  const { bytes: head, sizeBytes } = await readFileHead(file, HEAD_BYTES);
  const { codePage, reason } = guessCodePage(head);
  const records = guessRecords(head, sizeBytes);
  if (!records) {
    throw new LayoutInvalid({
      what: 'no record length explains the file',
      where: file,
      why: `It has ${sizeBytes} bytes; the first ${head.length} were examined`,
      next: 'Ask the people who write the file for its copybook or positions table.',
    });
  }
  const fields = guessColumns(head, records, codePage);
  const { format, lengthBytes, terminatorBytes, byteOrder, lengthIncludesHeader } = records;
  const record = {
    format,
    length: lengthBytes,
    ...(byteOrder === 'little' && { byteOrder }),
    ...(lengthIncludesHeader === false && { lengthIncludesHeader }),
  };
  if (values.json) {
    const guess = {
      encoding: codePage,
      reason,
      record,
      terminatorBytes,
      recordReason: records.reason,
      fields,
    };
    console.log(JSON.stringify(guess, null, 2));
    return 0;
  }
  console.error(`record: ${format}, ${lengthBytes} bytes: ${records.reason}`);
  console.error(`code page: ${codePage}: ${reason}`);
  console.error(
    `columns: ${fields.length}, cut where blanks end and where digits begin or end; two numbers without a gap look like one, and decimal points cannot be seen, so check the positions and types`,
  );
  const text = layoutText({
    name: values.name ?? datasetName(file),
    description: 'Guessed from the data: check every field',
    encoding: codePage,
    record,
    fields,
  });
  await writeOut(text, values.out, values.force);
  return 0;
}
