import type { PolicyStatement } from './permissions.ts';
import { intrinsicOf, listOf, type Template, targetOf } from './template.ts';

/** An action that a role may take, and on what: a logical id, followed by the rest of an ARN (`RawBucket/*`). */
export interface Grant {
  action: string;
  resource: string;
}

/** An action that a role may not take, whatever else allows it. */
export interface Denial extends Grant {
  /** The condition key of a request that may take it all the same, such as `s3:if-none-match`. */
  unless: string | undefined;
}

/** The actions that a role of the template allows. */
export function grantsOf(template: Template, roleId: string): Grant[] {
  return statementsOf(template, roleId, 'Allow').flatMap(namedBy);
}

/** The actions that a role of the template denies. */
export function denialsOf(template: Template, roleId: string): Denial[] {
  return statementsOf(template, roleId, 'Deny').flatMap((statement) =>
    namedBy(statement).map((grant) => ({ ...grant, unless: missingKeyOf(statement) })),
  );
}

export function isAllowed(grants: Grant[], action: string, resource: string): boolean {
  return grants.some((grant) => grant.action === action && covers(grant.resource, resource));
}

/** Is a request denied that has these condition keys? */
export function isDenied(denials: Denial[], action: string, resource: string, keys: string[] = []): boolean {
  return isAllowed(
    denials.filter(({ unless }) => unless === undefined || !keys.includes(unless)),
    action,
    resource,
  );
}

function statementsOf(
  template: Template,
  roleId: string,
  effect: PolicyStatement['Effect'],
): PolicyStatement[] {
  const policies = listOf(template.Resources[roleId]?.Properties?.Policies);
  const statements: PolicyStatement[] = policies.flatMap((policy) => listOf(policy.PolicyDocument.Statement));
  return statements.filter(({ Effect }) => Effect === effect);
}

function namedBy({ Action, Resource }: PolicyStatement): Grant[] {
  return listOf(Action).flatMap((action) =>
    (Array.isArray(Resource) ? Resource : [Resource]).map((resource) => ({
      action,
      resource: symbolic(resource),
    })),
  );
}

/** `{ "Null": { "s3:if-none-match": "true" } }` → the key that a request must lack. */
function missingKeyOf({ Condition }: PolicyStatement): string | undefined {
  const lacking = Object.entries((Condition?.Null ?? {}) as Record<string, unknown>);
  return lacking.find(([, isMissing]) => String(isMissing) === 'true')?.[0];
}

/** True if a pattern with `*` covers a resource. */
export function covers(pattern: string, resource: string): boolean {
  if (pattern === '*') return true;
  const pieces = pattern.split('*').map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pieces.join('.*')}$`, 's').test(resource);
}

/** `{ "Fn::Sub": "${RawBucket.Arn}/*" }` → `RawBucket/*`; a table of Glue → `glue:table`; an execution → `states:execution`; a workgroup → `athena:workgroup`. */
function symbolic(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const intrinsic = intrinsicOf(resource);
  if (intrinsic?.name !== 'Fn::Sub') return targetOf(resource) ?? JSON.stringify(resource);
  const text = String(listOf(intrinsic.argument)[0]);
  const glue = /:glue:.*:(catalog|database|table)(?:\/|$)/.exec(text);
  if (glue) return `glue:${glue[1]}`;
  if (/:states:.*:execution:/.test(text)) return 'states:execution';
  if (/:athena:.*:workgroup\//.test(text)) return 'athena:workgroup';
  return text.replace(/\$\{(\w+)(?:\.Arn)?\}/g, '$1');
}
