/** What people call the states of the pipeline. */
export const STAGE_WORDS: Readonly<Record<string, string>> = {
  Split: 'looking at the file',
  ParseOnlyRange: 'reading',
  ParseRanges: 'reading',
  Reconcile: 'checking totals',
  MergePartitions: 'merging',
  Finalize: 'publishing',
  ConfirmPublished: 'publishing',
};
