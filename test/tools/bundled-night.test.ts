import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { DuckDBInstance } from '@duckdb/node-api';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateNights } from '../../generator/night.ts';
import { parseDefinition } from '../../local/state-machine/definition.ts';
import { type ExecutionResult, runExecution } from '../../local/state-machine/run-execution.ts';
import { createS3ObjectStore } from '../../shared/aws/s3-object-store.ts';
import { decimalText } from '../../shared/decimal.ts';
import { PreconditionFailed } from '../../shared/errors.ts';
import { FUNCTION_NAMES, type FunctionName, METRICS } from '../../shared/operations/metrics-table.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { FUNCTION_CALLS } from '../../tools/check-deploy/function-calls.ts';
import { functionOf } from '../../tools/check-deploy/functions.ts';
import { packageStage } from '../../tools/check-deploy/package-stage.ts';
import { covers, denialsOf, grantsOf } from '../../tools/check-deploy/role-grants.ts';
import { resourcesOf, type Template, targetOf } from '../../tools/check-deploy/template.ts';
import { AwsWire } from '../support/aws-wire.ts';
import { BundledFunction } from '../support/bundled-function.ts';
import { StrictS3 } from '../support/strict-s3/server.ts';

/** A Tuesday in the future: the night is published long before its deadline. */
const BUSINESS_DATE = '2094-08-10';
const MORNING = '2094-08-11T12:00:00Z';
const BUCKETS = { raw: 'RawBucket', lake: 'ProcessedBucket' };
const topicArn = (name: string) => `arn:aws:sns:sa-east-1:111122223333:${name}`;
const TOPICS = ['SuccessTopic', 'WarningTopic', 'FailureTopic'];
/** The values of the resources that the functions' variables refer to. */
const REFERENCES: Record<string, string> = {
  RawBucket: 'raw',
  ProcessedBucket: 'lake',
  GlueDatabase: 'positional_lake_dev',
  FilePipeline: 'arn:aws:states:sa-east-1:111122223333:stateMachine:file-pipeline-dev',
  ...Object.fromEntries(TOPICS.map((name) => [name, topicArn(name)])),
  StarterDeadLetters: 'https://sqs.sa-east-1.amazonaws.com/111122223333/starter-dead-letters',
  WatchdogDeadLetters: 'https://sqs.sa-east-1.amazonaws.com/111122223333/watchdog-dead-letters',
};

/** Stage `dev` as it would be deployed: its bundles with its roles and variables, its state machine, AWS on the loopback interface. */
class DeployedStage {
  template!: Template;
  wire!: AwsWire;
  raw!: ObjectStore;
  lake!: ObjectStore;
  dir!: string;
  readonly functions = new Map<FunctionName, BundledFunction>();
  private itemStore!: ObjectStore;
  private readonly closing: (() => Promise<unknown>)[] = [];

  async start(): Promise<void> {
    this.dir = await mkdtemp(join(tmpdir(), 'positional-lake-bundled-'));
    this.closing.push(() => rm(this.dir, { recursive: true, force: true }));
    const dist = join(this.dir, 'dist');
    this.template = (await packageStage('dev', dist)).template;
    const s3 = await StrictS3.start();
    this.closing.push(() => s3.stop());
    const roles = [
      ...FUNCTION_NAMES.map((name) => [name, targetOf(functionOf(this.template, name)?.Properties?.Role)]),
      ['pipeline', 'FilePipelineRole'],
    ];
    const ofRoles = <T>(rulesOf: (template: Template, role: string) => T[]) =>
      Object.fromEntries(roles.map(([caller, role = '']) => [caller, rulesOf(this.template, role)]));
    this.wire = await AwsWire.start({
      s3: { host: '127.0.0.1', port: s3.port },
      buckets: BUCKETS,
      topics: Object.fromEntries(TOPICS.map((name) => [topicArn(name), name])),
      grants: ofRoles(grantsOf),
      denials: ofRoles(denialsOf),
    });
    this.closing.push(() => this.wire.stop());
    const people = this.client(s3.endpoint, 'people');
    for (const Bucket of Object.keys(BUCKETS)) await people.send(new CreateBucketCommand({ Bucket }));
    this.raw = createS3ObjectStore({ client: people, bucket: 'raw' });
    this.lake = createS3ObjectStore({ client: people, bucket: 'lake' });
    this.itemStore = createS3ObjectStore({
      client: this.client(this.wire.endpoint, 'pipeline'),
      bucket: 'lake',
    });
    for (const [, { Properties }] of resourcesOf(this.template, 'AWS::Glue::Table')) {
      this.wire.glue.tables.set(Properties?.TableInput.Name, Properties?.TableInput);
    }
    for (const name of FUNCTION_NAMES) {
      const url = pathToFileURL(join(dist, name, 'index.mjs')).href;
      const started = new BundledFunction(name, url, this.environmentOf(name));
      this.functions.set(name, started);
      this.closing.push(() => started.stop());
    }
  }

