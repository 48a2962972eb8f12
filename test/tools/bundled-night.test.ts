import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GeneratedFile } from '../../generator/night-file.ts';
import type { ExecutionResult } from '../../local/state-machine/run-execution.ts';
import { createS3ObjectStore } from '../../shared/aws/s3-object-store.ts';
import { PreconditionFailed } from '../../shared/errors.ts';
import { FUNCTION_NAMES, METRICS } from '../../shared/operations/metrics-table.ts';
import { FUNCTION_CALLS } from '../../tools/check-deploy/function-calls.ts';
import { functionOf } from '../../tools/check-deploy/functions.ts';
import { covers, denialsOf, grantsOf } from '../../tools/check-deploy/role-grants.ts';
import { resourcesOf, type Template, targetOf } from '../../tools/check-deploy/template.ts';
import { AwsWire } from '../support/aws-wire.ts';
import {
  BUSINESS_DATE,
  PackagedStage,
  type StageCloud,
  TOPICS,
  totalsOf,
} from '../support/packaged-stage.ts';
import { StrictS3 } from '../support/strict-s3/server.ts';
import { StrictScheduler } from '../support/strict-scheduler.ts';

const BUCKETS = { raw: 'RawBucket', lake: 'ProcessedBucket' };
const topicArn = (name: string) => `arn:aws:sns:sa-east-1:111122223333:${name}`;
const REFERENCES = {
  RawBucket: 'raw',
  ProcessedBucket: 'lake',
  GlueDatabase: 'positional_lake_dev',
  FilePipeline: 'arn:aws:states:sa-east-1:111122223333:stateMachine:file-pipeline-dev',
  ...Object.fromEntries(TOPICS.map((name) => [name, topicArn(name)])),
  StarterDeadLetters: 'https://sqs.sa-east-1.amazonaws.com/111122223333/starter-dead-letters',
  WatchdogDeadLetters: 'https://sqs.sa-east-1.amazonaws.com/111122223333/watchdog-dead-letters',
  OperatorDeadLetters: 'https://sqs.sa-east-1.amazonaws.com/111122223333/operator-dead-letters',
};

/** AWS on the loopback interface, with the template's roles and tables. */
async function startWire(template: Template): Promise<{ wire: AwsWire; cloud: StageCloud }> {
  const s3 = await StrictS3.start();
  const roles = [
    ...FUNCTION_NAMES.map((name) => [name, targetOf(functionOf(template, name)?.Properties?.Role)]),
    ['pipeline', 'FilePipelineRole'],
  ];
  const ofRoles = <T>(rulesOf: (template: Template, role: string) => T[]) =>
    Object.fromEntries(roles.map(([caller, role = '']) => [caller, rulesOf(template, role)]));
  const wire = await AwsWire.start({
    s3: { host: '127.0.0.1', port: s3.port },
    buckets: BUCKETS,
    topics: Object.fromEntries(TOPICS.map((name) => [topicArn(name), name])),
    grants: ofRoles(grantsOf),
    denials: ofRoles(denialsOf),
  });
  const credentials = { accessKeyId: 'people', secretAccessKey: 'secret' };
  const people = new S3Client({
    endpoint: s3.endpoint,
    forcePathStyle: true,
    region: 'sa-east-1',
    credentials,
  });
  for (const Bucket of Object.keys(BUCKETS)) await people.send(new CreateBucketCommand({ Bucket }));
  people.destroy();
  for (const [, { Properties }] of resourcesOf(template, 'AWS::Glue::Table')) {
    wire.glue.tables.set(Properties?.TableInput.Name, Properties?.TableInput);
  }
  const stop = async () => {
    await wire.stop();
    await s3.stop();
  };
  return { wire, cloud: { endpoint: wire.endpoint, s3Endpoint: s3.endpoint, references: REFERENCES, stop } };
}

