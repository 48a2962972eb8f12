import { BOTH_OR_NEITHER, type Explained } from './explained-mutant.ts';

/** Mutants of the use cases that no test can catch, or need not. */
export const EXPLAINED_IN_PIPELINE: readonly Explained[] = [
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
    file: 'shared/pipeline/split/split-file.ts',
    within: 'if (!isRolledBack) return claimed;',
    edits: [['!isRolledBack', 'false']],
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
