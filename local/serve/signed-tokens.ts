import { JwtVerifier } from 'aws-jwt-verify';

/**
 * Reads the role out of tokens that a directory signed: Cognito, or any issuer of OpenID Connect. Signature, issuer, audience and times are checked
 * against the keys that the issuer publishes.
 */
export function signedTokens({
  issuer,
  audience,
  claim,
  roleNames,
}: {
  issuer: string;
  audience: string;
  /** The claim that has the role's name, or a list of names: `cognito:groups`. */
  claim: string;
  roleNames: readonly string[];
}): (token: string) => Promise<string | undefined> {
  const verifier = JwtVerifier.create({ issuer, audience });
  return async (token) => {
    const payload = await verifier.verify(token).catch(() => undefined);
    const said: unknown = payload?.[claim];
    const names = Array.isArray(said) ? said : [said];
    // The first role of ours in the order of the roles' document: it decides, not the token.
    return roleNames.find((name) => names.includes(name));
  };
}
