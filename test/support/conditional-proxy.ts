import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A small HTTP proxy in front of an S3 emulator that ignores conditional writes. It enforces If-Match and If-None-Match on PUT, one
 * request of a key at a time, and can answer a number of requests with 503 SlowDown.
 */
export class ConditionalProxy {
  /** How many of the next requests are answered with 503. */
  throttle = 0;
  /** How many of the next conditional writes are answered with 409, as S3 does when another write of the key is under way. */
  conflicts = 0;
  /** How many of the next conditional writes take effect, and are then answered with 503 as if they had not. */
  lostAnswers = 0;
  /** Requests that copied a part inside the store. */
  partCopies = 0;
  private readonly target: { host: string; port: number };
  private readonly server: Server;
  private readonly turns = new Map<string, Promise<unknown>>();

  private constructor(target: { host: string; port: number }) {
    this.target = target;
    this.server = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk) => chunks.push(chunk));
      incoming.on('end', () => {
        const { method = 'GET', url = '/', headers } = incoming;
        const answer = async () => {
          const response = await this.answer(method, url, headers, Buffer.concat(chunks));
          outgoing.writeHead(response.status, response.headers);
          outgoing.end(method === 'HEAD' ? undefined : response.body);
        };
        const path = pathOf(url);
        const turn = (this.turns.get(path) ?? Promise.resolve()).then(answer, answer);
        this.turns.set(path, turn);
        turn.catch(() => outgoing.destroy());
      });
    });
  }

  static async start(target: { host: string; port: number }): Promise<ConditionalProxy> {
    const proxy = new ConditionalProxy(target);
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(
    method: string,
    url: string,
    headers: NodeJS.Dict<string | string[]>,
    body: Buffer,
  ): Promise<Answer> {
    if (this.throttle > 0) {
      this.throttle--;
      return errorAnswer(503, 'SlowDown');
    }
    const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch, ...others } = headers;
    if (headers['x-amz-copy-source'] && url.includes('partNumber=')) this.partCopies++;
    if (method !== 'PUT') return this.forward(method, url, headers, body);
    if (ifMatch || ifNoneMatch) {
      if (this.conflicts > 0) {
        this.conflicts--;
        return errorAnswer(409, 'ConditionalRequestConflict');
      }
      const current = await this.forward('HEAD', pathOf(url), { host: headers.host }, Buffer.alloc(0));
      const exists = current.status === 200;
      if (ifNoneMatch === '*' && exists) return errorAnswer(412, 'PreconditionFailed');
      if (ifMatch && !exists) return errorAnswer(404, 'NoSuchKey');
      if (ifMatch && current.headers.etag !== ifMatch) return errorAnswer(412, 'PreconditionFailed');
    }
    const answer = await this.forward(method, url, others, body);
    if ((ifMatch || ifNoneMatch) && this.lostAnswers > 0) {
      this.lostAnswers--;
      return errorAnswer(503, 'SlowDown');
    }
    return answer;
  }

  private forward(
    method: string,
    path: string,
    headers: NodeJS.Dict<string | string[]>,
    body: Buffer,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const upstream = request({ ...this.target, method, path, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => {
          const { 'transfer-encoding': _chunked, ...answerHeaders } = response.headers;
          resolve({
            status: response.statusCode!,
            headers: answerHeaders as Record<string, string>,
            body: Buffer.concat(chunks),
          });
        });
      });
      upstream.on('error', reject);
      upstream.end(body);
    });
  }
}

function pathOf(url: string): string {
  return url.replace(/\?.*$/, '');
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

function errorAnswer(status: number, code: string): Answer {
  const body = Buffer.from(
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
  );
  return {
    status,
    headers: { 'content-type': 'application/xml', 'content-length': String(body.length) },
    body,
  };
}
