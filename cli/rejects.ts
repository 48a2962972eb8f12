import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { PRIVATE } from '../local/adapters/file-modes.ts';
import { startDir } from '../local/adapters/project-folders.ts';
import { framedRecord } from '../shared/decode/framed-record.ts';
import { OutputUnwritable } from '../shared/errors.ts';
import type { Layout } from '../shared/layout/layout.ts';
import { groupRejects, type RejectedRecord, readRejects } from '../shared/pipeline/operate/read-rejects.ts';
import { statusLayout } from '../shared/pipeline/operate/status-layout.ts';
import { defineCommand, isSet, text, usageError } from '../terminal/command-line.ts';
import { say, sayJson, warn } from '../terminal/print.ts';
import { chosenDay, DAY_FLAGS, lakePorts } from './lake-arguments.ts';

const COMMAND = {
  does: 'Shows the records of a day that did not become rows, by reason and field; also those of refused files.',
  usage: 'positional-lake rejects --lake DIR [flags]',
  flags: {
    ...DAY_FLAGS,
    file: text('F', 'only those of this file, by its key or name'),
    reason: text('R', 'only those with this reason, such as invalid-number'),
    field: text('F', 'only those of this field'),
    examples: text('N', 'records shown of each group; 3 by default'),
    export: text(
      'FILE',
      'writes the raw records to this file, in the form that files of the layout have, to be corrected and loaded again:\npositional-lake convert --supplement-of KEY --input FILE …',
    ),
    json: isSet('one object per group, with examples in hex'),
  },
  notes: `The records are shown as they are in the files, with any personal data in them.
Exit codes: 0 shown, 1 the lake cannot be read, 2 usage.`,
};

const MOST_EXAMPLES = 1000;
const BYTES_A_LINE = 32;
const MOST_LINES = 16;

export const command = defineCommand(COMMAND, async (values) => {
  const examples = Number(values.examples ?? 3);
  if (!Number.isInteger(examples) || examples < 0 || examples > MOST_EXAMPLES) {
    throw usageError(`--examples '${values.examples}' is not a whole number from 0 to ${MOST_EXAMPLES}`);
  }
  const ports = await lakePorts(values.lake);
  const day = await chosenDay(ports, values.dataset, values['business-date']);
  const { file, reason, field } = values;
  const rejects = readRejects(ports, { ...day, file, reason, field });
  if (values.export !== undefined) {
    const path = resolve(startDir, values.export);
    const { record } = await statusLayout(ports.lake, day.dataset, day.businessDate);
    const written = await exportRecords(rejects, record, path);
    warn(`${written} records written to ${path}`);
    return 0;
  }
  const groups = await groupRejects(rejects, examples);
  if (values.json) {
    for (const group of groups) {
      sayJson({ ...day, ...group, examples: group.examples.map(jsonExample) });
    }
    return 0;
  }
  if (groups.length === 0) say(`${day.dataset} of ${day.businessDate} has no such rejects.`);
  for (const group of groups) {
    const of = group.field === null ? '' : ` in ${group.field}`;
    say(`${group.count.toLocaleString('en')} × ${group.reason}${of}`);
    for (const { sourceKey, byteOffset, raw } of group.examples) {
      say(`  ${sourceKey}, byte ${byteOffset}, ${raw.length} bytes`);
      for (const line of hexLines(raw)) say(`    ${line}`);
    }
  }
  return 0;
});

function jsonExample({ sourceKey, byteOffset, recordLengthBytes, raw }: RejectedRecord) {
  return { sourceKey, byteOffset, recordLengthBytes, hex: Buffer.from(raw).toString('hex') };
}

/** `   1  30 30 31 …  |001…|`: positions are 1-based, as layouts have them. */
function hexLines(raw: Uint8Array): string[] {
  const lines: string[] = [];
  for (let at = 0; at < raw.length && lines.length < MOST_LINES; at += BYTES_A_LINE) {
    const bytes = [...raw.subarray(at, at + BYTES_A_LINE)];
    const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const characters = bytes
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'))
      .join('');
    lines.push(`${String(at + 1).padStart(5)}  ${hex.padEnd(BYTES_A_LINE * 3 - 1)}  |${characters}|`);
  }
  if (raw.length > BYTES_A_LINE * MOST_LINES)
    lines.push(`       … ${raw.length} bytes in all; --json has them`);
  return lines;
}

async function exportRecords(
  rejects: AsyncIterable<RejectedRecord>,
  record: Layout['record'],
  path: string,
): Promise<number> {
  // Never over an existing file: it may hold somebody's corrections. Raw records are private, wherever they are written.
  const stream = createWriteStream(path, { flags: 'wx', mode: PRIVATE.file });
  try {
    await once(stream, 'open');
    let written = 0;
    for await (const { raw } of rejects) {
      if (!stream.write(framedRecord(record, raw))) await once(stream, 'drain');
      written++;
    }
    stream.end();
    await once(stream, 'finish');
    return written;
  } catch (cause) {
    throw new OutputUnwritable({
      what: 'the records cannot be written',
      where: path,
      why: (cause as Error).message,
      next: 'Name a file that is not there yet.',
      cause,
    });
  }
}