  async stop(): Promise<void> {
    for (const close of this.closing.reverse()) await close();
  }

  /** The variables of the template, and those that Lambda adds. */
  private environmentOf(name: FunctionName): Record<string, string> {
    const variables: Record<string, unknown> = functionOf(this.template, name)?.Properties?.Environment
      .Variables;
    const given = Object.entries(variables).map(([key, value]) => {
      const target = targetOf(value);
      return [key, target ? REFERENCES[target] : String(value)];
    });
    return {
      ...Object.fromEntries(given),
      AWS_ACCESS_KEY_ID: name,
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_REGION: 'sa-east-1',
      AWS_ENDPOINT_URL: this.wire.endpoint,
      AWS_LAMBDA_FUNCTION_NAME: `positional-lake-dev-${name}`,
      // Small files, more than one range each; a night of the future may be a weekend.
      ...('RANGE_SIZE_BYTES' in variables ? { RANGE_SIZE_BYTES: '200000' } : {}),
      ...('EXPECTED_FILES' in variables ? { EXPECTED_FILES: '2' } : {}),
    };
  }

  client(endpoint: string, accessKeyId: string): S3Client {
    const credentials = { accessKeyId, secretAccessKey: 'secret' };
    const client = new S3Client({ endpoint, forcePathStyle: true, region: 'sa-east-1', credentials });
    this.closing.push(async () => client.destroy());
    return client;
  }

  invoke(name: FunctionName, event: unknown): Promise<unknown> {
    return this.functions.get(name)!.invoke(event);
  }

  /** Runs an execution that the starter started, by the deployed definition. */
  execute(name: string, input: string): Promise<ExecutionResult> {
    const { Definition, DefinitionSubstitutions } = this.template.Resources.FilePipeline?.Properties ?? {};
    const substitutions: Record<string, string> = {};
    const tasks: Parameters<typeof runExecution>[0]['tasks'] = {};
    for (const [key, value] of Object.entries(DefinitionSubstitutions)) {
      const target = targetOf(value) ?? '';
      substitutions[key] = REFERENCES[target] ?? target;
      const called = /^(\w+)LambdaFunction$/.exec(target)?.[1]?.toLowerCase() as FunctionName | undefined;
      if (called) Object.assign(tasks, { [target]: (event: unknown) => this.invoke(called, event) });
    }
    return runExecution({
      definition: parseDefinition(JSON.stringify(Definition), substitutions, 'the packaged template'),
      executionName: name,
      input: JSON.parse(input),
      store: this.itemStore,
      tasks,
      maxConcurrency: 4,
    });
  }
}

