import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import * as cloudWatch from '@aws-sdk/client-cloudwatch';
import * as glue from '@aws-sdk/client-glue';
import * as stepFunctions from '@aws-sdk/client-sfn';
import * as sns from '@aws-sdk/client-sns';
import { type Denial, type Grant, isAllowed, isDenied } from '../../tools/check-deploy/role-grants.ts';
import { WireGlue } from './wire-glue.ts';
import { executionFault, messageFault, metricsFault, type SentMetric } from './wire-limits.ts';
import { schemaProblems } from './wire-schema.ts';

/** A call that was made: under which role, which action, on what, in the notation of `role-grants.ts`. */
export interface WireCall {
  caller: string;
  action: string;
  resource: string;
}

export interface WireOptions {
  /** The server that requests to S3 go on to. */
  s3: { host: string; port: number };
  /** Name of a bucket → logical id. */
  buckets: Record<string, string>;
  /** ARN of a topic → logical id. */
  topics: Record<string, string>;
  /** Caller → what its role allows; the access key id of a request says who calls. */
  grants: Record<string, Grant[]>;
  /** Caller → what its role denies. */
  denials: Record<string, Denial[]>;
}

const MODELS: Record<string, Record<string, unknown>> = {
  glue,
  monitoring: cloudWatch,
  states: stepFunctions,
  sns,
};

/**
 * AWS on the loopback interface. Every request is checked against the caller's role and, except for S3, against the service's model.
 * S3 requests go on to a server that stores objects.
 */
export class AwsWire {
  readonly calls: WireCall[] = [];
  /** Faults of requests: unknown or missing members, types, limits. */
  readonly problems: string[] = [];
  readonly denied: WireCall[] = [];
  readonly glue = new WireGlue();
  readonly metrics: SentMetric[] = [];
  readonly messages: { topic: string; Subject?: string | undefined; Message: string }[] = [];
  readonly executions: { name: string; input: string }[] = [];
  private readonly options: WireOptions;
  private readonly server: Server;

