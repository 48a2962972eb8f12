const EDGES = 'test/connector/edges.test.ts';
const DECISIONS = ['test/connector/decisions.test.ts', 'test/connector/transfer-record.test.ts', EDGES];
const SETTINGS = ['test/connector/settings.test.ts', ...DECISIONS];
const ENDS = ['test/connector/ends-of-file.test.ts', EDGES];
const PLAYED = 'test/connector/chaos.test.ts';
const COMPRESSED = ['test/connector/compressed.test.ts', ...DECISIONS];

/** The files of the connector that decide what is taken, sent, counted as arrived and removed. */
export const DECIDING_CONNECTOR: Record<string, readonly string[]> = {
  'connector/decide/arrived-day.ts': COMPRESSED,
  'connector/decide/compressed-parts.ts': COMPRESSED,
  'connector/decide/deadline.ts': DECISIONS,
  'connector/decide/file-place.ts': COMPRESSED,
  'connector/decide/finished-file.ts': DECISIONS,
  'connector/decide/looks.ts': DECISIONS,
  'connector/decide/part-plan.ts': DECISIONS,
  'connector/decide/placeholders.ts': SETTINGS,
  'connector/decide/rate-limit.ts': DECISIONS,
  'connector/decide/record-lengths.ts': ENDS,
  'connector/decide/trailer-figures.ts': ENDS,
  'connector/decide/transfer-record.ts': DECISIONS,
  'connector/work/lease-watch.ts': ['test/connector/work.test.ts', PLAYED],
  'connector/work/held-record.ts': ['test/connector/work.test.ts', PLAYED],
  'connector/work/pace.ts': ['test/connector/work.test.ts'],
  'connector/work/part-buffers.ts': ['test/connector/work.test.ts'],
  'connector/work/patience.ts': ['test/connector/work.test.ts', PLAYED],
  'connector/work/remove-sources.ts': ['test/connector/work.test.ts'],
};
