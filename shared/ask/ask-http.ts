import { Interrupted, PipelineError, UsageError } from '../errors.ts';
import { shownText } from '../shown-text.ts';
import { type AnswerBody, answerBody } from './answer-body.ts';
import type { FoundAnswer } from './answer-cache.ts';
import { type Asked, type Asker, type AskPorts, ask, keyOf } from './ask.ts';
import { type Question, readQuestion } from './question.ts';
import { keepBody } from './recent-answers.ts';
import type { Tickets } from './tickets.ts';

/** A request as both servers hand it over; names of headers in lower case. */
interface AskRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string | undefined>>;
  body: string;
}

export interface AskResponse {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

export interface AskHttpPorts extends AskPorts {
  tickets: Tickets;
  /** An answer that takes longer is 202, and asked for again. */
  patienceMs: number;
}

const JSON_TYPE = 'application/json; charset=utf-8';
/** Browsers keep nothing without asking, take no other type than is stated, and show nothing of it in a page of others. */
const SAFE = { 'cache-control': 'no-cache, private', 'x-content-type-options': 'nosniff' };
const RETRY_SECONDS = 1;
const MOST_PATH = 100;

/** Answers a request of somebody who is known. Errors become answers; only defects are thrown. */
export async function askHttp(ports: AskHttpPorts, asker: Asker, request: AskRequest): Promise<AskResponse> {
  try {
    return await routed(ports, asker, request);
  } catch (error) {
    if (error instanceof PipelineError) return problem(statusOf(error), error);
    throw error;
  }
}

/** An error as an answer: what happened, why, and what to do. */
export function problem(
  status: number,
  { name, message, why, next, excerpt = [] }: { name: string; message: string } & Partial<PipelineError>,
): AskResponse {
  const body = {
    error: name,
    message,
    ...(why && { why }),
    ...(next && { next }),
    ...(excerpt.length && { excerpt }),
  };
  const later = status === 503 && { 'retry-after': String(RETRY_SECONDS) };
  return { status, headers: { ...SAFE, 'content-type': JSON_TYPE, ...later }, body: JSON.stringify(body) };
}

/** Path → the methods that are answered there. */
const METHODS: Record<string, string> = { '/query': 'POST', '/queries': 'GET, HEAD', '/health': 'GET, HEAD' };

async function routed(ports: AskHttpPorts, asker: Asker, request: AskRequest): Promise<AskResponse> {
  const { path, query, headers } = request;
  // The server sends an answer to HEAD without its body.
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  if (method === 'POST' && path === '/query') {
    const question = readQuestion(request.body);
    return answered(ports, asker, question, headers);
  }
  const [, ticket] = /^\/query\/([0-9a-f]{64})$/.exec(path) ?? [];
  if (method === 'GET' && ticket !== undefined) {
    const question = await ports.tickets.take(ticket, asker.roleName);
    if (!question)
      return problem(404, {
        name: 'NotFound',
        message: 'There is no such question of this role; ask it with POST /query.',
      });
    const failure = ports.tickets.failureOf(ticket);
    if (failure) throw failure;
    const page = query.get('page');
    const body = JSON.stringify({ ...question, ...(page !== null && { page: Number(page) }) });
    return answered(ports, asker, readQuestion(body), headers);
  }
  if (method === 'GET' && path === '/queries') return json(200, { queries: listed(ports, asker) });
  if (method === 'GET' && path === '/health')
    return json(200, { state: 'ok', caches: ports.cache.counts(asker.role.tables === 'all') });
  const allow = ticket === undefined ? METHODS[path] : 'GET, HEAD';
  if (allow === undefined)
    return problem(404, {
      name: 'NotFound',
      message: `There is nothing at ${shownPath(path)}.`,
      next: 'POST /query, GET /queries, GET /health',
    });
  const answer = problem(405, {
    name: 'MethodNotAllowed',
    message: `${request.method} is not answered at ${shownPath(path)}.`,
    next: `Ask with ${allow}.`,
  });
  return { ...answer, headers: { ...answer.headers, allow } };
}

async function answered(
  ports: AskHttpPorts,
  asker: Asker,
  question: Question,
  headers: AskRequest['headers'],
): Promise<AskResponse> {
  const asking = ask(ports, asker, question);
  const asked = await withPatience(asking, question.waitMs ?? ports.patienceMs);
  if (asked === undefined) {
    const key = await keyOf(ports, asker, question);
    if (key === undefined) return found(question, await asking, headers);
    await ports.tickets.give(key, asker.roleName, question);
    asking.catch((error: Error) => ports.tickets.failed(key, error));
    const location = `/query/${key}`;
    const body = { state: 'running', id: key, next: `GET ${location}`, retryAfterSeconds: RETRY_SECONDS };
    return json(202, body, { location, 'retry-after': String(RETRY_SECONDS) });
  }
  return found(question, asked, headers);
}

/** Undefined if it takes longer; whoever asks the same again joins it. */
async function withPatience(asking: Promise<Asked>, patienceMs: number): Promise<Asked | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patienceMs);
  });
  // Who has stopped waiting is told of a failure when the question is asked again.
  asking.catch(() => undefined);
  return Promise.race([asking, late]).finally(() => clearTimeout(timer));
}

