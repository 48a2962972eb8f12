import * as z from 'zod';
import { type AskHttpPorts, type AskResponse, askHttp, problem } from '../../shared/ask/ask-http.ts';
import { type Roles, roleOfPrincipals } from '../../shared/ask/grant.ts';
import type { InvocationFigures } from '../../shared/lambda/handler-stack.ts';
import { NO_DATASET } from '../../shared/operations/metrics-table.ts';

/**
 * The request that an HTTP API hands over, with what its authorizer found out of the caller: claims of a token that it verified, or the IAM
 * identity that signed the request (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html, 2.0).
 */
const apiRequest = z.looseObject({
  version: z.literal('2.0'),
  rawPath: z.string(),
  rawQueryString: z.string().default(''),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().default(false),
  requestContext: z.looseObject({
    http: z.looseObject({ method: z.string() }),
    authorizer: z
      .looseObject({
        jwt: z.looseObject({ claims: z.record(z.string(), z.unknown()) }).optional(),
        iam: z.looseObject({ userArn: z.string() }).optional(),
      })
      .optional(),
  }),
});
type ApiRequest = z.infer<typeof apiRequest>;

export function readApiRequest(event: unknown): ApiRequest {
  return apiRequest.parse(event);
}

interface ApiResponse {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
  isBase64Encoded: boolean;
}

/** A response of Lambda has at most 6 MB, and bytes grow by a third in base64. */
const MOST_BODY_BYTES = 5_500_000;
/** The stage's route for IAM; tokens come without it. */
const IAM_PREFIX = /^\/iam(?=\/)/;

/** Answers an HTTP API's requests, as the role that the caller's identity stands for. */
export function createQueryHandler(ports: AskHttpPorts, roles: Roles) {
  return async (event: ApiRequest): Promise<ApiResponse> => {
    const { rawPath, rawQueryString, headers, body = '', isBase64Encoded, requestContext } = event;
    const roleName = roleOfPrincipals(roles, principalsOf(event));
    if (roleName === undefined)
      return sent(
        problem(403, {
          name: 'Forbidden',
          message: 'No role of the query service stands for this identity.',
        }),
      );
    const response = await askHttp(
      ports,
      { roleName, role: roles[roleName]! },
      {
        method: requestContext.http.method,
        path: rawPath.replace(IAM_PREFIX, ''),
        query: new URLSearchParams(rawQueryString),
        headers: { 'if-none-match': headers['if-none-match'] },
        body: isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body,
      },
    );
    return sent(response);
  };
}

/** Groups of the directory, or the name of an IAM role: `arn:aws:sts::1:assumed-role/positional-lake-dev-data-analyst/maria` → its second part. */
function principalsOf({ requestContext: { authorizer } }: ApiRequest): string[] {
  const { claims = {} } = authorizer?.jwt ?? {};
  const groups = ['cognito:groups', 'groups', 'roles'].flatMap((claim) => listed(claims[claim]));
  const [, role] = /:assumed-role\/([^/]+)\//.exec(authorizer?.iam?.userArn ?? '') ?? [];
  return role === undefined ? groups : [role];
}

/** An HTTP API hands a list of a claim over as `[a b]`. */
function listed(claim: unknown): string[] {
  if (Array.isArray(claim)) return claim.map(String);
  return typeof claim === 'string'
    ? claim
        .replace(/^\[|\]$/g, '')
        .split(/[\s,]+/)
        .filter((name) => name !== '')
    : [];
}

function sent({ status, headers, body }: AskResponse): ApiResponse {
  const isText = typeof body === 'string' || !(headers['content-type'] ?? '').includes('arrow');
  const text = typeof body === 'string' ? body : Buffer.from(body).toString(isText ? 'utf8' : 'base64');
  if (text.length > MOST_BODY_BYTES)
    return sent(
      problem(413, {
        name: 'TooLarge',
        message: 'The page is larger than an answer of Lambda may be. Ask for fewer rows a page: pageRows.',
      }),
    );
  return { statusCode: status, headers, body: text, isBase64Encoded: !isText };
}

/** The log says who was answered from where; never what was asked. */
export function queryFigures(event: ApiRequest, { statusCode, headers }: ApiResponse): InvocationFigures {
  const from = headers['x-answer-from'];
  return {
    dataset: NO_DATASET,
    figures: {
      AnswersKept: from !== undefined && from !== 'engine' ? 1 : 0,
      ScannedBytes: Number(headers['x-answer-scanned-bytes'] ?? 0),
    },
    facts: { path: event.rawPath, statusCode, from },
  };
}
