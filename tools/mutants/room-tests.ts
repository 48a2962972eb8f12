/** Everything that some nights answer, tell and keep: fast, because their lake is in memory. */
export const NIGHTS = 'test/pipeline/nights-in-memory.test.ts';
/** Tests of whole nights in a lake: what is loaded, published, taken back and removed. */
export const DAYS = [
  NIGHTS,
  'test/day',
  'test/pipeline/publish',
  'test/pipeline/operate',
  'test/pipeline/finalize-refused.test.ts',
  'test/pipeline/failure-paths.test.ts',
];
export const TOTALS = ['test/totals', 'test/run', 'test/pipeline/group-totals.test.ts'];
export const RUNS = [
  NIGHTS,
  'test/run',
  'test/totals',
  'test/pipeline/publish',
  'test/pipeline/failure-paths.test.ts',
];
export const CHAINS = ['test/ranges', 'test/pipeline/split/chain-ranges.test.ts'];
export const FORMS = ['test/form', 'test/pipeline/split', 'test/pipeline/blanks-and-binary-bytes.test.ts'];
export const CLAIMS = [
  NIGHTS,
  'test/pipeline/split/claim-file.test.ts',
  'test/pipeline/split/key-owner.test.ts',
  'test/pipeline/failure-paths.test.ts',
  'test/pipeline/operate/supplements.test.ts',
];
/** What `clean` removes, and what it leaves. */
export const CLEANED = [
  'test/pipeline/operate/clean-in-memory.test.ts',
  'test/pipeline/operate/clean-runs.test.ts',
  'test/pipeline/operate/clean-ages.test.ts',
  'test/pipeline/operate/clean-lake.test.ts',
  'test/pipeline/operate/day-holds.test.ts',
  'test/pipeline/operate/one-bad-document.test.ts',
  'test/pipeline/operate/concurrent-commands.test.ts',
  'test/pipeline/operate/clean-glue.test.ts',
];
