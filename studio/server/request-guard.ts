import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** 192 bits that nobody guesses, as a part of the address. */
export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/** Who may ask: only the page that this server gave out, by an address that only the person who started it was shown. */
export class RequestGuard {
  readonly token: string;
  private readonly hosts: ReadonlySet<string>;

  constructor(token: string, port: number) {
    this.token = token;
    this.hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  }

  /** The path after the token; undefined if the request is refused. */
  pathOf(request: IncomingMessage): string | undefined {
    const { host, origin } = request.headers;
    // Another name for this machine may be somebody's trick to speak through a browser (DNS rebinding).
    if (host === undefined || !this.hosts.has(host)) return undefined;
    if (origin !== undefined && origin !== `http://${host}`) return undefined;
    const site = request.headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin' && site !== 'none') return undefined;
    // What changes something is asked by our page, which says where it comes from, and in JSON, which no form can send.
    if (request.method === 'POST' && (origin === undefined || !isJson(request))) return undefined;
    const [, token = '', path] = /^\/([\w-]+)\/([^?]*)/.exec(request.url ?? '') ?? [];
    return this.isToken(token) ? path : undefined;
  }

  private isToken(text: string): boolean {
    const given = Buffer.from(text);
    const wanted = Buffer.from(this.token);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }
}

function isJson({ headers }: IncomingMessage): boolean {
  return headers['content-type'] === 'application/json';
}
