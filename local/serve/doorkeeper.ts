import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Asker } from '../../shared/ask/ask.ts';
import { type AskResponse, problem } from '../../shared/ask/ask-http.ts';
import { type Roles, WHOLE_LAKE } from '../../shared/ask/grant.ts';

interface DoorOptions {
  /** Whoever has it may ask everything. */
  token: string | undefined;
  /** Roles with the tokens of their own. */
  roles: Roles | undefined;
  /** The role that a signed token of the bank's directory names. */
  roleOfToken: ((token: string) => Promise<string | undefined>) | undefined;
}

/** Names under which this machine reaches itself: https://www.rfc-editor.org/rfc/rfc6761#section-6.3 */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Decides who comes in, and as whom. */
export class Doorkeeper {
  readonly #options: DoorOptions;

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /**
   * The answer to a request that a browser made for a page of somebody else: a name that leads here (DNS rebinding) has another Host, a page has an
   * Origin, and a form cannot send JSON.
   */
  refusal({ headers, method }: IncomingMessage, port: number): AskResponse | undefined {
    const own = LOOPBACK.map((name) => `${name}:${port}`);
    if (!own.includes(headers.host?.toLowerCase() ?? ''))
      return problem(421, { name: 'WrongHost', message: `This service answers to ${own.join(', ')} only.` });
    const { origin } = headers;
    if (origin !== undefined && !own.some((name) => origin === `http://${name}`))
      return problem(403, { name: 'WrongOrigin', message: 'Pages of other sites get no answer.' });
    // A page of another site may send a GET without an Origin; browsers say so here.
    if (headers['sec-fetch-site'] === 'cross-site')
      return problem(403, { name: 'WrongOrigin', message: 'Pages of other sites get no answer.' });
    if (method !== 'POST') return undefined;
    const [type, ...facts] = (headers['content-type'] ?? '')
      .split(';')
      .map((part) => part.trim().toLowerCase());
    const charset = facts.find((fact) => fact.startsWith('charset='))?.replaceAll('"', '');
    const isPlain = (headers['content-encoding'] ?? 'identity') === 'identity';
    if (type === 'application/json' && isPlain && ['charset=utf-8', undefined].includes(charset))
      return undefined;
    return problem(415, {
      name: 'WrongType',
      message: 'Send the question with content-type: application/json, in UTF-8 and not compressed.',
    });
  }

  /** Undefined for a token that opens nothing. */
  async askerOf(authorization: string | undefined): Promise<Asker | undefined> {
    const { token, roles, roleOfToken } = this.#options;
    const [, given] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    if (token === undefined && roles === undefined) return WHOLE;
    if (given === undefined) return undefined;
    if (token !== undefined && isSame(sha256(given), sha256(token))) return WHOLE;
    for (const [roleName, role] of Object.entries(roles ?? {})) {
      const digests = role.tokenSha256.map((hex) => Buffer.from(hex, 'hex'));
      if (digests.some((digest) => isSame(sha256(given), digest))) return { roleName, role };
    }
    const named = await roleOfToken?.(given);
    const role = named === undefined || !Object.hasOwn(roles ?? {}, named) ? undefined : roles?.[named];
    return role && named !== undefined ? { roleName: named, role } : undefined;
  }
}

const WHOLE: Asker = { roleName: 'whole lake', role: WHOLE_LAKE };

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function isSame(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
