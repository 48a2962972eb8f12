import { createFileLayoutSource, layoutWord } from '../local/adapters/file-layout-source.ts';
import { RecordExtractor } from '../shared/decode/record-extractor.ts';
import { recordShape } from '../shared/decode/record-shape.ts';
import { LayoutInvalid, UsageError } from '../shared/errors.ts';
import { Kernel } from '../shared/kernel/kernel.ts';
import { readLayout } from '../shared/layout/compile/read-layout.ts';
import type { Layout } from '../shared/layout/layout.ts';
import { loadLayoutText } from '../shared/pipeline/store/load-layout.ts';
import type { OpenSource } from '../shared/pipeline/store/open-source.ts';
import { defineCommand, isSet, text, textOr } from '../terminal/command-line.ts';
import { say, sayJson, warn } from '../terminal/print.ts';
import { LAYOUT_EXIT_CODES } from './layout-file.ts';
import { openDataFile } from './open-data-file.ts';
import { previewForm } from './preview-form.ts';
import { type PreviewRecord, previewRecord, recordText } from './preview-record.ts';
import { type PreviewFrom, previewStart, tooFar } from './preview-start.ts';

const COMMAND = {
  does: 'Shows some records of a file decoded, the first by default; what does not decode is in hexadecimal.',
  usage: 'positional-lake layout preview LAYOUT DATA [flags]',
  flags: {
    records: textOr('5', 'N', 'how many records'),
    'from-record': text('N', 'begins with record N, from 1'),
    'from-byte': text('N', 'begins with the record that contains byte N, from 0'),
    last: isSet('the last records'),
    json: isSet('one object per record'),
  },
  notes: `LAYOUT is a path, or the name of one in ./layouts or in the box.
${LAYOUT_EXIT_CODES}`,
  takesWords: true,
};

export const command = defineCommand(COMMAND, async (values, words) => {
  const [name, dataPath] = words;
  if (name === undefined || dataPath === undefined || words.length > 2) {
    throw new UsageError({
      what: 'a layout and a data file are needed',
      next: 'npx positional-lake layout preview LAYOUT DATA',
    });
  }
  const recordCount = /^\d{1,5}$/.test(values.records) ? Number(values.records) : 0;
  if (recordCount < 1) throw new UsageError({ what: `--records '${values.records}' is not 1 to 99999` });
  const from = fromOf(values, recordCount);
  const { file, text } = await loadLayoutText(createFileLayoutSource(), await layoutWord(name));
  const layout = readLayout(text, file);
  const shown = await previewRecords(layout, await openDataFile(dataPath), from, recordCount);
  if (shown.length === 0) {
    throw new LayoutInvalid({
      what: `the beginning of ${dataPath} holds no record of ${layout.record.lengthBytes} ${layout.record.positions}`,
      where: file,
      next: 'Check record.format and record.length; layout guess DATA proposes them.',
    });
  }
  if (values.json) for (const record of shown) sayJson(record);
  else say(...shown.map(recordText).join('\n\n').split('\n'));
  return 0;
});

/** At most one of the three options. */
function fromOf(
  values: {
    'from-byte'?: string | undefined;
    'from-record'?: string | undefined;
    last?: boolean | undefined;
  },
  recordCount: number,
): PreviewFrom {
  const byte = values['from-byte'];
  const record = values['from-record'];
  if ([byte, record, values.last].filter((value) => value !== undefined).length > 1) {
    throw new UsageError({ what: '--from-byte, --from-record and --last exclude one another' });
  }
  const number = (option: string, text: string, least: number) => {
    if (!/^\d{1,15}$/.test(text) || Number(text) < least) {
      throw new UsageError({ what: `--${option} '${text}' is not a whole number from ${least}` });
    }
    return Number(text);
  };
  if (byte !== undefined) return { kind: 'byte', byte: number('from-byte', byte, 0) };
  if (record !== undefined) return { kind: 'record', record: number('from-record', record, 1) - 1 };
  return values.last ? { kind: 'last', count: recordCount } : { kind: 'start' };
}

async function previewRecords(
  layout: Layout,
  source: OpenSource,
  from: PreviewFrom,
  recordCount: number,
): Promise<PreviewRecord[]> {
  const { raw, info } = source;
  const { span, terminatorBytes, notes } = await previewForm(layout, source);
  for (const note of notes) warn(`note: ${note}`);
  const { startByte, endByte } = span;
  if (endByte <= startByte) return [];
  const record = { ...layout.record, fileHeaderBytes: startByte };
  const start = await previewStart(source, record, terminatorBytes, from);
  const kernel = new Kernel();
  const extractor = new RecordExtractor(kernel, recordShape(layout.record, terminatorBytes), start.startByte);
  const shown: PreviewRecord[] = [];
  let passed = 0;
  const take = (atEnd: boolean): void => {
    while (shown.length < recordCount && extractor.extract(atEnd) > 0) {
      for (let index = 0; index < extractor.recordCount && shown.length < recordCount; index++) {
        const number = passed++;
        if (number < start.skippedRecords) continue;
        const recordIndex = start.recordIndex === undefined ? undefined : start.recordIndex + number;
        shown.push(previewRecord(layout, kernel, extractor, index, recordIndex, endByte));
      }
    }
  };
  const range = { startByte: start.startByte, endByte };
  for await (const chunk of raw.streamRange(info.key, range, { pin: info.pin })) {
    for (let at = 0; at < chunk.length && shown.length < recordCount; ) {
      at += extractor.push(chunk, at);
      take(false);
      if (extractor.isBroken) return shown;
    }
    if (shown.length === recordCount) return shown;
  }
  take(true);
  if (shown.length === 0 && passed > 0) throw tooFar(start.skippedRecords, passed);
  return shown;
}
