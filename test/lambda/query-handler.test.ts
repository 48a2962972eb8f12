import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createQueryHandler, queryFigures, readApiRequest } from '../../functions/query/handler.ts';
import { AnswerCache } from '../../shared/ask/answer-cache.ts';
import { readRoles } from '../../shared/ask/grant.ts';
import { Tickets } from '../../shared/ask/tickets.ts';
import { CountedEngine } from '../support/counted-engine.ts';

const clock = { now: () => new Date() };
const ROLES = readRoles(
  JSON.stringify({
    analysts: { freeSql: true, tables: 'all', principals: ['positional-lake-dev-data-analyst', 'Analysts'] },
    desk: { tables: 'all' },
  }),
  'test',
);

function handler() {
  const cache = new AnswerCache({ clock, wait, memoryBytes: 1e6 });
  const engine = new CountedEngine();
  const ports = {
    engine,
    cache,
    queries: new Map(),
    mapping: undefined,
    clock,
    tickets: new Tickets(undefined),
    patienceMs: 1_000,
  };
  return createQueryHandler(ports, ROLES);
}

/** As an HTTP API sends it, with what its authorizer found. */
function event(authorizer: object | undefined, change: object = {}): unknown {
  return {
    version: '2.0',
    rawPath: '/query',
    rawQueryString: '',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql: 'SELECT count(*) FROM contracts' }),
    isBase64Encoded: false,
    requestContext: { http: { method: 'POST' }, ...(authorizer && { authorizer }) },
    ...change,
  };
}

const iam = (role: string) => ({ iam: { userArn: `arn:aws:sts::111122223333:assumed-role/${role}/maria` } });
const jwt = (claims: object) => ({ jwt: { claims } });

describe('the function query', () => {
  it.each([
    ['an IAM role', iam('positional-lake-dev-data-analyst'), 200],
    ['a group of a token', jwt({ 'cognito:groups': '[Auditors Analysts]' }), 200],
    ['a list of groups', jwt({ groups: ['Analysts'] }), 200],
    ['a role without SQL of its own', jwt({ roles: 'desk' }), 400],
    ['another IAM role', iam('someone'), 403],
    ['a token without groups', jwt({ sub: 'maria' }), 403],
    ['a claim that nobody vouches for', jwt({ name: 'Analysts' }), 403],
    ['nobody', undefined, 403],
  ])('answers to %s as its role may', async (_, authorizer, status) => {
    const answer = await handler()(readApiRequest(event(authorizer)));
    expect(answer.statusCode).toBe(status);
  });

  it('answers once from the engine, then from what is kept, with Arrow in base64, below /iam too', async () => {
    const answer = handler();
    const role = iam('positional-lake-dev-data-analyst');
    const first = await answer(readApiRequest(event(role, { rawPath: '/iam/query' })));
    expect(JSON.parse(first.body).rows).toEqual([[1]]);
    const body = Buffer.from(
      JSON.stringify({ sql: 'SELECT count(*) FROM contracts', format: 'arrow' }),
    ).toString('base64');
    const request = readApiRequest(event(role, { body, isBase64Encoded: true }));
    const again = await answer(request);
    expect([again.isBase64Encoded, Buffer.from(again.body, 'base64').length > 100]).toEqual([true, true]);
    expect(queryFigures(request, again)).toMatchObject({
      figures: { AnswersKept: 1 },
      facts: { from: 'memory' },
    });
    expect(JSON.stringify(queryFigures(request, again))).not.toContain('SELECT');
  });
});
