import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { PRIVATE } from '../local/adapters/file-modes.ts';
import { startDir } from '../local/adapters/project-folders.ts';
import { framedRecord } from '../shared/decode/framed-record.ts';
import { fieldNamed } from '../shared/decode/shown-record.ts';
import { OutputUnwritable } from '../shared/errors.ts';
import { fileNameOf } from '../shared/keys/name-pattern.ts';
import { runKeys } from '../shared/keys/run-keys.ts';
import type { Layout } from '../shared/layout/layout.ts';
import {
  groupRejects,
  type RejectedRecord,
  type RejectGroup,
  readRejects,
} from '../shared/pipeline/operate/read-rejects.ts';
import { statusLayout } from '../shared/pipeline/operate/status-layout.ts';
import { dayEntries } from '../shared/pipeline/store/day-ledger.ts';
import { findJson, unlessDamaged } from '../shared/pipeline/store/json-object.ts';
import type { PipelinePorts } from '../shared/ports/pipeline-ports.ts';
import { type FilePlan, filePlanShape } from '../shared/run/file-plan.ts';
import type { LedgerEntry } from '../shared/run/ledger-entry.ts';
import { shellWord } from '../shared/shown-text.ts';
import { defineCommand, isSet, text, usageError } from '../terminal/command-line.ts';
import { counted } from '../terminal/counted.ts';
import { outputColumns, say, sayJson, warn } from '../terminal/print.ts';
import { chosenDay, DAY_FLAGS, lakePorts } from './lake-arguments.ts';
import { type RecordNumbers, recordNumbers } from './record-numbers.ts';
import { hexLines, rulerLines } from './rejected-record.ts';

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
      'writes the raw records to this file, in the form that files of the layout have, to be corrected and loaded again:\nnpx positional-lake convert --supplement-of KEY --input FILE …',
    ),
    json: isSet('one object per group, with examples in hex'),
  },
  notes: `The records are shown as they are in the files, with any personal data in them.
Exit codes: 0 shown, 1 the lake cannot be read, 2 usage.`,
};

const MOST_EXAMPLES = 1000;
/** A wider line is hard to read under its ruler. */
const MOST_WIDTH = 160;
const MOST_NAMES = 8;

export const command = defineCommand(COMMAND, async (values) => {
  const examples = Number(values.examples ?? 3);
  if (!Number.isInteger(examples) || examples < 0 || examples > MOST_EXAMPLES) {
    throw usageError(`--examples '${values.examples}' is not a whole number from 0 to ${MOST_EXAMPLES}`);
  }
  const ports = await lakePorts(values.lake);
  const day = await chosenDay(ports, values.dataset, values['business-date']);
  const { file, reason, field } = values;
  const entries = await entriesOf(ports, day, file);
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
  else await printGroups(groups, { ports, day, entries, lake: values.lake ?? 'LAKE' });
  return 0;
});

interface RejectsOfDay {
  ports: PipelinePorts;
  day: { dataset: string; businessDate: string };
  entries: LedgerEntry[];
  lake: string;
}

async function printGroups(
  groups: RejectGroup[],
  { ports, day, entries, lake }: RejectsOfDay,
): Promise<void> {
  const layout = await statusLayout(ports.lake, day.dataset, day.businessDate);
  const shown = groups.flatMap(({ examples }) => examples);
  const places = new Map<string, RecordNumbers>();
  for (const entry of entries) {
    const offsets = shown
      .filter(({ sourceKey }) => sourceKey === entry.sourceKey)
      .map(({ byteOffset }) => byteOffset);
    const plan = await planOf(ports, entry.loaded?.runId ?? entry.runId);
    places.set(entry.sourceKey, await recordNumbers(layout, entry, plan, offsets));
  }
  for (const group of groups) {
    const of = group.field === null ? '' : ` in ${group.field}`;
    say([{ style: 'strong', text: `${group.count.toLocaleString('en')} × ${group.reason}${of}` }]);
    const field = fieldNamed(layout, group.field);
    for (const { sourceKey, byteOffset, raw } of group.examples) {
      const { word, numbers } = places.get(sourceKey) ?? {};
      const number = numbers?.get(byteOffset);
      const place = number === undefined ? '' : `${word} ${number.toLocaleString('en')}, `;
      say(`  ${sourceKey}, ${place}byte ${byteOffset}, ${counted(raw.length, 'byte')}`);
      const { encoding } = layout;
      say(
        ...(field
          ? rulerLines(raw, field, encoding, Math.min(outputColumns(), MOST_WIDTH))
          : hexLines(raw, encoding)),
      );
    }
  }
  say(
    '',
    ...(await nextSteps(new Set(shown.map(({ sourceKey }) => sourceKey)), { ports, day, entries, lake })),
  );
}

/** Undefined if `clean` removed it, or it cannot be read. */
async function planOf({ lake }: PipelinePorts, runId: string | null): Promise<FilePlan | undefined> {
  return runId === null ? undefined : unlessDamaged(findJson(lake, runKeys(runId).plan, filePlanShape));
}

/** The commands that correct the records, or load a refused file. */
async function nextSteps(shown: Set<string>, { ports, day, entries, lake }: RejectsOfDay): Promise<string[]> {
  const at = `--lake ${shellWord(lake)} --business-date ${day.businessDate} --dataset ${day.dataset}`;
  const named = entries.filter(({ sourceKey }) => shown.size === 0 || shown.has(sourceKey));
  const loaded = named.find(({ state }) => state === 'loaded');
  const refused = named.find(({ state }) => state === 'refused');
  const plan = loaded && (await planOf(ports, loaded.runId));
  const layout = plan?.layout.file ?? loaded?.layout.name ?? '';
  return [
    ...(loaded
      ? [
          `To correct records of ${loaded.sourceKey}, write them to a file, edit it, and load it:`,
          `  npx positional-lake rejects ${at} --file ${shellWord(loaded.sourceKey)} --export corrected.txt`,
          `  npx positional-lake convert --layout ${shellWord(layout)} --supplement-of ${shellWord(loaded.sourceKey)} --business-date ${day.businessDate} --input corrected.txt --out ${shellWord(lake)}`,
        ]
      : []),
    ...(refused
      ? [
          `${refused.sourceKey} was refused${refused.refusal ? ` (${refused.refusal.code})` : ''}: correct the file or its layout, and convert it again.`,
        ]
      : []),
  ];
}

/** The entries of the day; of the file that is named, by its key or name, one at least. */
async function entriesOf(
  ports: PipelinePorts,
  day: RejectsOfDay['day'],
  file: string | undefined,
): Promise<LedgerEntry[]> {
  const entries = await dayEntries(ports.lake, day.dataset, day.businessDate);
  const keys = entries.map(({ sourceKey }) => sourceKey);
  if (file === undefined || keys.some((key) => key === file || fileNameOf(key) === file)) return entries;
  throw usageError(
    `${day.dataset} of ${day.businessDate} has no file '${file}'`,
    `Its files are ${keys.slice(0, MOST_NAMES).join(', ')}${keys.length > MOST_NAMES ? ` and ${keys.length - MOST_NAMES} more (status shows them)` : ''}`,
  );
}

function jsonExample({ sourceKey, byteOffset, recordLengthBytes, raw }: RejectedRecord) {
  return { sourceKey, byteOffset, recordLengthBytes, hex: Buffer.from(raw).toString('hex') };
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