describe('a night through the bundles that ship', () => {
  const stage = new PackagedStage();
  let wire: AwsWire;
  let night: GeneratedFile[];
  let outcomes: ExecutionResult[];

  beforeAll(async () => {
    await stage.start(async (template) => {
      const started = await startWire(template);
      wire = started.wire;
      return started.cloud;
    });
    ({ night, outcomes } = await stage.runNight(async () => wire.executions));
  });
  afterAll(() => stage.stop());
  const seen = (table: string) => stage.seen('lake', REFERENCES.GlueDatabase, table);

  it('starts an execution for each file, which succeeds', () => {
    expect(outcomes.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(new Set(wire.executions.map(({ name }) => name)).size).toBe(2);
  });

  it('tells CloudFormation that the tables are open, before anything is published', () => {
    expect(stage.deployed).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'LakeTables' });
    expect(stage.deployed).not.toHaveProperty('Reason');
  });

  it('publishes each table by one pointer, and a row that says what the day is', async () => {
    const contracts = await seen('contracts');
    expect(contracts?.manifests).toHaveLength(1);
    expect(contracts?.files.length).toBeGreaterThan(3);
    expect(contracts?.snapshot?.summary).toMatchObject({
      'business-date': BUSINESS_DATE,
      commit: '1',
      files: '2',
    });
    expect((await seen('contracts_rejects'))?.files).toHaveLength(2);
    const rows = night.reduce((sum, file) => sum + file.records - file.badRecords, 0);
    const days = await stage.rowsOf((await seen('contracts_days'))?.files ?? []);
    expect(days).toMatchObject([
      { business_date: BUSINESS_DATE, commit: '1', files: '2', rows: String(rows) },
    ]);
  });

  it('names in its ledger the code that made it, the same as that of the package', async () => {
    const splitter = await readFile(join(stage.dir, 'dist', 'splitter', 'index.mjs'), 'utf8');
    const [version] = /\d+\.\d+\.\d+\+[0-9a-f]{16}/.exec(splitter) ?? [];
    expect(version).toBeDefined();
    const versions = new Set<string>();
    for await (const { key } of stage.lake.list('ledger/contracts/year=2094/month=08/day=10/contratos')) {
      versions.add(JSON.parse(Buffer.from((await stage.lake.get(key))!.bytes).toString()).softwareVersion);
    }
    expect([...versions]).toEqual([version]);
  });

  it('publishes the rows that were generated, to the centavo', async () => {
    expect(await stage.publishedTotals((await seen('contracts'))?.files ?? [])).toEqual([totalsOf(night)]);
  });

  it('says at the deadline that it was met', () => {
    const told = wire.messages.map(({ topic, Subject }) => `${topic}: ${Subject}`);
    expect(told).toContain(`SuccessTopic: SLA met: contracts of ${BUSINESS_DATE}`);
    const met = wire.metrics.filter(({ MetricName }) => MetricName === 'SlaMet');
    expect(met.map(({ Value }) => Value)).toContain(1);
  });

  it('sends only requests that the services accept, and emits only metrics of the table', () => {
    expect(wire.problems).toEqual([]);
    const put = wire.metrics.map(({ MetricName }) => MetricName);
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
    expect(wire.denied).toEqual([]);
  });

  it.each(FUNCTION_NAMES)('calls from %s what the table of calls says, and nothing else', (name) => {
    const made = wire.calls.filter(({ caller }) => caller === name);
    const listed = FUNCTION_CALLS[name];
    const matches = (call: { action: string; resource: string }, one: { action: string; resource: string }) =>
      one.action === call.action &&
      covers(
        call.resource
          .replace(/\/$/, '/*')
          .replace(/contracts\/(?=year=2025\/|metadata\/)/, '*/')
          .replace(/year=2025\//, 'year='),
        one.resource,
      );
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
    const [commit, report, ...others] = decided.filter((key) => key.includes('/_day/'));
    expect([commit?.replace(/.*\//, ''), report?.replace(/.*\//, ''), others]).toEqual([
      '1.json',
      '1.report.html',
      [],
    ]);
    const page = new TextDecoder().decode((await stage.lake.get(report!))?.bytes);
    expect(page).toContain('Publicado em');
    expect(wire.messages.map(({ Message }) => Message).join('\n')).toContain(
      `Its report: s3://lake/${report}`,
    );
    expect(new Set(decided.map((key) => /_(day|terms|history)/.exec(key)?.[1])).size).toBe(3);
    for (const caller of ['splitter', 'reconciler', 'finalizer', 'watchdog']) {
      const store = createS3ObjectStore({
        client: stage.client(wire.endpoint, caller),
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
    const before = wire.denied.length;
    const day = { dataset: 'contracts', businessDate: BUSINESS_DATE };
    const [first] = night;
    const asked = [
      { action: 'publish', ...day },
      { action: 'report', ...day },
      { action: 'rollback', ...day, file: first?.key, remove: true, reason: 'a test' },
      { action: 'clean', generationsOlderThanDays: 1 },
    ];
    const answers: unknown[] = [];
    for (const event of asked) answers.push(await stage.invoke('operator', event));
    expect(answers).toMatchObject([
      { action: 'publish', commit: 1 },
      { action: 'report', url: expect.stringMatching(/\/_day\/1\.report\.html\?.*X-Amz-Signature=/) },
      { action: 'rollback', commit: 2, files: [{ sourceKey: first?.key, to: null }] },
      { action: 'clean', failed: [] },
    ]);
    expect(wire.denied.slice(before)).toEqual([]);
    expect(wire.problems).toEqual([]);
  });

  it('is cleaned once a day without a person, who is told of what could not be cleaned', async () => {
    const scheduler = new StrictScheduler(stage.template);
    expect(scheduler.refusals()).toEqual([]);
    const at = scheduler.next('Cleaning', new Date('2025-08-13T11:00:00Z'));
    expect(at.toISOString()).toBe('2025-08-13T16:00:00.000Z');
    const before = wire.denied.length;
    const scratch = 'runs/0123456789abcdef0123/parts/00000.parquet';
    await stage.lake.put(scratch, Buffer.from('of a run without a plan'));
    const fire = () =>
      scheduler.fire('Cleaning', at, (target, event) => {
        expect(target).toBe('OperatorLambdaFunction');
        return stage.invoke('operator', event);
      });
    expect(await fire()).toMatchObject({ action: 'clean', failed: [] });
    expect(await stage.lake.head(scratch)).toBeUndefined();
    await stage.lake.put(`ledger/contracts/year=2094/month=08/day=09/_day/1.json`, Buffer.from('{'));
    expect(await fire()).toMatchObject({
      action: 'clean',
      failed: [{ key: expect.stringContaining('day=09') }],
    });
    const told = wire.messages.filter(({ Subject }) => Subject?.startsWith('Not cleaned'));
    expect(told).toMatchObject([
      { topic: 'WarningTopic', Message: expect.stringContaining('2025-08-13T16:00:00Z') },
    ]);
    expect(wire.denied.slice(before)).toEqual([]);
    expect(scheduler.letters).toEqual([]);
  });

  it('leaves a letter of a cleaning that fails, or that may not be asked for', async () => {
    const scheduler = new StrictScheduler(stage.template);
    const fail = () => Promise.reject(new Error('out of memory'));
    await scheduler.fire('Cleaning', new Date(), fail);
    const [letter] = scheduler.letters;
    expect(letter?.queue).toBe('OperatorDeadLetters');
    expect(JSON.parse(letter?.body ?? '')).toMatchObject({ requestPayload: { action: 'clean' } });
    const broken = structuredClone(stage.template);
    broken.Resources.CleaningRole!.Properties!.Policies[0].PolicyDocument.Statement.shift();
    const refused = new StrictScheduler(broken);
    await refused.fire('Cleaning', new Date(), fail);
    expect(refused.letters).toMatchObject([{ queue: 'OperatorDeadLetters' }]);
  });

  it.each<[string, (schedule: Record<string, never> & { Target: never }) => unknown, RegExp]>([
    [
      'a time of five fields',
      (s) => Object.assign(s, { ScheduleExpression: 'cron(0 13 * * ?)' }),
      /six fields/,
    ],
    [
      'a time zone of Windows',
      (s) => Object.assign(s, { ScheduleExpressionTimezone: 'E. South America' }),
      /time zone/,
    ],
    ['a window of nothing', (s) => Object.assign(s, { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }), /window/],
    [
      '186 retries',
      (s) => Object.assign(s.Target, { RetryPolicy: { MaximumRetryAttempts: 186 } }),
      /retries/,
    ],
    [
      'an attribute that is none',
      (s) => Object.assign(s.Target, { Input: '{"at":"<aws.scheduler.time>"}' }),
      /attribute/,
    ],
    [
      'a role of the functions',
      (s) => Object.assign(s.Target, { RoleArn: { 'Fn::GetAtt': ['OperatorRole', 'Arn'] } }),
      /trust/,
    ],
  ])('would be refused a schedule with %s', (_what, breakIt, said) => {
    const broken = structuredClone(stage.template);
    breakIt(broken.Resources.Cleaning!.Properties as never);
    expect(new StrictScheduler(broken).refusals().join()).toMatch(said);
  });
});