function found(question: Question, { key, kept, from }: Asked, headers: AskRequest['headers']): AskResponse {
  const { format, page, pageRows } = question;
  const etag = key && `"${key.slice(0, 40)}-${format}-${page}-${pageRows}"`;
  const { scannedBytes } = kept.answer;
  const scanned = from === 'engine' &&
    scannedBytes !== undefined && { 'x-answer-scanned-bytes': String(scannedBytes) };
  const said = { ...SAFE, 'x-answer-from': from, ...scanned, ...(etag && { etag }) };
  if (etag && matches(headers['if-none-match'], etag)) return { status: 304, headers: said, body: '' };
  const { type, body, pages } = bodyOf(kept, question, key);
  return {
    status: 200,
    headers: {
      ...said,
      'content-type': type,
      'x-answer-pages': String(pages),
      ...(format === 'csv' && CSV_FILE),
    },
    body,
  };
}

const CSV_FILE = { 'content-disposition': 'attachment; filename="answer.csv"' };

function matches(header: string | undefined, etag: string): boolean {
  return header?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag) ?? false;
}

/** The body of a page; that of a kept answer is made once. */
function bodyOf(kept: FoundAnswer['kept'], question: Question, key: string | undefined): AnswerBody {
  const { format, page, pageRows } = question;
  const name = `${format} ${page} ${pageRows}`;
  const known = kept.bodies.get(name);
  if (known) return known;
  const made = answerBody(kept.answer, question, key);
  if (page === 1) keepBody(kept, name, made);
  return made;
}

function shownPath(path: string): string {
  return shownText(path.length <= MOST_PATH ? path : `${path.slice(0, MOST_PATH)}…`);
}

function listed({ queries }: AskHttpPorts, { role }: Asker): object[] {
  const seen = [...queries.values()].map(({ name, title, titlePt, parameters }) => ({
    name,
    title,
    ...(titlePt && { titlePt }),
    parameters: parameters.map(({ name: parameter, type, default: usual, says }) => ({
      ...{ name: parameter, type, says },
      ...(usual !== undefined && { default: usual }),
    })),
  }));
  return role.freeSql
    ? [...seen, { name: null, title: 'SQL of your own: { "sql": "SELECT …" }', parameters: [] }]
    : seen;
}

function json(status: number, value: unknown, headers: Record<string, string> = {}): AskResponse {
  return { status, headers: { ...SAFE, 'content-type': JSON_TYPE, ...headers }, body: JSON.stringify(value) };
}

function statusOf(error: PipelineError): number {
  if (error instanceof UsageError) return 400;
  if (error instanceof Interrupted) return 408;
  return error.retryable ? 503 : 500;
}
