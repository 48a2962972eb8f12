import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GlueClient } from '@aws-sdk/client-glue';
import { S3Client } from '@aws-sdk/client-s3';
import { DuckDBInstance } from '@duckdb/node-api';
import { generateNights } from '../../generator/night.ts';
import type { GeneratedFile } from '../../generator/night-file.ts';
import { parseDefinition } from '../../local/state-machine/definition.ts';
import { type ExecutionResult, runExecution } from '../../local/state-machine/run-execution.ts';
import { createS3ObjectStore } from '../../shared/aws/s3-object-store.ts';
import { decimalText } from '../../shared/decimal.ts';
import { FUNCTION_NAMES, type FunctionName } from '../../shared/operations/metrics-table.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { functionOf } from '../../tools/check-deploy/functions.ts';
import { packageStage } from '../../tools/check-deploy/package-stage.ts';
import { type Template, targetOf } from '../../tools/check-deploy/template.ts';
import { BundledFunction } from './bundled-function.ts';
import { seenThroughGlue } from './glue-tables.ts';

/** A Tuesday in the future: the night is published long before its deadline. */
export const BUSINESS_DATE = '2094-08-10';
const MORNING = '2094-08-11T12:00:00Z';
export const TOPICS = ['SuccessTopic', 'WarningTopic', 'FailureTopic'];

/** What the stage runs on. */
export interface StageCloud {
  /** Where functions and the state machine reach all services. */
  endpoint: string;
  /** Where people reach S3. */
  s3Endpoint: string;
  /** The values of the resources that the functions' variables refer to. The buckets are there. */
  references: Record<string, string> & { RawBucket: string; ProcessedBucket: string };
  stop(): Promise<unknown>;
}

/** Stage `dev` as it would be deployed: its bundles with its variables, and its state machine, on a cloud that the test gives. */
export class PackagedStage {
  template!: Template;
  cloud!: StageCloud;
  raw!: ObjectStore;
  lake!: ObjectStore;
  dir!: string;
  /** What CloudFormation was told about the tables. */
  deployed!: Record<string, unknown>;
  readonly functions = new Map<FunctionName, BundledFunction>();
  private itemStore!: ObjectStore;
  private readonly closing: (() => Promise<unknown>)[] = [];

