import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ebcdicText } from '../../support/form-encoders.ts';
import { TestLake } from '../../support/run-pipeline.ts';

const EBCDIC_LINE_END = Buffer.from([0x15]);

function layout(encoding: string, record: object): string {
  return JSON.stringify({
    name: 'cut',
    encoding,
    record: { format: 'lines', length: 8, ...record },
    fields: [
      { name: 'id', start: 1, end: 3, type: 'string' },
      { name: 'amount', start: 4, end: 6, type: 'integer', mayBeAbsent: true },
    ],
    rejects: { maxPercent: 100 },
  });
}

async function told(bytes: Uint8Array, text: string, sourceKey = 'cut_20250812.txt'): Promise<string> {
  await using lake = await TestLake.make();
  await lake.putRaw(sourceKey, bytes);
  const { status } = await lake.convert({ layout: text, sourceKey });
  return `${status}: ${lake.notifications.join()}`;
}

const CUT = /^refused: .*its last line, at byte 9, has 3 bytes and no line end/;

test.each([
  'pad',
  'reject',
])('a last line that broke off refuses the file, if short lines are %s', async (short) => {
  const ascii = Buffer.from('001123  \n002');
  expect(await told(ascii, layout('iso-8859-1', { short }))).toMatch(CUT);
  expect(await told(gzipSync(ascii), layout('iso-8859-1', { short }), 'cut_20250812.txt.gz')).toMatch(CUT);
  const ebcdic = Buffer.concat([ebcdicText('001123', 8), EBCDIC_LINE_END, ebcdicText('002', 3)]);
  expect(await told(ebcdic, layout('cp037', { short }))).toMatch(CUT);
  // Ctrl-Z after it is no line end.
  const marked = Buffer.from('001123  \n002\x1a');
  expect(await told(marked, layout('iso-8859-1', { short }))).toMatch(CUT);
});

test.each([
  ['whole, without its line end', '001123  \n00212300'],
  ['short, with its line end', '001123  \n002\n'],
  ['short, with half of its line end', '001123  \r\n002\r'],
  ['followed by Ctrl-Z', '001123  \r\n002123  \r\n\x1a'],
])('a last line that is %s is no sign of a loss', async (_, text) => {
  expect(await told(Buffer.from(text), layout('iso-8859-1', { short: 'pad' }))).toMatch(/^loaded/);
});

test('a layout may accept a last line that ends early', async () => {
  const record = { short: 'pad', cutShort: 'accept' };
  expect(await told(Buffer.from('001123  \n002'), layout('iso-8859-1', record))).toMatch(/^loaded: .*2 rows/);
});
