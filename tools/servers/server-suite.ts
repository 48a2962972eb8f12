import { constants } from 'node:fs';
import { access } from 'node:fs/promises';

/** Tests against a server from elsewhere, which users do not need. */
export interface ServerSuite {
  /** The word of `npm run test:servers -- <name>`. */
  name: string;
  /** Below test/servers. */
  tests: string;
  /** What this machine lacks for it, as a clause; undefined if it can run. */
  lacks(): Promise<string | undefined>;
}

/** The first of these programs that is there. */
export async function programAt(...paths: (string | undefined)[]): Promise<string | undefined> {
  for (const path of paths) {
    if (path === undefined) continue;
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}