  private constructor(options: WireOptions) {
    this.options = options;
    this.server = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk) => chunks.push(chunk));
      incoming.on('end', () => {
        this.answer(incoming, Buffer.concat(chunks), outgoing).catch((error) => {
          this.problems.push(String(error));
          outgoing.destroy();
        });
      });
    });
  }

  static async start(options: WireOptions): Promise<AwsWire> {
    const wire = new AwsWire(options);
    await new Promise<void>((resolve) => wire.server.listen(0, '127.0.0.1', resolve));
    return wire;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse): Promise<void> {
    const credential = /Credential=([^/]+)\/\d+\/[^/]+\/([^/]+)\//.exec(incoming.headers.authorization ?? '');
    const [caller, service] = [credential?.[1] ?? 'nobody', credential?.[2] ?? 'none'];
    if (service === 's3') return this.answerS3(caller, incoming, body, outgoing);
    const target = String(incoming.headers['x-amz-target'] ?? '');
    const text = (incoming.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
    const form = new URLSearchParams(text);
    const operation = target ? target.slice(target.indexOf('.') + 1) : (form.get('Action') ?? '');
    const { Action: _action, Version: _version, ...fields } = Object.fromEntries(form);
    const input = target ? JSON.parse(text) : fields;
    this.checkShape(service, operation, input);
    for (const { action, resource } of this.resourcesOf(service, operation, input)) {
      if (!this.permitted({ caller, action, resource })) return this.refuse(service, outgoing);
    }
    try {
      const result = this.perform(service, operation, input);
      if (service === 'sns') {
        outgoing.writeHead(200, { 'content-type': 'text/xml' });
        outgoing.end(
          '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>',
        );
      } else {
        outgoing.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
        outgoing.end(JSON.stringify(result));
      }
    } catch (error) {
      const { name, message } = error as Error;
      outgoing.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
      outgoing.end(JSON.stringify({ __type: name, message }));
    }
  }

  private checkShape(service: string, operation: string, input: unknown): void {
    const model = MODELS[service] ?? {};
    const schema = model[`${operation}Request$`] ?? model[`${operation}Input$`];
    if (!schema) this.problems.push(`no model of ${service} ${operation}`);
    else this.problems.push(...schemaProblems(input, schema, `${service}.${operation}`));
  }

  private resourcesOf(
    service: string,
    operation: string,
    input: Record<string, never>,
  ): { action: string; resource: string }[] {
    if (service === 'glue') {
      return ['glue:catalog', 'glue:database', 'glue:table'].map((resource) => ({
        action: `glue:${operation}`,
        resource,
      }));
    }
    if (service === 'monitoring') return [{ action: `cloudwatch:${operation}`, resource: '*' }];
    if (service === 'sns')
      return [{ action: 'sns:Publish', resource: this.options.topics[input.TopicArn ?? ''] ?? 'no topic' }];
    return [{ action: `states:${operation}`, resource: 'FilePipeline' }];
  }

  private perform(service: string, operation: string, fields: unknown): unknown {
    const input = fields as never;
    if (service === 'glue') return this.glue.answer(operation, input);
    if (service === 'monitoring') {
      const { MetricData, Namespace } = input as { MetricData: SentMetric[]; Namespace: string };
      this.note(metricsFault(Namespace, MetricData, Date.now() / 1000));
      this.metrics.push(...MetricData);
      return {};
    }
    if (service === 'sns') {
      const { TopicArn, Subject, Message } = input as { TopicArn: string; Subject?: string; Message: string };
      this.note(messageFault(input));
      this.messages.push({ topic: this.options.topics[TopicArn] ?? 'no topic', Subject, Message });
      return {};
    }
    const { name, input: text } = input as { name: string; input: string };
    this.note(executionFault(input));
    // While it runs, the same name and input answer as if it had just started; another input does not.
    const known = this.executions.find((execution) => execution.name === name);
    if (known && known.input !== text) {
      throw Object.assign(new Error(`Execution Already Exists: '${name}'`), {
        name: 'ExecutionAlreadyExists',
      });
    }
    if (!known) this.executions.push({ name, input: text });
    return { executionArn: `arn:aws:states:::execution:${name}`, startDate: Date.now() / 1000 };
  }

  private note(fault: string | undefined): void {
    if (fault !== undefined) this.problems.push(fault);
  }

  private async answerS3(
    caller: string,
    incoming: IncomingMessage,
    body: Buffer,
    outgoing: ServerResponse,
  ): Promise<void> {
    const { method = '', url: path = '' } = incoming;
    const url = new URL(path, 'http://s3');
    const [, bucket = '', ...rest] = url.pathname.split('/');
    const key = decodeURIComponent(rest.join('/'));
    const id = this.options.buckets[bucket] ?? bucket;
    const copied = incoming.headers['x-amz-copy-source'];
    const action = s3Action(method, key, url);
    const needed: { action: string; resource: string }[] = [];
    if (action === 's3:DeleteObject' && key === '') {
      for (const [, one] of body.toString().matchAll(/<Key>([^<]*)<\/Key>/g))
        needed.push({ action, resource: `${id}/${one}` });
    } else {
      needed.push({ action, resource: key === '' ? id : `${id}/${key}` });
    }
    if (copied) {
      const [from = '', ...fromKey] = decodeURIComponent(String(copied)).replace(/^\//, '').split('/');
      needed.push({
        action: 's3:GetObject',
        resource: `${this.options.buckets[from] ?? from}/${fromKey.join('/').split('?')[0]}`,
      });
    }
    const keys = incoming.headers['if-none-match'] === undefined ? [] : ['s3:if-none-match'];
    for (const one of needed) {
      if (!this.permitted({ caller, ...one }, keys)) return this.refuse('s3', outgoing);
    }
    await new Promise<void>((resolve, reject) => {
      const { host: _host, ...headers } = incoming.headers;
      const upstream = request({ ...this.options.s3, method, path, headers }, (response) => {
        outgoing.writeHead(response.statusCode ?? 500, response.headers);
        response.pipe(outgoing).on('close', resolve);
      });
      upstream.on('error', reject);
      upstream.end(body);
    });
  }

  /** `keys` are the condition keys that the request has. */
  private permitted(call: WireCall, keys: string[] = []): boolean {
    this.calls.push(call);
    const { caller, action, resource } = call;
    const { [caller]: grants = [] } = this.options.grants;
    const { [caller]: denials = [] } = this.options.denials;
    if (isAllowed(grants, action, resource) && !isDenied(denials, action, resource, keys)) return true;
    this.denied.push(call);
    return false;
  }

  private refuse(service: string, outgoing: ServerResponse): void {
    if (service === 's3' || service === 'sns') {
      outgoing.writeHead(403, { 'content-type': 'application/xml' });
      outgoing.end('<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>');
    } else {
      outgoing.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
      outgoing.end(JSON.stringify({ __type: 'AccessDeniedException', message: 'not authorized' }));
    }
  }
}

/** The IAM action of a request to S3. */
function s3Action(method: string, key: string, url: URL): string {
  if (key === '' && method === 'GET') return 's3:ListBucket';
  if (method === 'DELETE' && url.searchParams.has('uploadId')) return 's3:AbortMultipartUpload';
  if (method === 'DELETE' || (method === 'POST' && url.searchParams.has('delete'))) return 's3:DeleteObject';
  if (method === 'PUT' || method === 'POST') return 's3:PutObject';
  return url.searchParams.has('versionId') ? 's3:GetObjectVersion' : 's3:GetObject';
}
