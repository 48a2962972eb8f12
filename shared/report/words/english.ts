/** Everything that a report says, in English. Figures, names and times come in as texts that are formatted already. */
export const ENGLISH = {
  language: 'en',
  titleOfNight: (dataset: string, day: string) => `${dataset}, night of ${day}`,
  titleOfMonth: (dataset: string, month: string) => `${dataset}, ${month}`,
  skipToContent: 'Go to the report',
  contents: 'Sections',
  readAt: (time: string, zone: string) => `As the lake stood on ${time}. All times are those of ${zone}.`,
  from: (program: string) =>
    `Written by ${program} from the ledger, the commits and the run documents of the lake. This file loads nothing and sends nothing.`,

  // Verdict
  state_published: 'Published',
  state_late: 'Published late',
  state_partial: 'Published in part',
  state_waiting: 'Not published',
  state_running: 'Running',
  state_refused: 'Refused',
  state_failed: 'Stopped',
  state_damaged: 'Damaged',
  verdictPublished: (time: string, commit: string) => `Published on ${time}, as commit ${commit}`,
  verdictBefore: (margin: string, deadline: string) => `${margin} before the deadline of ${deadline}`,
  verdictAfter: (margin: string, deadline: string) => `${margin} after the deadline of ${deadline}`,
  verdictNoDeadline: 'no deadline is set',
  verdictPartial: (time: string, commit: string) => `Published in part on ${time}, as commit ${commit}`,
  verdictWithout: 'Without',
  verdictReason: (reason: string) => `Reason given: ${reason}`,
  verdictRollback: (reason: string) => `Readers see an earlier state, by a rollback. Reason given: ${reason}`,
  verdictWaiting: 'Nothing of this day is published. It waits for files.',
  verdictRunning: 'Nothing of this day is published. Files are being converted.',
  verdictRefused: 'Nothing of this day is published, because a file was refused.',
  verdictFailed: 'Nothing of this day is published, because a conversion stopped.',
  verdictStands: (time: string, commit: string) =>
    `Readers see commit ${commit} of ${time}. What was loaded since is not published.`,
  verdictDamaged: 'Something of this day cannot be read, so its state is not known for certain.',
  deadlineAt: (time: string) => `The deadline is ${time}.`,

  // Key figures
  keyFigures: 'Key figures',
  records: 'Records read',
  rows: 'Rows',
  rejected: 'Rejected',
  corrected: 'Corrected',
  filesLoaded: 'Files loaded',
  filesOf: (loaded: string, expected: string) => `${loaded} of ${expected}`,
  input: 'Input',
  time: 'Time',
  cost: 'Cost',

  // Tasks
  tasks: 'What waits for somebody',
  noTasks: 'Nothing waits for anybody.',
  taskRefused: (code: string) => `Refused (${code})`,
  taskFailed: 'Stopped by an error',
  taskStalled: 'Nobody works on it any more, and it has not ended. Convert it again.',
  taskRunning: 'Is being converted.',
  taskMissing: 'Has not arrived. Ask the operators of the sender whether it was sent.',
  taskMissingFiles: (count: string) =>
    `Expected files that have not arrived: ${count}. Ask the operators of the sender whether they were sent.`,
  taskManifest: 'The day manifest has not arrived. The day is published after it.',
  taskPending: (commit: string) =>
    `Commit ${commit} is written, and readers do not see it. Publish the day again; that shows it, or says why it cannot.`,
  taskUnexpected: 'Its name is none of those expected. Ask the sender what it is.',
  taskHidden: 'Its rows are not shown, because it corrects a version of its file that was replaced.',
  taskWarning: 'Warning',
  taskRejects: (count: string) =>
    `Rejected records that are not corrected: ${count}. Look at them, then load corrected ones as a supplement.`,
  moreTasks: (count: string) => `Further ones, which status shows: ${count}.`,
  taskDamaged: 'Cannot be read',
  command: 'Command',

  // Timeline
  timeline: 'The night, hour by hour',
  timelineNote:
    'The last run on each file, by the steps that the ledger noted. Below it its ranges: a line each, or how many were at work at once.',
  timelineAlt: (files: string, from: string, to: string) =>
    `Timeline of ${files} files from ${from} to ${to}. The table below has the same times.`,
  file: 'File',
  started: 'Taken up',
  ended: 'Ended',
  total: 'Total',
  stage_splitting: 'Split',
  stage_parsing: 'Parse',
  stage_reconciling: 'Reconcile',
  stage_merging: 'Merge',
  publishedMark: 'published',
  deadlineMark: 'deadline',
  ranges: 'Ranges',
  rangeWork: 'Work on ranges',
  rangeMedian: 'Median range',
  rangeLongest: 'Longest range',
  waited: 'Waited',
  retries: 'Tried again',
  delayedRanges: (delayed: string, count: string) => `${delayed} of ${count} ranges`,
  waitedNote:
    'Waited: from the start of a range to that of the try which parsed it. Until then Lambda or S3 had turned it away, a try had failed, or no worker was free.',
  claims: 'Times taken up',
  notNoted: 'not noted',
  table: 'The figures as a table',
  otherDay: (count: string) =>
    `Files that were converted at another time than the others, and are in the table only: ${count}.`,
  moreFiles: (count: string) => `Files that are in all sums, and not in this list: ${count}.`,

  // Bytes
  bytes: 'Account of every byte',
  bytesNote: 'Header, ranges, trailer and rest follow one another from the first byte of a file to its last.',
  bytesAlt: (files: string) =>
    `How the bytes of ${files} files divide into header, ranges, trailer and rest. The table below has the same figures.`,
  piece_before: 'Before the first record',
  piece_header: 'Header',
  piece_ranges: 'Ranges',
  piece_trailer: 'Trailer',
  piece_rest: 'Rest',
  size: 'Size',
  account: 'Account',
  accountWhole: 'every byte',
  accountBroken: 'has a gap',
  rangesCount: (count: string) => `ranges: ${count}`,
  chained: 'header and trailer lie within the ranges',
  storedSize: (size: string) => `${size} compressed`,
  checksum: 'CRC-64/NVME',
  noPlans: 'The documents of these runs are gone, as after clean, so the account cannot be drawn any more.',

  // Records
  recordsAccount: 'Account of every record',
  recordsNote:
    'Of the files that are loaded. Corrected records were rejected in another file first, so they are not read twice.',
  headers: 'Headers',
  trailers: 'Trailers',
  discarded: 'Discarded by type',
  accepted: 'Accepted',
  sumOfRecords: 'Read = headers + trailers + discarded + accepted + rejected',
  rowsOfRecords: 'Rows = accepted + corrected',
  rowsPerRecord: 'One record makes several rows, or none, so rows are not as many as records.',
  balances: 'balances',
  doesNotBalance: 'does not balance',
  status: 'Status',
  run: 'Run',
  supplement: 'supplement',
  status_loaded: 'loaded',
  status_running: 'running',
  status_refused: 'refused',
  status_failed: 'failed',
  status_missing: 'missing',
  status_stalled: 'stalled',

  // Totals
  controlTotals: 'Control totals',
  noControlTotals: 'The layout names no control totals.',
  controlTotal: 'Total',
  expected: 'Stated',
  found: 'Found',
  agrees: 'agrees',
  disagrees: 'disagrees',
  awaited: 'awaited',
  notStated: 'not stated',
  ofTheDay: 'Of the whole day',

  // Rejects
  rejects: 'Rejected records',
  noRejects: 'No record was rejected.',
  reason: 'Reason',
  field: 'Field',
  wholeRecord: 'whole record',
  count: 'Count',
  share: 'Share',
  examples: 'Examples',
  exampleAt: (file: string, byte: string) => `${file}, byte ${byte}`,
  examplePositions: (from: string, to: string) => `positions ${from} to ${to}`,
  shapesNote:
    'Only the shape of a value is shown: 9 is a digit, A a letter, · another sign. With --show-rejects the values themselves are.',
  shownNote:
    'The values are shown as they are in the files, because somebody asked for it. Keep this file like the files themselves.',
  personal: 'about a person: not shown',
  firstRejects: (count: string) =>
    `The first ${count} rejects were grouped; the ledger has the counts of all.`,
  inRefusedFile: 'in refused files',
  refusedRejects: (count: string) =>
    `Rejects in refused files: ${count}. The totals of the night do not count them, because what was refused is not loaded.`,
  nulled: 'Invalid values that became null',
  hex: 'hex',

  // Partitions
  partitions: 'Rows by partition',
  noPartitions: 'No rows are loaded.',
  tableName: 'Table',
  partition: 'Partition',
  wholeDay: 'the whole day',
  nullValue: 'null',
  objects: 'Files',
  outputBytes: 'Size',
  moreShares: (count: string) => `Smaller partitions that are left out: ${count}.`,

  // Change
  change: 'Change',
  with_night_before: (day: string) => `Against the night before, ${day}`,
  with_same_weekday: (day: string) => `Against the same weekday, ${day}`,
  figure: 'Figure',
  now: 'This night',
  before: 'Then',
  difference: 'Change',
  noComparison: 'No earlier night is published to compare with.',

  // Nights
  nights: 'Thirty nights',
  noNights: 'No night is published yet.',
  nightsAlt: (what: string, nights: string) =>
    `${what} of ${nights} nights. The table below has the same figures.`,
  night: 'Night',
  margin: 'Margin',
  marginMinutes: 'Margin to the deadline',
  costOfNight: 'Cost in US$',
  nightsCostNote:
    'Costs are worked out from each commit, at the same prices, so that nights can be compared.',
  inPart: 'in part',
  thisNight: 'this night',

  // Commits
  commits: 'Commits, and who made them',
  noCommits: 'Nothing was published.',
  commit: 'Commit',
  when: 'When',
  who: 'Who',
  kind: 'Kind',
  kind_publication: 'publication',
  kind_partial: 'in part',
  kind_rollback: 'rollback',
  pipeline: 'the pipeline',
  seen: 'Readers',
  moreCommits: (count: string) => `Earlier ones, which history shows: ${count}.`,
  commit_current: 'see it',
  commit_pending: 'do not see it yet',
  commit_replaced: 'saw it before',
  commit_unknown: 'is not known',
  commit_expired: 'its files are gone',
  files: 'Files',

  // Cost
  costSection: 'What the night costs on AWS',
  costMeasured: (region: string, date: string) =>
    `From the times measured on AWS, at list prices of ${region} of ${date}; free tiers, storage and queries are left out.`,
  costModelled: (region: string, date: string) =>
    `By the model of “estimate”, from what this night did, at list prices of ${region} of ${date}; free tiers, storage and queries are left out. One machine costs none of it.`,
  service: 'Service',
  noPrices: 'There are no prices for this region.',

  // Sign-off
  signOff: 'Signed off',
  signedBy: 'Name and signature',
  signedOn: 'Date',

  // Month
  monthDays: 'Days',
  monthCalendar: 'Days by state',
  monthNoDays: 'The ledger knows no day of this month.',
  day: 'Day',
  state: 'State',
  monthNights: 'Night by night',
  monthSum: 'Sum',
  monthVerdict: (published: string, days: string) => `${published} of ${days} days are published.`,
  monthLate: (late: string) => `${late} were late.`,
  publishedAt: 'Published',
  report: 'Report',
};

/** The same for any language: a text for a text, a function of the same texts for a function. */
export type Words = {
  [Name in keyof typeof ENGLISH]: (typeof ENGLISH)[Name] extends (...texts: infer Texts) => string
    ? (...texts: Texts) => string
    : string;
};
