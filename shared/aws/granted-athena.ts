import { AthenaClient } from '@aws-sdk/client-athena';
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import type { EngineGrant } from '../ports/query-engine.ts';
import { patient } from './client-patience.ts';

const SESSION_SECONDS = 3_600;
/** Sessions are asked for anew this long before they end. */
const EARLY_MS = 10 * 60 * 1000;

/** Clients of Athena with the rights of a grant's own role, or with those of the function. */
export function grantedAthena(sts: () => STSClient): (grant: EngineGrant) => Promise<AthenaClient> {
  const known = new Map<string, { client: AthenaClient; endsMs: number }>();
  const own = new AthenaClient(patient());
  return async ({ name, roleArn }) => {
    if (roleArn === undefined) return own;
    const session = known.get(roleArn);
    if (session && session.endsMs - EARLY_MS > Date.now()) return session.client;
    const { Credentials } = await sts().send(
      new AssumeRoleCommand({
        RoleArn: roleArn,
        RoleSessionName: `query-${name.replace(/[^\w+=,.@-]/g, '-')}`.slice(0, 64),
        DurationSeconds: SESSION_SECONDS,
      }),
    );
    const client = new AthenaClient({
      ...patient(),
      credentials: {
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        ...(Credentials?.SessionToken !== undefined && { sessionToken: Credentials.SessionToken }),
      },
    });
    known.set(roleArn, { client, endsMs: Credentials?.Expiration?.getTime() ?? 0 });
    return client;
  };
}
