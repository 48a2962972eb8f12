import { expect, it } from 'vitest';
import { loadLayout } from '../../../shared/pipeline/store/load-layout.ts';
import { smallLayout } from '../../support/small-contracts.ts';

/** Written for people, so that a text that was written again is seen. */
const TEXT = JSON.stringify(JSON.parse(smallLayout()), null, 2);

function sourceOf(text: string, copybook = '') {
  const asked: string[] = [];
  return {
    asked,
    load: async (name: string) => ({ file: `layouts/${name}.json`, text }),
    loadBeside: async (file: string, name: string) => {
      asked.push(`${name} beside ${file}`);
      return { file: name, text: copybook };
    },
  };
}

it('a layout that is read as it is keeps its text, also if it is asked for the compression that it has', async () => {
  const { compression } = (await loadLayout(sourceOf(TEXT), 'small')).layout;
  for (const same of [undefined, compression] as const) {
    const { file, text, layout } = await loadLayout(sourceOf(TEXT), 'small', same);
    expect([file, text]).toEqual(['layouts/small.json', TEXT]);
    expect(layout.compression).toBe(compression);
  }
});

it('another compression is in the text that every later step reads', async () => {
  const { compression } = (await loadLayout(sourceOf(TEXT), 'small')).layout;
  const other = compression === 'zstd' ? 'snappy' : 'zstd';
  const { text, layout } = await loadLayout(sourceOf(TEXT), 'small', other);
  expect(layout.compression).toBe(other);
  expect(JSON.parse(text)).toEqual({ ...JSON.parse(TEXT), compression: other });
});

it('fields take the place of a copybook, which lies beside the layout', async () => {
  const { fields: _, partitionBy: __, ...rest } = JSON.parse(smallLayout());
  const layoutText = JSON.stringify({
    ...rest,
    record: { format: 'lines', length: 9 },
    copybook: 'small.cpy',
  });
  const copybook = [
    '       01  RECORD.',
    '           05  ID      PIC X(6).',
    '           05  AMOUNT  PIC 9(3).',
  ].join('\n');
  const source = sourceOf(layoutText, copybook);
  const { text } = await loadLayout(source, 'small');
  expect(source.asked).toEqual(['small.cpy beside layouts/small.json']);
  expect(JSON.parse(text).fields).toMatchObject([{ name: 'id' }, { name: 'amount' }]);
});
