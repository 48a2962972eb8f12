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

const ORDER =
  'keys are never the same, and a sort asks only for the sign: another number of the sign, or an answer for equal keys, changes nothing';
const NO_KEY = 'it is written as JSON, which has no key for undefined';
const AT_ONCE = 'how many objects are read or copied at once changes nothing but the time';

export const EXPLAINED: readonly Explained[] = [
  {
    file: 'shared/pipeline/finalize/finalize-file.ts',
    within: '(checksum === undefined ? {} : { checksum })',
    edits: [['checksum === undefined', 'false']],
    why: NO_KEY,
  },
  {
    file: 'shared/pipeline/merge/merge-partition.ts',
    within: 'if (!first || !last) continue;',
    edits: [['||', '&&']],
    why: 'a list has a first and a last row group or neither: asking for both is only for the compiler',
  },
  {
    file: 'shared/catalog/table-change.ts',
    within: 'precision === undefined || scale === undefined',
    edits: [['||', '&&']],
    why: 'the pattern has both numbers or neither: asking for both is only for the compiler',
  },
  {
    file: 'shared/run/reconciliation.ts',
    within: '(rejectsDigest === undefined ? {} : { rejectsDigest })',
    edits: [['rejectsDigest === undefined', 'false']],
    why: NO_KEY,
  },
  {
    file: 'shared/run/reconciliation.ts',
    within: '(checksum === undefined ? {} : { checksum })',
    edits: [['checksum === undefined', 'false']],
    why: NO_KEY,
  },
  {
    file: 'shared/pipeline/finalize/finalize-file.ts',
    within: '(account.checksum === undefined ? {} : { checksum: account.checksum })',
    edits: [['account.checksum === undefined', 'false']],
    why: NO_KEY,
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
    edits: [['16', '17']],
    why: 'a version is only compared with others of the same making: one more digit of its hash tells them apart as well',
  },
  {
    file: 'shared/pipeline/publish/apply-commit.ts',
    within: '= 16;',
    edits: [['16', '17']],
    why: AT_ONCE,
  },
  {
    file: 'shared/keys/key-dates.ts',
    within: 'dated.length === 0',
    edits: [['dated.length === 0', 'false']],
    why: 'without dated patterns the search finds nothing either: the condition only saves time',
  },
  {
    file: 'shared/day/expected-files.ts',
    within: '(a.name < b.name ? -1 : 1)',
    edits: [
      ['<', '<='],
      ['1', '2'],
    ],
    why: ORDER,
  },
  {
    file: 'shared/day/day-commit.ts',
    within: '(a < b ? -1 : 1)',
    edits: [
      ['<', '<='],
      ['1', '2'],
    ],
    why: ORDER,
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
