import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { functionVariables } from '../../shared/aws/function-variables.ts';
import { createAwsPorts } from '../../shared/aws/pipeline-adapters.ts';
import { slaOfVariables } from '../../shared/aws/sla-variables.ts';
import { UsageError } from '../../shared/errors.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { FUNCTION_ENVIRONMENT } from '../../shared/operations/function-environment.ts';
import {
  FUNCTION_NAMES,
  type FunctionName,
  METRIC_DIMENSIONS,
  METRICS,
} from '../../shared/operations/metrics-table.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const VALUES: Record<string, string> = {
  STAGE: 'dev',
  METRICS_NAMESPACE: 'PositionalLake',
  RAW_BUCKET: 'raw',
  PROCESSED_BUCKET: 'processed',
  GLUE_DATABASE: 'lake',
  STATE_MACHINE_ARN: 'arn:aws:states:sa-east-1:111122223333:stateMachine:x',
  SUCCESS_TOPIC_ARN: 'arn:a',
  WARNING_TOPIC_ARN: 'arn:b',
  FAILURE_TOPIC_ARN: 'arn:c',
  SLA_LAYOUTS: 'contracts',
  STARTER_DEAD_LETTERS_URL: 'https://sqs.sa-east-1.amazonaws.com/111122223333/starter',
  WATCHDOG_DEAD_LETTERS_URL: 'https://sqs.sa-east-1.amazonaws.com/111122223333/watchdog',
  RESULTS_BUCKET: 'results',
  QUERY_WORKGROUP: 'positional-lake-dev-query-service',
  QUERY_ROLES: '{"analysts": {"tables": "all"}}',
  OPERATOR_DEAD_LETTERS_URL: 'https://sqs.sa-east-1.amazonaws.com/1/operator',
};

function written(spy: { mock: { calls: unknown[][] } }): Record<string, unknown>[] {
  return spy.mock.calls.map(([line]) => JSON.parse(String(line)));
}

async function invoke(handler: unknown, event: unknown): Promise<unknown> {
  const context = { awsRequestId: 'r', functionName: 'f', memoryLimitInMB: '1', invokedFunctionArn: 'arn' };
  return (handler as (event: unknown, context: unknown) => Promise<unknown>)(event, context);
}

