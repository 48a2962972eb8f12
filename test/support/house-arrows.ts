/** Files that everything may import; they import only one another. */
export const BASE = [
  ...[
    'shared/errors.ts',
    'shared/refusal.ts',
    'shared/decimal.ts',
    'shared/json-shape.ts',
    'shared/shown-text.ts',
    'shared/version.ts',
  ],
];

/** The folders that a folder may import from, besides itself and BASE. The longest name that fits a path counts. */
export const ARROWS: Record<string, string[]> = {
  'shared/look': [],
  'shared/cost': [],
  'shared/report': [
    ...['shared/look', 'shared/cost', 'shared/day', 'shared/operations', 'shared/run', 'shared/totals'],
    ...['shared/decode', 'shared/layout', 'shared/ranges', 'shared/keys'],
  ],
  'shared/layout': [],
  'shared/kernel': [],
  'shared/ranges': [],
  'shared/keys': [],
  'shared/compression': ['shared/ranges'],
  'shared/decode': ['shared/kernel', 'shared/layout', 'shared/ranges', 'shared/keys'],
  'shared/form': ['shared/decode', 'shared/layout', 'shared/ranges'],
  'shared/parquet': ['shared/kernel', 'shared/decode', 'shared/layout', 'shared/ranges'],
  'shared/totals': ['shared/decode', 'shared/layout'],
  'shared/run': ['shared/totals', 'shared/parquet', 'shared/layout', 'shared/ranges', 'shared/keys'],
  'shared/operations': ['shared/run', 'shared/keys'],
  'shared/ports': ['shared/operations', 'shared/ranges'],
  'shared/ask': ['shared/ports', 'shared/keys', 'shared/layout'],
  'shared/redis': ['shared/ports'],
  'shared/dashboard': ['shared/look', 'shared/ask'],
  'shared/iceberg': ['shared/ports', 'shared/parquet'],
  'shared/catalog': ['shared/iceberg', 'shared/parquet', 'shared/ports', 'shared/layout'],
  'shared/day': [
    'shared/run',
    'shared/totals',
    'shared/layout',
    'shared/ranges',
    'shared/keys',
    'shared/ports',
  ],
  ...pipelineArrows(),
  'shared/aws': [
    'shared/ask',
    'shared/ports',
    'shared/catalog',
    'shared/operations',
    'shared/ranges',
    'shared/keys',
  ],
  'shared/lambda': ['shared/operations'],
  'connector/decide': ['shared'],
  'connector/work': ['connector/decide', 'shared'],
  functions: ['shared'],
  local: ['connector', 'functions', 'shared'],
  terminal: ['local', 'shared'],
  generator: ['shared'],
  cli: ['terminal', 'generator', 'local', 'connector', 'shared'],
  'studio/engine': ['cli', 'shared'],
  // Types of the engine travel between worker and page; the page itself runs in a browser.
  'studio/page': ['studio/engine', 'shared/layout'],
  'studio/build': ['shared/look'],
  'studio/server': ['studio/build', 'library', 'cli', 'terminal', 'local', 'shared'],
  tools: ['studio', 'library', 'cli', 'terminal', 'generator', 'local', 'connector', 'functions', 'shared'],
  // The connector is played against the double of S3.
  'tools/connector-chaos': [
    'tools/chaos',
    'terminal',
    'generator',
    'local',
    'connector',
    'shared',
    'test/support/strict-s3',
  ],
  // The program as people start it is what is played.
  'tools/commands': ['tools', 'bin', 'terminal', 'generator'],
  'tools/cold-start': ['tools', 'terminal', 'generator', 'local', 'shared', 'test/support'],
  library: ['cli', 'local', 'shared'],
  bin: ['tools', 'studio', 'cli', 'terminal', 'local', 'shared'],
  resources: ['tools', 'local'],
};

/** A step may use what the steps before it hand over; what stands beside the steps may use what they do. */
function pipelineArrows(): Record<string, string[]> {
  const values = [
    'compression',
    'kernel',
    'parquet',
    'decode',
    'form',
    'layout',
    'ports',
    'totals',
    'run',
    'day',
    'operations',
    'catalog',
    'iceberg',
    'report',
  ];
  const below = [...values, 'ranges', 'keys'].map((room) => `shared/${room}`);
  const steps = {
    store: [],
    split: ['store'],
    parse: ['store'],
    reconcile: ['store'],
    merge: ['store', 'parse'],
    publish: ['store', 'parse'],
    finalize: ['store', 'publish', 'merge', 'report'],
    start: ['store', 'split'],
    operate: ['store', 'publish'],
    watch: ['store', 'publish'],
    report: ['store', 'publish', 'operate', 'watch'],
    verify: ['store', 'publish', 'finalize'],
  };
  return Object.fromEntries(
    Object.entries(steps).map(([step, uses]) => [
      `shared/pipeline/${step}`,
      [...below, ...uses.map((used) => `shared/pipeline/${used}`)],
    ]),
  );
}

/** Folders that import no SDK, no file system and no clock. */
export const PURE = [
  ...['shared/kernel', 'shared/layout', 'shared/decode', 'shared/parquet', 'shared/ranges', 'shared/keys'],
  ...['shared/form', 'shared/compression', 'shared/iceberg', 'shared/ask'],
  ...['shared/totals', 'shared/run', 'shared/day', 'shared/catalog', 'shared/operations'],
  ...['shared/look', 'shared/cost', 'shared/report'],
  'connector/decide',
  ...BASE,
];
