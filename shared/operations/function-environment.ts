import type { FunctionName } from './metrics-table.ts';

/** The environment variables that a function reads. A test compares them with what the code asks for. */
interface FunctionEnvironment {
  /** Without one of them the function fails at its start. */
  required: readonly string[];
  optional: readonly string[];
}

const ALL = ['STAGE', 'METRICS_NAMESPACE'];
const STORES = ['RAW_BUCKET', 'PROCESSED_BUCKET'];
const PEOPLE = ['SUCCESS_TOPIC_ARN', 'WARNING_TOPIC_ARN', 'FAILURE_TOPIC_ARN'];
const REPORT = ['SLA_TIME_ZONE', 'SLA_DEADLINE', 'SLA_BUSINESS_DATE'];
const NIGHT = ['EXPECTED_FILES', ...REPORT, 'SLA_HOLIDAYS', 'SLA_WEEKENDS'];

/**
 * Meaning of the variables: `STAGE` and `METRICS_NAMESPACE` go on every metric. `RANGE_SIZE_BYTES`: 134217728 by default.
 * `EXPECTED_FILES`: a number, or names (`*`, `?`, `{yyyyMMdd}`) separated by commas; unset or empty publishes after each file.
 * `SLA_LAYOUTS`: layouts to watch, separated by commas. `SLA_TIME_ZONE`: America/Sao_Paulo. `SLA_DEADLINE`: 09:00.
 * `SLA_BUSINESS_DATE`: `day-before` (the night that ends this morning belongs to yesterday; the default) or `same-day`.
 * `SLA_HOLIDAYS`: business dates without files, yyyy-MM-dd, separated by commas. `SLA_WEEKENDS`: `silent` (default) or `watched`.
 * `QUERY_ROLES`: who may ask what, as JSON (docs/ask.md). `REDIS_URL`: a server that keeps answers; without one S3 does.
 * `REDIS_IAM_CACHE`, `REDIS_IAM_USER`: name of a cache of ElastiCache Serverless, and the user as whom IAM lets the function in.
 */
export const FUNCTION_ENVIRONMENT: Readonly<Record<FunctionName, FunctionEnvironment>> = {
  starter: {
    required: [...ALL, 'RAW_BUCKET', 'STATE_MACHINE_ARN', 'WARNING_TOPIC_ARN'],
    optional: [],
  },
  splitter: {
    required: [...ALL, ...STORES, 'GLUE_DATABASE'],
    optional: ['RANGE_SIZE_BYTES', 'EXPECTED_FILES'],
  },
  parser: { required: [...ALL, ...STORES], optional: [] },
  reconciler: { required: [...ALL, 'PROCESSED_BUCKET'], optional: [] },
  merger: { required: [...ALL, 'PROCESSED_BUCKET'], optional: [] },
  finalizer: {
    required: [...ALL, 'PROCESSED_BUCKET', 'GLUE_DATABASE', ...PEOPLE],
    optional: ['EXPECTED_FILES', ...REPORT],
  },
  watchdog: {
    required: [...ALL, ...STORES, 'GLUE_DATABASE', ...PEOPLE, 'SLA_LAYOUTS'],
    optional: NIGHT,
  },
  operator: {
    required: [
      ...[...ALL, ...STORES, 'GLUE_DATABASE', ...PEOPLE, 'SLA_LAYOUTS', 'STATE_MACHINE_ARN'],
      ...['STARTER_DEAD_LETTERS_URL', 'WATCHDOG_DEAD_LETTERS_URL', 'OPERATOR_DEAD_LETTERS_URL'],
    ],
    optional: NIGHT,
  },
  query: {
    required: [
      ...ALL,
      'PROCESSED_BUCKET',
      'RESULTS_BUCKET',
      'GLUE_DATABASE',
      'QUERY_WORKGROUP',
      'QUERY_ROLES',
    ],
    optional: ['REDIS_URL', 'REDIS_IAM_CACHE', 'REDIS_IAM_USER'],
  },
};
