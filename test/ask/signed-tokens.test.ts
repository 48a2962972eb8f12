import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signedTokens } from '../../local/serve/signed-tokens.ts';
import { readRoles } from '../../shared/ask/grant.ts';

const ISSUER = 'https://directory.bank.example';
const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const keys = {
  keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig', kty: 'RSA' }],
};
const roles = readRoles(
  JSON.stringify({ analysts: { tables: 'all', principals: ['Analysts'] }, desk: { tables: 'all' } }),
  'test',
);
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function token(change: object = {}, header: object = {}, key = own.privateKey): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: ISSUER,
    aud: 'lake',
    exp: now + 60,
    iat: now,
    'cognito:groups': ['Others', 'Analysts'],
    ...change,
  };
  const text = `${base64({ alg: 'RS256', kid: 'k1', typ: 'JWT', ...header })}.${base64(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

describe('tokens of the directory', () => {
  const roleOf = signedTokens({ issuer: ISSUER, audience: 'lake', claim: 'cognito:groups', roles, keys });

  it('open the first role, in the order of the roles, that a group stands for', async () => {
    expect(await roleOf(token())).toBe('analysts');
    expect(await roleOf(token({ 'cognito:groups': ['desk', 'Analysts'] }))).toBe('analysts');
    expect(await roleOf(token({ 'cognito:groups': 'desk' }))).toBe('desk');
  });

  it.each([
    ['of another issuer', token({ iss: 'https://evil.example' })],
    ['for another audience', token({ aud: 'mail' })],
    ['that has ended', token({ exp: Math.floor(Date.now() / 1000) - 60 })],
    ['signed by somebody else', token({}, {}, other.privateKey)],
    ['without a signature', `${token().split('.').slice(0, 2).join('.')}.`],
    ['that names no algorithm', token({}, { alg: 'none' })],
    ['without a group of ours', token({ 'cognito:groups': ['Others'] })],
    ['that is none', 'secret'],
  ])('open nothing if it is one %s', async (_, given) => {
    expect(await roleOf(given)).toBeUndefined();
  });
});