  async start(cloudOf: (template: Template) => Promise<StageCloud>): Promise<void> {
    this.dir = await mkdtemp(join(tmpdir(), 'positional-lake-bundled-'));
    this.closing.push(() => rm(this.dir, { recursive: true, force: true }));
    const dist = join(this.dir, 'dist');
    this.template = (await packageStage('dev', dist)).template;
    this.cloud = await cloudOf(this.template);
    this.closing.push(() => this.cloud.stop());
    const people = this.client(this.cloud.s3Endpoint, 'people');
    const { RawBucket, ProcessedBucket } = this.cloud.references;
    this.raw = createS3ObjectStore({ client: people, bucket: RawBucket });
    this.lake = createS3ObjectStore({ client: people, bucket: ProcessedBucket });
    this.itemStore = createS3ObjectStore({
      client: this.client(this.cloud.endpoint, 'pipeline'),
      bucket: ProcessedBucket,
    });
    for (const name of FUNCTION_NAMES) {
      const url = pathToFileURL(join(dist, name, 'index.mjs')).href;
      const started = new BundledFunction(name, url, this.environmentOf(name));
      this.functions.set(name, started);
      this.closing.push(() => started.stop());
    }
    this.deployed = await this.openTables();
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
      return [key, target ? this.cloud.references[target] : String(value)];
    });
    return {
      ...Object.fromEntries(given),
      AWS_ACCESS_KEY_ID: name,
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_REGION: 'sa-east-1',
      AWS_ENDPOINT_URL: this.cloud.endpoint,
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
      const referred = targetOf(value) ?? '';
      // Of a version, the function.
      const target = targetOf(this.template.Resources[referred]?.Properties?.FunctionName) ?? referred;
      substitutions[key] = this.cloud.references[target] ?? target;
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

  /** Two files arrive, each told twice; every execution that the starter started runs; the watchdog looks at the morning's hours. */
  async runNight(
    executionsOf: () => Promise<{ name: string; input: string }[]>,
  ): Promise<{ night: GeneratedFile[]; outcomes: ExecutionResult[] }> {
    const outDir = join(this.dir, 'night');
    const night = await generateNights({
      outDir,
      records: 6000,
      files: 2,
      seed: 3,
      businessDate: BUSINESS_DATE,
      badPercent: 0.3,
    });
    for (const { path, key } of night) {
      await this.raw.put(key, await readFile(path));
      const event = { detail: { bucket: { name: this.cloud.references.RawBucket }, object: { key } } };
      await this.invoke('starter', event);
      await this.invoke('starter', event);
    }
    const outcomes: ExecutionResult[] = [];
    for (const { name, input } of new Map((await executionsOf()).map((one) => [one.name, one])).values()) {
      outcomes.push(await this.execute(name, input));
    }
    for (const check of ['arrivals', 'at-risk', 'alarm', 'deadline']) {
      await this.invoke('watchdog', { check, scheduledAt: MORNING });
    }
    return { night, outcomes };
  }

  /** What a reader sees of a table who begins at its pointer in Glue. */
  async seen(bucket: string, database: string, table: string) {
    // People read tables as Athena does; here with the rights of a function that does.
    const credentials = { accessKeyId: 'watchdog', secretAccessKey: 'secret' };
    const client = new GlueClient({ endpoint: this.cloud.endpoint, region: 'sa-east-1', credentials });
    try {
      return await seenThroughGlue({ client, store: this.lake, bucket }, database, table);
    } finally {
      client.destroy();
    }
  }

  /** Has the operator open the tables, as CloudFormation does; answers with what it was told. */
  async openTables(): Promise<Record<string, unknown>> {
    const told: string[] = [];
    const server = createServer((incoming, outgoing) => {
      incoming.on('data', (chunk) => told.push(String(chunk)));
      incoming.on('end', () => outgoing.end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await this.invoke('operator', {
      RequestType: 'Create',
      ResponseURL: `http://127.0.0.1:${port}/answer`,
      StackId: 'arn:aws:cloudformation:sa-east-1:111122223333:stack/positional-lake-dev/1',
      RequestId: 'one',
      LogicalResourceId: 'LakeTables',
      ResourceType: 'Custom::LakeTables',
      ResourceProperties: this.template.Resources.LakeTables?.Properties,
    });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    return JSON.parse(told.join(''));
  }

  /** Number of rows and sum of `valor_contrato` in these files, as SQL reads them. */
  async publishedTotals(keys: string[]): Promise<unknown[][]> {
    const rows = await this.sql(keys, 'count(*)::INTEGER AS n, sum(valor_contrato)::VARCHAR AS total');
    return rows.map(({ n, total }) => [n, total]);
  }

  /** The rows of these files, each value as text. */
  rowsOf(keys: string[]): Promise<Record<string, unknown>[]> {
    return this.sql(keys, 'COLUMNS(*)::VARCHAR');
  }

  private async sql(keys: string[], selected: string): Promise<Record<string, unknown>[]> {
    const folder = await mkdtemp(join(this.dir, 'published-'));
    for (const [index, key] of keys.entries()) {
      const published = await this.lake.get(key);
      await writeFile(join(folder, `${index}.parquet`), published?.bytes ?? '');
    }
    const connection = await (await DuckDBInstance.create()).connect();
    const read = await connection.runAndReadAll(
      `SELECT ${selected} FROM read_parquet('${folder}/*.parquet')`,
    );
    return read.getRowObjects();
  }
}

/** What `publishedTotals` must find. */
export function totalsOf(night: GeneratedFile[]): unknown[] {
  const cents = night.reduce((sum, file) => sum + file.valueCents, 0n);
  const rows = night.reduce((sum, file) => sum + file.records - file.badRecords, 0);
  return [rows, decimalText({ unscaled: cents, scale: 2 })];
}
