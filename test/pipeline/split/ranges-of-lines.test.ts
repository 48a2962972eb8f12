import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_LINE_BYTES } from '../../../shared/decode/record-extractor.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { readJson } from '../../../shared/pipeline/store/json-object.ts';
import { plannedRangesShape } from '../../../shared/run/file-plan.ts';
import { planned, TestLake } from '../../support/run-pipeline.ts';
import { smallLayout } from '../../support/small-contracts.ts';
import { KEY } from '../../support/small-day.ts';

/** The ranges of a file of lines, for which only a few bytes around each cut are read. */
async function rangesOf(lake: TestLake, text: string, rangeSizeBytes: number) {
  await lake.putRaw(KEY, Buffer.from(text, 'latin1'));
  const request = { layout: smallLayout(), sourceKey: KEY, rangeSizeBytes, force: true };
  const { rangesKey } = planned(await splitFile(lake.ports, `e${Math.random()}`, request));
  const ranges = await readJson(lake.ports.lake, rangesKey, plannedRangesShape);
  return ranges.map(({ startByte, endByte }) => [startByte, endByte] as const);
}

describe('ranges of lines', () => {
  it('begin after a line end, tile the file, and are no longer than asked for but for a line at each end', async () => {
    await using lake = await TestLake.make();
    // Up to lines that are many times as long as the layout says: they are rejects, and must not be cut.
    const line = fc.oneof(
      fc.constant(20),
      fc.integer({ min: 0, max: 25 }),
      fc.constantFrom(21, 22, 23, 176, 200, 1500),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 12 }),
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom(1, 20, 21, 30, 64, 200),
        async (lengths, end, rangeSizeBytes) => {
          // The first line is as long as the layout says, so that the form of the file is clear.
          const lines = [20, ...lengths, 20].map((length) => 'x'.repeat(length) + end);
          const text = lines.join('');
          const ranges = await rangesOf(lake, text, rangeSizeBytes);
          expect(ranges[0]?.[0]).toBe(0);
          expect(ranges.at(-1)?.[1]).toBe(text.length);
          for (const [index, [startByte, endByte]] of ranges.entries()) {
            expect(startByte).toBeLessThan(endByte);
            if (index > 0) expect(startByte).toBe(ranges[index - 1]![1]);
            if (startByte > 0) expect(text[startByte - 1]).toBe('\n');
            const lastLine = text.lastIndexOf('\n', endByte - 2) + 1;
            expect(Math.max(lastLine, startByte) - startByte).toBeLessThan(rangeSizeBytes + 22);
          }
        },
      ),
      { numRuns: 25 },
    );
  }, 300_000);
});

describe('a line that is too long even to be kept as a reject', () => {
  const tooLong = 'x'.repeat(MAX_LINE_BYTES + 1);
  const whole = `${'x'.repeat(20)}\n`;

  it.each([
    ['first', `${tooLong}\n${whole}`],
    ['last', `${whole}${tooLong}\n`],
  ])('refuses the file if it is the %s', async (_, text) => {
    await using lake = await TestLake.make();
    await lake.putRaw(KEY, Buffer.from(text));
    const request = { layout: smallLayout(), sourceKey: KEY };
    const split = await splitFile(lake.ports, 'e', request);
    expect(split.verdict === 'refused' && split.refusal.code).toMatch(/line-too-long|no-line-terminator/);
  });
});