// So that Powertools writes to the console that a test can watch.
beforeEach(() => {
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('every invocation', () => {
  function stack(work: (event: { dataset?: string }) => Promise<number>) {
    let elapsed = 0;
    return lambdaHandler<{ dataset?: string }, number>({
      functionName: 'parser',
      stage: 'dev',
      metricsNamespace: 'PositionalLake',
      read: (event) => event as { dataset?: string },
      handler: work,
      measure: (_event, rows) => ({
        dataset: 'contracts',
        figures: { RangeRows: rows },
        facts: { rangeIndex: 3 },
      }),
      elapsedMs: () => (elapsed += 7),
    });
  }

  it('writes its figures as embedded metrics of stage and dataset, and its result as one line', async () => {
    const lines = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const infos = vi.spyOn(console, 'info').mockImplementation(() => undefined);
    const handler = stack(async () => 42);
    expect(await invoke(handler, {})).toBe(42);
    await invoke(handler, {});
    const [cold, warm] = written(lines);
    expect(cold).toMatchObject({
      stage: 'dev',
      dataset: 'contracts',
      RangeRows: 42,
      ParserMs: 7,
      ColdStarts: 1,
    });
    expect(warm).not.toHaveProperty('ColdStarts');
    const [directive] = (cold!._aws as { CloudWatchMetrics: Record<string, unknown>[] }).CloudWatchMetrics;
    expect(directive).toMatchObject({ Namespace: 'PositionalLake', Dimensions: [[...METRIC_DIMENSIONS]] });
    expect(cold).not.toHaveProperty('service');
    for (const { Name, Unit } of directive!.Metrics as { Name: keyof typeof METRICS; Unit: string }[]) {
      expect(Unit).toBe(METRICS[Name].unit);
    }
    expect(written(infos)[0]).toMatchObject({
      service: 'parser',
      stage: 'dev',
      dataset: 'contracts',
      rangeIndex: 3,
    });
  });

  it('that throws is counted and logged once, and throws the error again under its name', async () => {
    const lines = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const errors = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const handler = stack(async () => {
      throw new UsageError({ what: 'wrong', where: 'here', next: 'Correct it.' });
    });
    await expect(invoke(handler, { dataset: 'cards' })).rejects.toMatchObject({ name: 'UsageError' });
    expect(written(lines)[0]).toMatchObject({ dataset: 'cards', InvocationsFailed: 1, ParserMs: 7 });
    expect(errors).toHaveBeenCalledTimes(1);
    expect(written(errors)[0]).toMatchObject({ errorName: 'UsageError', where: 'here', next: 'Correct it.' });
  });
});

describe('metrics', () => {
  it('of the table are each written somewhere in the code', async () => {
    const texts = new Map<string, string>();
    for (const folder of ['functions', 'shared']) {
      for (const entry of await readdir(`${ROOT}/${folder}`, { recursive: true, withFileTypes: true })) {
        const path = `${entry.parentPath}/${entry.name}`;
        if (entry.isFile() && path.endsWith('.ts')) texts.set(path, await readFile(path, 'utf8'));
      }
    }
    const emitting = [...texts]
      .filter(([path]) => !path.endsWith('metrics-table.ts'))
      .map(([, text]) => text);
    const silent = Object.keys(METRICS).filter(
      (name) => !emitting.some((text) => new RegExp(`\\b${name}\\b`).test(text)),
    );
    expect(silent).toEqual([]);
  });
});

describe('environment variables', () => {
  it.each(
    FUNCTION_NAMES,
  )('that the table gives to %s are all that its module needs to load', async (name) => {
    for (const variable of Object.keys(VALUES)) vi.stubEnv(variable, undefined);
    vi.stubEnv('AWS_REGION', 'sa-east-1');
    for (const variable of FUNCTION_ENVIRONMENT[name].required) vi.stubEnv(variable, VALUES[variable]);
    const { handler } = await import(`../../functions/${name}/index.ts`);
    expect(handler).toBeTypeOf('function');
    vi.unstubAllEnvs();
  });

  it.each(
    FUNCTION_NAMES.flatMap((name) => FUNCTION_ENVIRONMENT[name].required.map((variable) => [name, variable])),
  )('%s says that %s is not set', (name, variable) => {
    expect(() => functionVariables(name as FunctionName, { ...VALUES, [variable]: '' })).toThrow(variable);
  });

  it.each([
    ['splitter', { expectedFiles: 3, rangeSizeBytes: 1_048_576 }],
    ['finalizer', { expectedFiles: 3, rangeSizeBytes: 134_217_728 }],
    ['watchdog', { expectedFiles: 3, rangeSizeBytes: 134_217_728 }],
  ] as const)('that are optional reach %s', (name, settings) => {
    const environment = { ...VALUES, EXPECTED_FILES: '3', RANGE_SIZE_BYTES: '1048576' };
    expect(createAwsPorts(functionVariables(name, environment)).settings).toMatchObject(settings);
    const names = { ...VALUES, EXPECTED_FILES: 'a_{yyyyMMdd}.txt, b.txt' };
    const { expectedFiles } = createAwsPorts(functionVariables(name, names)).settings;
    expect(expectedFiles).toEqual(['a_{yyyyMMdd}.txt', 'b.txt']);
    const empty = createAwsPorts(functionVariables(name, { ...VALUES, EXPECTED_FILES: '' }));
    expect(empty.settings.expectedFiles).toBeUndefined();
  });

  it('give a function the ports that it uses; any other port names the variable that is missing', () => {
    vi.stubEnv('AWS_REGION', 'sa-east-1');
    const uses = {
      splitter: ['raw', 'lake', 'layouts'],
      reconciler: ['lake'],
      finalizer: ['lake', 'catalog', 'metrics', 'notifier'],
      watchdog: ['raw', 'lake', 'layouts', 'catalog', 'metrics', 'notifier'],
    } as const;
    for (const [name, used] of Object.entries(uses)) {
      const ports = createAwsPorts(functionVariables(name as FunctionName, VALUES));
      for (const port of used) expect(ports[port]).toBeDefined();
    }
    const reconciler = createAwsPorts(functionVariables('reconciler', VALUES));
    expect(() => reconciler.catalog).toThrow(/GLUE_DATABASE.*does not give it to this function/);
  });

  it('that configure the SLA are checked together', () => {
    const wrong = { ...VALUES, SLA_DEADLINE: '9am', SLA_HOLIDAYS: '2025-12-25, 25/12', SLA_WEEKENDS: 'off' };
    expect(() => slaOfVariables(functionVariables('watchdog', wrong))).toThrow(/9am.*25\/12.*off/s);
    const { calendar, layouts } = slaOfVariables(
      functionVariables('watchdog', { ...VALUES, SLA_HOLIDAYS: '' }),
    );
    expect(calendar).toMatchObject({ timeZone: 'America/Sao_Paulo', deadline: '09:00', holidays: [] });
    expect(layouts).toEqual(['contracts']);
  });
});
