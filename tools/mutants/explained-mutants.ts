import { BOTH_OR_NEITHER, type Explained } from './explained-mutant.ts';
import { EXPLAINED_IN_PIPELINE } from './explained-pipeline-mutants.ts';
import type { Mutant } from './mutant.ts';

export const EXPLAINED: readonly Explained[] = [
  {
    file: 'connector/decide/trailer-figures.ts',
    within: 'if (!trailer || !bytes) return {};',
    edits: [['!trailer || !bytes', '!bytes']],
    why: 'without a trailer in the layout there are no bytes of one: asking for both is only for the compiler',
  },
  {
    file: 'connector/decide/trailer-figures.ts',
    within: 'const line = whole.subarray(start, lineEnd < 0 ? whole.length : lineEnd);',
    edits: [
      ['lineEnd < 0', 'true'],
      ['lineEnd < 0', 'false'],
      ['<', '<='],
      ['0', '1'],
    ],
    why: 'fields have places within the record, so what follows it is not read',
  },
  {
    file: 'connector/decide/trailer-figures.ts',
    within: 'return [line.at(-1) === CR ? line.subarray(0, -1) : line];',
    edits: [
      ['line.at(-1) === CR', 'true'],
      ['line.at(-1) === CR', 'false'],
      ['1', '2'],
    ],
    why: 'fields have places within the record, so what follows it is not read',
  },
  {
    file: 'shared/catalog/table-change.ts',
    within: 'precision === undefined || scale === undefined',
    edits: [
      ['precision === undefined || scale === undefined', 'precision === undefined'],
      ['precision === undefined || scale === undefined', 'scale === undefined'],
    ],
    why: BOTH_OR_NEITHER,
  },
  {
    file: 'shared/catalog/day-entries.ts',
    within: 'from < files.length',
    edits: [['<', '<=']],
    why: 'one more lot of files, which is empty',
  },
  {
    file: 'shared/catalog/day-entries.ts',
    within: 'lengthBytes <= end.length',
    edits: [['<=', '<']],
    why: 'a range that was read is remembered: the same one would only be asked for again',
  },
  {
    file: 'shared/catalog/iceberg-table.ts',
    within: 'commit: day?.commit ?? 0',
    edits: [['0', '1']],
    why: 'without a change there is no snapshot that could be named',
  },
  {
    file: 'shared/catalog/metadata-file.ts',
    within: 'await place.store.put(`${place.publishedPrefix}${key}`, bytes);',
    edits: [
      [
        'await place.store.put(`${place.publishedPrefix}${key}`, bytes)',
        'void place.store.put(`${place.publishedPrefix}${key}`, bytes)',
      ],
    ],
    why: 'a write is only begun there: the catalog waits for all of them before it points to the file',
  },
  {
    file: 'shared/catalog/table-differences.ts',
    within: 'from < days.length',
    edits: [['<', '<=']],
    why: 'one more lot of days, which is empty',
  },
  {
    file: 'shared/catalog/table-state.ts',
    within: 'location > known.location ? location : known.location',
    edits: [['>', '>=']],
    why: 'of two equal folders either is the same',
  },
  {
    file: 'shared/run/stage-durations.ts',
    within: 'claimed < 0',
    edits: [['claimed < 0', 'false']],
    why: 'history.slice(-1) is one step, which nothing follows: it has no duration either',
  },
  {
    file: 'shared/day/day-change.ts',
    within: 'return value < 0n ? -value : value;',
    edits: [['<', '<=']],
    why: '-0n is 0n',
  },
  {
    file: 'shared/totals/control-file.ts',
    within: 'for (let start = 0; start < bytes.length; )',
    edits: [['<', '<=']],
    why: 'at the end of the file there is one more line, which is empty: blank lines are none',
  },
  {
    file: 'shared/totals/group-fold.ts',
    within: 'trailer: 1, rejected: 0',
    edits: [['0', '1']],
    why: 'no total of a group counts rejects',
  },
  {
    file: 'shared/totals/mismatch-cause.ts',
    within: 'const count = more < 0n ?',
    edits: [['<', '<=']],
    why: 'it is asked only of two numbers that differ',
  },
  {
    file: 'shared/totals/mismatch-cause.ts',
    within: 'a === 0n || b === 0n',
    edits: [
      ['a === 0n || b === 0n', 'a === 0n'],
      ['a === 0n || b === 0n', 'b === 0n'],
    ],
    why: 'zero is no power of ten times another number, nor that number with the other sign: only two zeros would fit',
  },
  {
    file: 'shared/iceberg/snapshot.ts',
    within: 'Number.parseInt(hash.slice(0, 13), 16) || 1',
    edits: [
      ['Number.parseInt(hash.slice(0, 13), 16) || 1', 'Number.parseInt(hash.slice(0, 13), 16)'],
      ['1', '2'],
    ],
    why: 'nobody knows a text whose hash begins with 52 bits of zero',
  },
  {
    file: 'shared/iceberg/table-metadata.ts',
    within: "'default-spec-id': 0,",
    edits: [['0', '1']],
    why: 'the spec of the keys of the table takes its place',
  },
  {
    file: 'shared/keys/business-date.ts',
    within: 'date.getUTCMonth() === month - 1 && date.getUTCDate() === day',
    edits: [
      ['date.getUTCMonth() === month - 1 && date.getUTCDate() === day', 'date.getUTCMonth() === month - 1'],
    ],
    why: 'a day of two digits that its month does not have is in another month, never in the same one a year away',
  },
  {
    file: 'shared/ranges/record-chain.ts',
    within: 'export const NOT_ZERO = -2;',
    edits: [['2', '3']],
    why: 'no length is below zero: any such number says it, unless it is NOT_DIGITS',
  },
  {
    file: 'shared/ranges/record-chain.ts',
    within: '(fieldBytes === 2',
    edits: [['fieldBytes === 2', 'false']],
    why: 'two bytes are read as any number of them is: their own way is only faster',
  },
  {
    file: 'shared/ranges/record-chain-search.ts',
    within: 'at < depths.length',
    edits: [['<', '<=']],
    why: 'after the last offset there is none that could support anything',
  },
  {
    file: 'shared/ranges/record-chain-search.ts',
    within: 'let at = offsetCount - 1;',
    edits: [['-', '+']],
    why: 'what is found after the last offset is kept nowhere',
  },
  {
    file: 'shared/keys/night-calendar.ts',
    within: 'const DAY_MS = 86_400_000;',
    edits: [['86_400_000', '172800000']],
    why: 'no zone changes its clocks twice in four days either',
  },
  ...EXPLAINED_IN_PIPELINE,
];

/** Why no test can catch the mutant; undefined if one must. */
export function explanationOf({ file, from, to, at = -1 }: Mutant, text: string): string | undefined {
  return EXPLAINED.find(({ within, edits, ...known }) => {
    const start = text.indexOf(within);
    const isThere = known.file === file && start >= 0 && at >= start && at < start + within.length;
    return isThere && edits.some(([before, after]) => before === from && after === to);
  })?.why;
}
