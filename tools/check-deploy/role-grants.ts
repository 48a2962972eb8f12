import type { PolicyStatement } from './permissions.ts';
import { intrinsicOf, listOf, type Template, targetOf } from './template.ts';

/** An action that a role may take, and on what: a logical id, followed by the rest of an ARN (`RawBucket/*`). */
export interface Grant {
  action: string;
  resource: string;
}

/** The actions that a role of the template allows. Our roles' statements only allow; none of them denies. */
export function grantsOf(template: Template, roleId: string): Grant[] {
  const policies = listOf(template.Resources[roleId]?.Properties?.Policies);
  const statements: PolicyStatement[] = policies.flatMap((policy) => listOf(policy.PolicyDocument.Statement));
  return statements.flatMap(({ Action, Resource }) =>
    listOf(Action).flatMap((action) =>
      (Array.isArray(Resource) ? Resource : [Resource]).map((resource) => ({
        action,
        resource: symbolic(resource),
      })),
    ),
  );
}

export function isAllowed(grants: Grant[], action: string, resource: string): boolean {
  return grants.some((grant) => grant.action === action && covers(grant.resource, resource));
}

/** True if a pattern with `*` covers a resource. */
export function covers(pattern: string, resource: string): boolean {
  if (pattern === '*') return true;
  const pieces = pattern.split('*').map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pieces.join('.*')}$`, 's').test(resource);
}

/** `{ "Fn::Sub": "${RawBucket.Arn}/*" }` → `RawBucket/*`; a table of Glue → `glue:table`. */
function symbolic(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const intrinsic = intrinsicOf(resource);
  if (intrinsic?.name !== 'Fn::Sub') return targetOf(resource) ?? JSON.stringify(resource);
  const text = String(listOf(intrinsic.argument)[0]);
  const glue = /:glue:.*:(catalog|database|table)(?:\/|$)/.exec(text);
  if (glue) return `glue:${glue[1]}`;
  return text.replace(/\$\{(\w+)(?:\.Arn)?\}/g, '$1');
}
