import type { IncomingMessage, ServerResponse } from 'node:http';
import { UsageError } from '../../shared/errors.ts';
import { StudioDefect, toldError } from './told-error.ts';

/** The largest request: layouts and corrected records, never files. */
const MOST_BODY_BYTES = 32 * 1024 * 1024;

export function answerJson(response: ServerResponse, status: number, value: unknown): void {
  answer(response, status, 'application/json', JSON.stringify(value));
}

export function answer(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Uint8Array,
): void {
  const suffix = type.startsWith('text/') || type.includes('json') ? '; charset=utf-8' : '';
  response.writeHead(status, { 'Content-Type': type + suffix, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

/** What a failure says to people, after a part of the answer too. */
export function answerError(response: ServerResponse, error: unknown): void {
  const told = toldError(error);
  const { message } = told;
  if (response.headersSent) response.end(`${JSON.stringify({ error: message })}\n`);
  else answerJson(response, told instanceof StudioDefect ? 500 : 422, { error: message });
}

export async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request) {
    bytes += piece.length;
    if (bytes > MOST_BODY_BYTES)
      throw new UsageError({ what: `a request has at most ${MOST_BODY_BYTES} bytes` });
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch {
    throw new UsageError({ what: 'the request is not JSON' });
  }
}