describe('a night through the bundles that ship', () => {
  const stage = new DeployedStage();
  let night: Awaited<ReturnType<typeof generateNights>>;
  const outcomes: ExecutionResult[] = [];

  beforeAll(async () => {
    await stage.start();
    const outDir = join(stage.dir, 'night');
    night = await generateNights({
      outDir,
      records: 6000,
      files: 2,
      seed: 3,
      businessDate: BUSINESS_DATE,
      badPercent: 0.3,
    });
    for (const { path, key } of night) {
      await stage.raw.put(key, await readFile(path));
      const event = { detail: { bucket: { name: 'raw' }, object: { key } } };
      await stage.invoke('starter', event);
      await stage.invoke('starter', event);
    }
    for (const { name, input } of new Map(stage.wire.executions.map((one) => [one.name, one])).values()) {
      outcomes.push(await stage.execute(name, input));
    }
    for (const check of ['arrivals', 'at-risk', 'alarm', 'deadline']) {
      await stage.invoke('watchdog', { check, scheduledAt: MORNING });
    }
  });
  afterAll(() => stage.stop());

  it('starts an execution for each file, which succeeds', () => {
    expect(outcomes.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(new Set(stage.wire.executions.map(({ name }) => name)).size).toBe(2);
  });

  it('publishes the partitions, and then a row that says that the day is complete', async () => {
    const { partitions } = stage.wire.glue;
    expect(partitions.get('contracts')?.length).toBeGreaterThan(3);
    expect(partitions.get('contracts_rejects')).toHaveLength(1);
    const [day] = partitions.get('contracts_days') ?? [];
    expect(day?.Values).toEqual(['2094', '08', '10']);
    const stored = await stage.lake.get(
      `${day?.StorageDescriptor.Location.slice('s3://lake/'.length)}day.json`,
    );
    const rows = night.reduce((sum, file) => sum + file.records - file.badRecords, 0);
    expect(JSON.parse(Buffer.from(stored?.bytes ?? []).toString())).toMatchObject({
      business_date: BUSINESS_DATE,
      commit: 1,
      files: 2,
      rows,
    });
  });

  it('publishes the rows that were generated, to the centavo', async () => {
    const folder = join(stage.dir, 'published');
    await mkdir(folder);
    let files = 0;
    for (const { StorageDescriptor } of stage.wire.glue.partitions.get('contracts') ?? []) {
      const prefix = StorageDescriptor.Location.slice('s3://lake/'.length);
      for await (const { key } of stage.lake.list(prefix)) {
        const published = await stage.lake.get(key);
        await writeFile(join(folder, `${files++}.parquet`), published?.bytes ?? '');
      }
    }
    const connection = await (await DuckDBInstance.create()).connect();
    const read = await connection.runAndReadAll(
      `SELECT count(*)::INTEGER, sum(valor_contrato)::VARCHAR FROM read_parquet('${folder}/*.parquet')`,
    );
    const cents = night.reduce((sum, file) => sum + file.valueCents, 0n);
    const rows = night.reduce((sum, file) => sum + file.records - file.badRecords, 0);
    expect(read.getRows()).toEqual([[rows, decimalText({ unscaled: cents, scale: 2 })]]);
  });

  it('says at the deadline that it was met', () => {
    const told = stage.wire.messages.map(({ topic, Subject }) => `${topic}: ${Subject}`);
    expect(told).toContain(`SuccessTopic: SLA met: contracts of ${BUSINESS_DATE}`);
    const met = stage.wire.metrics.filter(({ MetricName }) => MetricName === 'SlaMet');
    expect(met.map(({ Value }) => Value)).toContain(1);
  });

  it('sends only requests that the services accept, and emits only metrics of the table', () => {
    expect(stage.wire.problems).toEqual([]);
    const put = stage.wire.metrics.map(({ MetricName }) => MetricName);
    const embedded = [...stage.functions.values()].flatMap(({ lines }) =>
      lines.flatMap((line) => {
        const emf = line._aws as { CloudWatchMetrics: { Metrics: { Name: string }[] }[] } | undefined;
        return emf?.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name)) ?? [];
      }),
    );
    expect(embedded.length).toBeGreaterThan(20);
    expect([...put, ...embedded].filter((name) => !Object.hasOwn(METRICS, name))).toEqual([]);
  });

  it('needs no right that its roles do not give', () => {
    expect(stage.wire.denied).toEqual([]);
  });

  it.each(FUNCTION_NAMES)('calls from %s what the table of calls says, and nothing else', (name) => {
    const made = stage.wire.calls.filter(({ caller }) => caller === name);
    const listed = FUNCTION_CALLS[name];
    const matches = (call: { action: string; resource: string }, one: { action: string; resource: string }) =>
      one.action === call.action &&
      covers(call.resource.replace(/\/$/, '/*').replace(/contracts\/year=2025\//, '*/year='), one.resource);
    const unlisted = made.filter((one) => !listed.some((call) => matches(call, one)));
    expect(unlisted.map(({ action, resource }) => `${action} ${resource}`)).toEqual([]);
    const unmade = listed.filter(
      (call) => call.rare === undefined && !made.some((one) => matches(call, one)),
    );
    expect(unmade.map(({ action, resource }) => `${action} ${resource}`)).toEqual([]);
  });

  it('can write over no commit, terms or history, and removes none', async () => {
    const decided: string[] = [];
    for await (const { key } of stage.lake.list('ledger/'))
      if (/\/_(day|terms|history)\//.test(key)) decided.push(key);
    expect(decided.filter((key) => key.includes('/_day/'))).toHaveLength(1);
    expect(new Set(decided.map((key) => /_(day|terms|history)/.exec(key)?.[1])).size).toBe(3);
    for (const caller of ['splitter', 'reconciler', 'finalizer', 'watchdog']) {
      const store = createS3ObjectStore({
        client: stage.client(stage.wire.endpoint, caller),
        bucket: 'lake',
      });
      for (const key of decided) {
        const { bytes } = (await stage.lake.get(key))!;
        await expect(store.put(key, bytes)).rejects.toThrow('AccessDenied');
        await expect(store.putIf(key, bytes, 'tag')).rejects.toThrow('AccessDenied');
        await expect(store.copy(key, key)).rejects.toThrow('AccessDenied');
        await expect(store.delete([key])).rejects.toThrow('AccessDenied');
        await expect(store.putOnce(key, Buffer.from('other'))).rejects.toThrow(PreconditionFailed);
      }
    }
  });

  it('is operated with the rights of the operator alone', async () => {
    const before = stage.wire.denied.length;
    const day = { dataset: 'contracts', businessDate: BUSINESS_DATE };
    const [first] = night;
    const asked = [
      { action: 'publish', ...day },
      { action: 'rollback', ...day, file: first?.key, remove: true, reason: 'a test' },
      { action: 'clean', generationsOlderThanDays: 1 },
    ];
    const answers: unknown[] = [];
    for (const event of asked) answers.push(await stage.invoke('operator', event));
    expect(answers).toMatchObject([
      { action: 'publish', commit: 1 },
      { action: 'rollback', commit: 2, files: [{ sourceKey: first?.key, to: null }] },
      { action: 'clean', failed: [] },
    ]);
    expect(stage.wire.denied.slice(before)).toEqual([]);
    expect(stage.wire.problems).toEqual([]);
  });
});
