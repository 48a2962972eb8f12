import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { startDir } from '../local/adapters/project-folders.ts';
import { Doorkeeper } from '../local/serve/doorkeeper.ts';
import { askServer } from '../local/serve/http-server.ts';
import { openAsking } from '../local/serve/local-asking.ts';
import { seenPersonal } from '../local/serve/personal-columns.ts';
import { signedTokens } from '../local/serve/signed-tokens.ts';
import { type Roles, readRoles, unknownQueries, unknownTables } from '../shared/ask/grant.ts';
import { Tickets } from '../shared/ask/tickets.ts';
import type { PublishedTables } from '../shared/ports/query-engine.ts';
import { defineCommand, text, textOr, usageError, wholeNumber } from '../terminal/command-line.ts';
import { interrupted, interruption } from '../terminal/interruption.ts';
import { say, warn } from '../terminal/print.ts';
import { lakeFolder } from './lake-folder.ts';

const COMMAND = {
  does: 'Answers questions about a lake over HTTP, on this machine alone; answers are kept, and never out of date.',
  usage: 'positional-lake serve --lake DIR [flags]',
  flags: {
    lake: text('DIR', 'the folder that was given to convert as --out'),
    port: textOr('7171', 'P', 'of the loopback interface; 0 takes a free one'),
    token: text('T', 'who asks must send it: Authorization: Bearer T (or in the environment: ASK_TOKEN)'),
    roles: text('FILE', 'roles with their tables, columns and tokens, as JSON'),
    issuer: text('URL', 'takes tokens that this OpenID Connect issuer signed, for the roles of --roles'),
    audience: text('A', 'of those tokens'),
    claim: textOr('cognito:groups', 'NAME', 'the claim of those tokens that names the role'),
    mapping: text(
      'FILE',
      "which column is what, for the named queries; by default the project's for a table of the lake",
    ),
    redis: text('URL', 'a server of Redis or Valkey that keeps answers for several services (or REDIS_URL)'),
    answers: text('DIR', 'keeps answers in this folder, also when the service has ended'),
    memory: text(
      'SIZE',
      'the most that queries take together, as 4GB; by default four fifths of the machine',
    ),
  },
  worksUnread: true,
  notes: `POST /query {"name": "daily-volume"} or {"sql": "SELECT …", "params": {…}}, GET /queries, GET /health: docs/ask.md.
Without --token and --roles everybody on this machine may ask everything. Ends with Ctrl-C.

Exit codes: 0 ended, 2 usage.`,
} as const;

const PATIENCE_MS = 20_000;

export const command = defineCommand(COMMAND, async (values) => {
  if (!values.lake)
    throw usageError('--lake is missing', 'Give the folder that was given to convert as --out');
  const lakeDir = await lakeFolder(values.lake, ['catalog', 'ledger']);
  const keys = await doorOf(values);
  const door = new Doorkeeper(keys);
  const port = wholeNumber('--port', values.port);
  if (port > 65_535) throw usageError(`--port ${port} is no port`, 'Give one of 1024 to 65535');
  const asking = await openAsking({
    lakeDir,
    mapping: values.mapping && resolve(startDir, values.mapping),
    redisUrl: values.redis ?? process.env.REDIS_URL,
    answersDir: values.answers && resolve(startDir, values.answers),
    memoryLimit: values.memory,
  });
  if ((await asking.engine.published()).size === 0) {
    await asking.close();
    throw usageError(`nothing is published in ${lakeDir}`, 'Give a lake in which a day is published');
  }
  try {
    const { engine, queries } = asking;
    for (const line of await roleWarnings(lakeDir, keys.roles ?? {}, await engine.published(), queries))
      warn(`Warning: ${line}`);
  } catch (error) {
    await asking.close();
    throw error;
  }
  const ports = { ...asking, tickets: new Tickets(undefined), patienceMs: PATIENCE_MS };
  const server = askServer({ ports, door, onDefect: (error) => warn(`a defect: ${(error as Error).stack}`) });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch(async (cause: Error) => {
    await asking.close();
    throw usageError(
      `port ${port} cannot be taken: ${cause.message}`,
      'Give another with --port; 0 takes a free one',
    );
  });
  const address = server.address();
  const own = typeof address === 'object' && address ? address.port : port;
  say(`answering at http://127.0.0.1:${own}, ${asking.queries.size} named queries; Ctrl-C ends it`);
  await interrupted(interruption());
  server.close();
  server.closeAllConnections();
  await asking.close();
  return 0;
});

/** Warns of settings that are valid but may be mistakes. Fails with `UsageError` for columns that are not there. */
async function roleWarnings(
  lakeDir: string,
  roles: Roles,
  published: PublishedTables,
  queries: ReadonlyMap<string, unknown>,
): Promise<string[]> {
  const personal = await seenPersonal(lakeDir, roles, published);
  return [...unknownTables(roles, published), ...unknownQueries(roles, [...queries.keys()]), ...personal];
}

async function doorOf(values: {
  token?: string | undefined;
  roles?: string | undefined;
  issuer?: string | undefined;
  audience?: string | undefined;
  claim: string;
}): Promise<ConstructorParameters<typeof Doorkeeper>[0]> {
  const { issuer, audience, claim } = values;
  const file = values.roles && resolve(startDir, values.roles);
  const roles = file === undefined ? undefined : readRoles(await rolesText(file), file);
  if (issuer !== undefined && (roles === undefined || audience === undefined))
    throw usageError('--issuer needs --roles and --audience', 'Give all three');
  const roleOfToken =
    issuer !== undefined && audience !== undefined && roles !== undefined
      ? signedTokens({ issuer, audience, claim, roles })
      : undefined;
  return { token: values.token ?? process.env.ASK_TOKEN, roles, roleOfToken };
}

function rolesText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: Error) => {
    throw usageError(
      `the roles cannot be read: ${cause.message}`,
      'Give a file of JSON; docs/ask.md has an example',
    );
  });
}
