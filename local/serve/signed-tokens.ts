import { JwtVerifier } from 'aws-jwt-verify';
import type { Jwks } from 'aws-jwt-verify/jwk';
import { type Roles, roleOfPrincipals } from '../../shared/ask/grant.ts';

/**
 * Reads the role out of tokens that a directory signed: Cognito, or any issuer of OpenID Connect. Signature, issuer, audience and times are checked
 * against the keys that the issuer publishes.
 */
export function signedTokens({
  issuer,
  audience,
  claim,
  roles,
  keys,
}: {
  issuer: string;
  audience: string;
  /** The claim that has the role's name, or a list of names: `cognito:groups`. */
  claim: string;
  roles: Roles;
  /** The issuer's keys, if they are not to be fetched from it. */
  keys?: Jwks;
}): (token: string) => Promise<string | undefined> {
  const verifier = JwtVerifier.create({ issuer, audience });
  if (keys) verifier.cacheJwks(keys);
  return async (token) => {
    const payload = await verifier.verify(token).catch(() => undefined);
    const said: unknown = payload?.[claim];
    const names = (Array.isArray(said) ? said : [said]).filter((one) => typeof one === 'string');
    return roleOfPrincipals(roles, names);
  };
}
