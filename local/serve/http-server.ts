import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Asker } from '../../shared/ask/ask.ts';
import { type AskHttpPorts, type AskResponse, askHttp, problem } from '../../shared/ask/ask-http.ts';
import { PipelineError } from '../../shared/errors.ts';
import type { Doorkeeper } from './doorkeeper.ts';

/** A question with its SQL is far smaller. */
const MOST_BODY_BYTES = 256 * 1024;
const HEADERS_MS = 10_000;

interface ServerOptions {
  ports: AskHttpPorts;
  door: Doorkeeper;
  /** Told of requests that failed because of a defect. */
  onDefect(error: unknown): void;
}

/** Answers questions on the loopback interface. A page of another site in a browser of this machine gets no answer. */
export function askServer({ ports, door, onDefect }: ServerOptions): Server {
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    respond(request)
      .catch((error: unknown): AskResponse => {
        if (error instanceof PipelineError) return problem(error.retryable ? 503 : 500, error);
        onDefect(error);
        return problem(500, {
          name: 'InternalError',
          message: 'The service has a defect; its log says which.',
        });
      })
      .then(({ status, headers, body }) => {
        response.writeHead(status, {
          ...headers,
          ...(status !== 304 && { 'content-length': String(Buffer.byteLength(body)) }),
        });
        response.end(request.method === 'HEAD' || status === 304 ? undefined : body);
      })
      // The client has gone.
      .catch(() => response.destroy());
  });
  server.headersTimeout = HEADERS_MS;
  return server;

  async function respond(request: IncomingMessage): Promise<AskResponse> {
    const port = server.address();
    const refusal = door.refusal(request, typeof port === 'object' && port ? port.port : 0);
    if (refusal) return refusal;
    const asker: Asker | undefined = await door.askerOf(request.headers.authorization);
    if (!asker) {
      const answer = problem(401, {
        name: 'Unauthorized',
        message: 'The token is missing, or not one of this service.',
      });
      return { ...answer, headers: { ...answer.headers, 'www-authenticate': 'Bearer' } };
    }
    const url = new URL(request.url ?? '/', 'http://localhost');
    const body = await bodyOf(request);
    if (body === undefined)
      return problem(413, { name: 'TooLarge', message: `A question has at most ${MOST_BODY_BYTES} bytes.` });
    return askHttp(ports, asker, {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: { 'if-none-match': request.headers['if-none-match'] },
      body,
    });
  }
}

/** Undefined if it is too large. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  if (request.method !== 'POST') return '';
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MOST_BODY_BYTES) chunks.push(chunk);
  }
  return bytes > MOST_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}
