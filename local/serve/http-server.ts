import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Asker } from '../../shared/ask/ask.ts';
import { type AskHttpPorts, type AskResponse, askHttp, problem } from '../../shared/ask/ask-http.ts';
import { PipelineError } from '../../shared/errors.ts';
import type { Doorkeeper } from './doorkeeper.ts';

/** A question with its SQL is far smaller. */
const MOST_BODY_BYTES = 256 * 1024;
/** Whoever sends more than a question may have is told so at its end, up to here; then the connection is closed. */
const MOST_READ_BYTES = 16 * 1024 * 1024;
const HEADERS_MS = 10_000;
/** The whole question: it comes from this machine. */
const REQUEST_MS = 30_000;
/** Each costs a file handle; browsers and tools keep a few. */
const MOST_CONNECTIONS = 2_000;

interface ServerOptions {
  ports: AskHttpPorts;
  door: Doorkeeper;
  /** Told of requests that failed because of a defect. */
  onDefect(error: unknown): void;
}

/** Answers questions on the loopback interface. A page of another site in a browser of this machine gets no answer. */
export function askServer({ ports, door, onDefect }: ServerOptions): Server {
  const limits = { keepAliveTimeout: 60_000, headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS };
  const server = createServer(limits, (request, response) => {
    respond(request)
      .catch((error: unknown): AskResponse => {
        if (error instanceof PipelineError) return problem(error.retryable ? 503 : 500, error);
        // A client that went in the middle of its question gets no answer, and is no defect.
        if (request.destroyed && !request.complete) throw error;
        onDefect(error);
        return problem(500, {
          name: 'InternalError',
          message: 'The service has a defect; its log says which.',
        });
      })
      .then(({ status, headers, body }) => {
        response.writeHead(status, {
          ...headers,
          // What is left of a question that is too long is not waited for.
          ...(!request.complete && { connection: 'close' }),
          ...(status !== 304 && { 'content-length': String(Buffer.byteLength(body)) }),
        });
        response.end(request.method === 'HEAD' || status === 304 ? undefined : body);
      })
      // The client has gone.
      .catch(() => response.destroy());
  });
  server.maxConnections = MOST_CONNECTIONS;
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
    const url = urlOf(request);
    if (!url)
      return problem(400, { name: 'WrongAddress', message: 'The address of the request cannot be read.' });
    const body = await bodyOf(request);
    if (typeof body !== 'string') return body;
    return askHttp(ports, asker, {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: { 'if-none-match': request.headers['if-none-match'] },
      body,
    });
  }
}

/** `GET //x` and `OPTIONS *` are no addresses below this one. */
function urlOf({ url = '/' }: IncomingMessage): URL | undefined {
  try {
    return new URL(`http://localhost${url.startsWith('/') ? '' : '/'}${url}`);
  } catch {
    return undefined;
  }
}

/** The text of a question, or why it is none. */
async function bodyOf(request: IncomingMessage): Promise<string | AskResponse> {
  if (request.method !== 'POST') return '';
  const chunks: Buffer[] = [];
  let bytes = 0;
  // A request that is left early must not take its socket, and with it the answer, along.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MOST_BODY_BYTES) chunks.push(chunk);
    if (bytes > MOST_READ_BYTES) break;
  }
  if (bytes > MOST_BODY_BYTES)
    return problem(413, { name: 'TooLarge', message: `A question has at most ${MOST_BODY_BYTES} bytes.` });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    return problem(400, {
      name: 'NotUtf8',
      message: 'The question is not UTF-8, so that a text in it would be another one.',
      next: 'Send it as UTF-8.',
    });
  }
}
