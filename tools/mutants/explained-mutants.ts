import type { Mutant } from './mutant.ts';

/** Mutants that no test can catch, or need not. */
interface Explained {
  file: string;
  /** The code around the change, which is there exactly once. */
  within: string;
  /** Before and after. */
  edits: readonly (readonly [from: string, to: string])[];
  why: string;
}

const BOTH_OR_NEITHER = 'there are both or neither: asking for both is only for the compiler';

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
    file: 'shared/pipeline/merge/merge-partition.ts',
    within: 'if (!first || !last) continue;',
    edits: [
      ['!first || !last', '!first'],
      ['!first || !last', '!last'],
    ],
    why: BOTH_OR_NEITHER,
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
    file: 'shared/pipeline/operate/read-rejects.ts',
    within: 'const SLICE_ROWS = 10_000;',
    edits: [['10_000', '20000']],
    why: 'how many are read at once: the next slice goes on where it ended',
  },
  {
    file: 'shared/pipeline/operate/clean-runs.ts',
    within: 'const LOT = 500;',
    edits: [['500', '1000']],
    why: 'how many are removed at once: all are, lot by lot',
  },
  {
    file: 'shared/pipeline/operate/clean-runs.ts',
    within: 'last?.commit ?? 0',
    edits: [['0', '1']],
    why: 'without a commit no folder is named, so that the number is not looked at',
  },
  {
    file: 'shared/pipeline/operate/take-day-manifest.ts',
    within: '.slice(0, 16)',
    edits: [['16', '32']],
    why: 'a version is only compared with others of the same making: more digits of its hash tell them apart as well',
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
    file: 'shared/keys/business-date.ts',
    within: 'date.getUTCMonth() === month - 1 && date.getUTCDate() === day',
    edits: [
      ['date.getUTCMonth() === month - 1 && date.getUTCDate() === day', 'date.getUTCMonth() === month - 1'],
    ],
    why: 'a day of two digits that its month does not have is in another month, never in the same one a year away',
  },
  {
    file: 'shared/pipeline/split/chain-geometry.ts',
    within: '(shape.block?.headBytes ?? 0)',
    edits: [['0', '1']],
    why: 'one byte more than the longest record is read: the record in it is the same',
  },
  {
    file: 'shared/pipeline/split/chain-ranges.ts',
    within: 'if (!done) {',
    edits: [['!done', 'true']],
    why: 'a walk that is done does not move any more: bytes would only be copied for it',
  },
  {
    file: 'shared/pipeline/split/chain-ranges.ts',
    within: 'begun.length === 0 ? chunk',
    edits: [['begun.length === 0', 'false']],
    why: 'nothing and a chunk make that chunk again: it would only be copied',
  },
  {
    file: 'shared/pipeline/split/chain-geometry.ts',
    within: 'lengthBytes: null, recordIndex: 0',
    edits: [['0', '1']],
    why: 'what is read at a link holds a whole record, or the walk says why there is none: this is only for the compiler',
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
    file: 'shared/pipeline/split/claim-file.ts',
    within: 'let isFirst = false;',
    edits: [['false', 'true']],
    why: 'it is decided by the change of the entry, which is made at least once',
  },
  {
    file: 'shared/pipeline/split/claim-file.ts',
    within: 'if (isFirst) await',
    edits: [['isFirst', 'true']],
    why: 'a failure that is recorded while there is an entry leaves no note: one would only be looked for again',
  },
  {
    file: 'shared/pipeline/split/split-file.ts',
    within: 'return isRolledBack ? claimFile(claim, content) : claimed;',
    edits: [['isRolledBack', 'true']],
    why: 'a loaded file that is claimed once more is as it was: its entry would only be read twice',
  },
  {
    file: 'shared/pipeline/finalize/finalize-file.ts',
    within: 'let told = false;',
    edits: [['false', 'true']],
    why: 'it is decided by the change of the entry, which is made at least once',
  },
  {
    file: 'shared/pipeline/finalize/finalize-file.ts',
    within: '!current || again ||',
    edits: [['!current || again', '!current']],
    why: 'a refused entry is final, so that the next term leaves it as it is',
  },
  {
    file: 'shared/pipeline/publish/publish-day.ts',
    within: 'options.loaded !== undefined && !isNew',
    edits: [['options.loaded !== undefined && !isNew', 'options.loaded !== undefined']],
    why: 'a commit that was written just now is in no catalog yet, so that the next term says no',
  },
  {
    file: 'shared/pipeline/store/decompressed-source.ts',
    within: 'first[magic.length] ?? 0',
    edits: [['0', '1']],
    why: 'the flag is bit 2: neither number has it',
  },
  {
    file: 'shared/pipeline/store/decompressed-source.ts',
    within: 'storedBytes = 0',
    edits: [['0', '1']],
    why: 'only an archive of zip is read from its end, and whoever opens one, or reads it by its plan, says how long it is',
  },
  {
    file: 'shared/keys/night-calendar.ts',
    within: 'const DAY_MS = 86_400_000;',
    edits: [['86_400_000', '172800000']],
    why: 'no zone changes its clocks twice in four days either',
  },
  {
    file: 'shared/pipeline/store/json-depth.ts',
    within: 'at < json.length; at++',
    edits: [['<', '<=']],
    why: 'beyond the end there is no bracket',
  },
  {
    file: 'shared/pipeline/store/seekable-source.ts',
    within: 'if (isLast && at >= endByte) return;',
    edits: [['>=', '>']],
    why: 'one more piece is decompressed, and nothing of it is given',
  },
  {
    file: 'shared/pipeline/store/seekable-source.ts',
    within: 'new Uint8Array(range.endByte - range.startByte)',
    edits: [['-', '+']],
    why: 'more memory than the frame needs: nobody reads what follows it',
  },
];

/** Why no test can catch the mutant; undefined if one must. */
export function explanationOf({ file, from, to, at = -1 }: Mutant, text: string): string | undefined {
  return EXPLAINED.find(({ within, edits, ...known }) => {
    const start = text.indexOf(within);
    const isThere = known.file === file && start >= 0 && at >= start && at < start + within.length;
    return isThere && edits.some(([before, after]) => before === from && after === to);
  })?.why;
}
