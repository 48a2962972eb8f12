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
    file: 'shared/pipeline/split/control-record-found.ts',
    within: '?? match[0]',
    edits: [['0', '1']],
    why: 'a record that is not the one wanted has a place that does not fit: the first place of all is only for the compiler',
  },
  {
    file: 'shared/pipeline/operate/take-day-manifest.ts',
    within: '.slice(0, 16)',
    edits: [['16', '32']],
    why: 'a version is only compared with others of the same making: more digits of its hash tell them apart as well',
  },
  {
    file: 'shared/keys/key-dates.ts',
    within: 'dated.length === 0',
    edits: [['dated.length === 0', 'false']],
    why: 'without dated patterns the search finds nothing either: the condition only saves time',
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
