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
export const CHAINS = ['test/ranges', 'test/pipeline/split/chain-ranges.test.ts'];
export const FORMS = ['test/form', 'test/pipeline/split', 'test/pipeline/blanks-and-binary-bytes.test.ts'];
export const CLAIMS = [
  NIGHTS,
  'test/pipeline/split/claim-file.test.ts',
  'test/pipeline/split/key-owner.test.ts',
  'test/pipeline/failure-paths.test.ts',
  'test/pipeline/operate/supplements.test.ts',
];
