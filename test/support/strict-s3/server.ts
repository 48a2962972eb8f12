import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Bucket } from './bucket.ts';
import { listObjects } from './listing.ts';
import { Uploads } from './multipart.ts';
import { copiedStretch, copyObject, copySourceOf, deleteObjects, getObject, putObject } from './objects.ts';
import { Refusal } from './refusal.ts';
import { readRequest, type S3Answer, type S3Request } from './request.ts';
import { textOf, xml } from './xml.ts';

/**
 * S3 in memory, over HTTP, for the calls that we make. It refuses what S3 refuses: each rule stands beside its source. It can also answer
 * as S3 does under load; the counters say how many of the next requests are answered so.
 */
export class StrictS3 {
  /** 503 SlowDown, before anything is done. */
  throttle = 0;
  /** 409 to conditional writes, as if another write of the key were under way. */
  conflicts = 0;
  /** Conditional writes that take effect, and are then answered with 503 as if they had not. */
  lostAnswers = 0;
  /** Completions and copies that answer 200 and then an error: both may run for minutes after the status is sent. */
  lateErrors = 0;
  /** Connections that are cut before the request is performed, and after it, in place of an answer. */
  cutsBefore = 0;
  cutsAfter = 0;
  /** Called with each object that becomes visible. */
  onPut: ((bucket: string, key: string, bytes: Buffer) => void) | undefined;
  /** Parts that were copied inside the store. */
  partCopies = 0;
  readonly uploads = new Uploads();
  private readonly buckets = new Map<string, Bucket>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk) => chunks.push(chunk));
      incoming.on('end', () => this.reply(incoming, Buffer.concat(chunks), outgoing));
    });
  }

  static async start(): Promise<StrictS3> {
    const s3 = new StrictS3();
    await new Promise<void>((resolve) => s3.server.listen(0, '127.0.0.1', resolve));
    return s3;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private reply(incoming: IncomingMessage, sent: Buffer, outgoing: ServerResponse): void {
    const { method = 'GET', url = '/' } = incoming;
    if (this.takes('cutsBefore')) {
      incoming.socket.destroy();
      return;
    }
    const answer = this.answer(method, url, incoming.headers as Record<string, string | undefined>, sent);
    if (this.takes('cutsAfter')) {
      incoming.socket.destroy();
      return;
    }
    const { status = 200, headers = {}, body = '' } = answer;
    const length = Buffer.byteLength(body);
    outgoing.writeHead(status, {
      'x-amz-request-id': 'strict',
      ...headers,
      'content-length': String(length),
    });
    outgoing.end(method === 'HEAD' ? undefined : body);
  }

  private answer(
    method: string,
    path: string,
    headers: Record<string, string | undefined>,
    sent: Buffer,
  ): S3Answer {
    try {
      if (this.takes('throttle')) throw new Refusal(503, 'SlowDown', 'Please reduce your request rate.');
      const request = readRequest(method, path, headers, sent);
      const isConditional = headers['if-match'] !== undefined || headers['if-none-match'] !== undefined;
      const isWrite = method === 'PUT' || method === 'POST';
      if (isWrite && isConditional && this.takes('conflicts')) {
        throw new Refusal(409, 'ConditionalRequestConflict');
      }
      const isLong = request.query.has('uploadId') ? method === 'POST' : headers['x-amz-copy-source'];
      if (isLong && this.takes('lateErrors')) {
        return {
          body: xml('Error', { Code: 'InternalError', Message: 'We encountered an internal error.' }),
        };
      }
      const answer = this.perform(request);
      if (isWrite && isConditional && this.takes('lostAnswers')) throw new Refusal(503, 'SlowDown');
      return answer;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return {
        status: error.status,
        headers: { 'content-type': 'application/xml' },
        body: xml('Error', { Code: error.code, Message: error.message }),
      };
    }
  }

  private takes(
    fault: 'throttle' | 'conflicts' | 'lostAnswers' | 'lateErrors' | 'cutsBefore' | 'cutsAfter',
  ): boolean {
    if (this[fault] <= 0) return false;
    this[fault]--;
    return true;
  }

  private perform(request: S3Request): S3Answer {
    const { method, key, query, headers } = request;
    if (key === '' && method === 'PUT') return this.changeBucket(request);
    const bucket = this.bucket(request.bucket);
    const isCopy = headers['x-amz-copy-source'] !== undefined;
    if (key === '') {
      if (method === 'POST' && query.has('delete')) return deleteObjects(request, bucket);
      if (method === 'GET') return listObjects(request, bucket);
    } else if (query.has('uploadId') || query.has('uploads')) {
      return this.performOnUpload(request, bucket);
    } else if (method === 'GET' || method === 'HEAD') {
      return getObject(request, bucket);
    } else if (method === 'PUT') {
      return isCopy ? copyObject(request, bucket, (name) => this.bucket(name)) : putObject(request, bucket);
    } else if (method === 'DELETE') {
      bucket.remove(key, query.get('versionId') ?? undefined);
      return { status: 204 };
    }
    throw new Refusal(501, 'NotImplemented', `this double has no ${method} ${key} ?${query}`);
  }

  private performOnUpload(request: S3Request, bucket: Bucket): S3Answer {
    const { method, headers } = request;
    if (method === 'POST' && request.query.has('uploads')) return this.uploads.create(request);
    if (method === 'POST') return this.uploads.complete(request, bucket);
    if (method === 'DELETE') return this.uploads.abort(request);
    if (method === 'GET') return this.uploads.list(request);
    if (headers['x-amz-copy-source'] === undefined) return this.uploads.send(request);
    this.partCopies++;
    const { object } = copySourceOf(request, (name) => this.bucket(name));
    return this.uploads.copy(request, copiedStretch(request, object));
  }

  /** Names: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; versioning cannot be taken back, only suspended. */
  private changeBucket({ bucket: name, query, body }: S3Request): S3Answer {
    if (query.has('versioning')) {
      this.bucket(name).isVersioned = textOf(body.toString(), 'Status') === 'Enabled';
      return {};
    }
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) throw new Refusal(400, 'InvalidBucketName');
    if (this.buckets.has(name)) throw new Refusal(409, 'BucketAlreadyOwnedByYou');
    this.buckets.set(name, new Bucket((key, { bytes }) => this.onPut?.(name, key, bytes)));
    return {};
  }

  private bucket(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (bucket) return bucket;
    throw new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist');
  }
}
