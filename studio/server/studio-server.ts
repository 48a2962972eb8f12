import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { UsageError } from '../../shared/errors.ts';
import { isBusinessDate } from '../../shared/keys/business-date.ts';
import type { PageFiles } from '../build/build-page.ts';
import { answer, answerError, answerJson, bodyOf } from './answers.ts';
import { dayRoute, type LakeDay, rejectsRoute, reportRoute, supplementRoute } from './day-routes.ts';
import { convertRoute, lakeRoute, queryRoute, stopRoute } from './lake-routes.ts';
import { folderOf, loadedLayout, saveLayout } from './layout-routes.ts';
import { OpenedFiles } from './opened-files.ts';
import { type PageBoot, servedPage, servedPolicy } from './page-html.ts';
import { newToken, RequestGuard } from './request-guard.ts';

/** A running studio. */
export interface Studio extends AsyncDisposable {
  /** With the token; who has it may do what the commands do. */
  address: string;
}

interface StudioSetup {
  page: PageFiles;
  boot: PageBoot;
  /** 0 takes any that is free. */
  port: number;
}

/** Serves the page on the loopback interface, to whoever has its address. */
export async function startStudio({ page, boot, port }: StudioSetup): Promise<Studio> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch((cause: Error) => {
    throw new UsageError({
      what: `port ${port} of 127.0.0.1 cannot be used`,
      why: cause.message,
      next: 'Give another one with --port, or none: one that is free is taken then.',
      cause,
    });
  });
  const address = server.address();
  const listening = typeof address === 'object' && address ? address.port : port;
  const guard = new RequestGuard(newToken(), listening);
  const studio = new StudioRoutes(guard, page, boot);
  server.on('request', (request, response) => void studio.handle(request, response));
  return {
    address: `http://127.0.0.1:${listening}/${guard.token}/`,
    [Symbol.asyncDispose]: () => close(server, studio),
  };
}

async function close(server: Server, studio: StudioRoutes): Promise<void> {
  await studio.close();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

class StudioRoutes {
  private readonly files = new OpenedFiles();
  private readonly ending = new AbortController();
  private readonly guard: RequestGuard;
  private readonly page: PageFiles;
  private readonly boot: PageBoot;

  constructor(guard: RequestGuard, page: PageFiles, boot: PageBoot) {
    this.guard = guard;
    this.page = page;
    this.boot = boot;
  }

  async close(): Promise<void> {
    this.ending.abort();
    await this.files.close();
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    response.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
    const path = this.guard.pathOf(request);
    if (path === undefined) {
      answer(response, 403, 'text/plain', 'Use the address that positional-lake studio printed.\n');
      return;
    }
    try {
      await this.answerTo(path, request, response);
    } catch (error) {
      answerError(response, error);
    }
  }

  private async answerTo(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET') return this.give(path, request, response);
    if (request.method === 'POST') return this.act(path, request, response);
    answer(response, 405, 'text/plain', 'GET and POST are all there is.\n');
  }

  private async give(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const query = new URL(request.url ?? '/', 'http://studio').searchParams;
    const word = (name: string) => query.get(name) ?? '';
    if (path === '') {
      const nonce = randomBytes(16).toString('base64');
      response.setHeader('Content-Security-Policy', servedPolicy(nonce));
      answer(response, 200, 'text/html', servedPage(this.boot, nonce));
    } else if (path === 'page.js') answer(response, 200, 'text/javascript', this.page.script);
    else if (path === 'page.css') answer(response, 200, 'text/css', this.page.style);
    else if (path.startsWith('bytes/')) await this.giveBytes(path.slice('bytes/'.length), request, response);
    else if (path === 'api/folder') answerJson(response, 200, await folderOf(word('path')));
    else if (path === 'api/layout') answerJson(response, 200, await loadedLayout(word('word')));
    else if (path === 'api/lake') answerJson(response, 200, await lakeRoute(word('lake')));
    else if (path === 'api/day') answerJson(response, 200, await dayRoute(dayIn(query)));
    else if (path === 'api/rejects') answerJson(response, 200, await rejectsRoute(dayIn(query)));
    else if (path === 'report') {
      // The report's own policy is in its head; in a frame of ours it may not even have our origin.
      response.setHeader('Content-Security-Policy', "sandbox allow-scripts; frame-ancestors 'self'");
      answer(response, 200, 'text/html', await reportRoute(dayIn(query)));
    } else answer(response, 404, 'text/plain', 'There is nothing here.\n');
  }

  private async act(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    if (path === 'api/open') answerJson(response, 200, await this.files.open(pathIn(body)));
    else if (path === 'api/save') answerJson(response, 200, await saveLayout(body));
    else if (path === 'api/query') answerJson(response, 200, await queryRoute(body));
    else if (path === 'api/supplement')
      answerJson(response, 200, await supplementRoute(body, this.ending.signal));
    else if (path === 'api/stop') answerJson(response, 200, stopRoute(body));
    else if (path === 'api/convert') await convertRoute(body, response, this.ending.signal);
    else answer(response, 404, 'text/plain', 'There is nothing here.\n');
  }

  /** Only ranges: a page that asks for a whole file gets an error and not 100 GB. */
  private async giveBytes(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sizeBytes = this.files.sizeOf(id);
    const [, first, last] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(request.headers.range ?? '') ?? [];
    if (sizeBytes === undefined || first === undefined || last === undefined) {
      answer(
        response,
        sizeBytes === undefined ? 404 : 416,
        'text/plain',
        'A range of an open file is needed.\n',
      );
      return;
    }
    const range = { startByte: Number(first), endByte: Math.min(Number(last) + 1, sizeBytes) };
    if (range.startByte >= range.endByte) {
      answer(response, 416, 'text/plain', `The file has ${sizeBytes} bytes.\n`);
      return;
    }
    const bytes = await this.files.read(id, range);
    const end = range.startByte + bytes.length - 1;
    response.setHeader('Content-Range', `bytes ${range.startByte}-${end}/${sizeBytes}`);
    answer(response, 206, 'application/octet-stream', bytes);
  }
}

function dayIn(query: URLSearchParams): LakeDay {
  const word = (name: string) => query.get(name) ?? '';
  const day = { lake: word('lake'), dataset: word('dataset'), businessDate: word('date') };
  if (day.dataset === '') throw new UsageError({ what: 'the request names no dataset' });
  if (!isBusinessDate(day.businessDate))
    throw new UsageError({ what: `'${day.businessDate}' is not a day as yyyy-MM-dd` });
  return day;
}

function pathIn(body: unknown): string {
  if (typeof body === 'object' && body !== null && 'path' in body && typeof body.path === 'string')
    return body.path;
  throw new UsageError({ what: 'a path is needed' });
}
