import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../../shared/errors.ts';
import { withRetryPolicies } from './retry-policies.ts';

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

export interface StateMachineDefinition {
  StartAt: string;
  States: Record<string, StateDefinition>;
  TimeoutSeconds?: number;
  [field: string]: unknown;
}

/** One state as the file has it; its fields depend on `Type`. */
export interface StateDefinition {
  Type: string;
  [field: string]: unknown;
}

/** The file that is deployed; there is no second one for local runs. */
const PIPELINE_DEFINITION = new URL('../../statemachine/file-pipeline.asl.json', import.meta.url);

const PLACEHOLDER = /\$\{([^}]*)\}/g;

/**
 * Reads a state machine file and fills its `${Name}` placeholders, as CloudFormation's
 * `DefinitionSubstitutions` does at deployment.
 *
 * Fails with `UsageError` if a placeholder has no value, if a substitution names no placeholder, and if the file
 * is not a JSON object with `StartAt` and `States`.
 */
export async function loadDefinition(
  substitutions: Readonly<Record<string, string>>,
  file: URL = PIPELINE_DEFINITION,
): Promise<StateMachineDefinition> {
  return parseDefinition(await readFile(file, 'utf8'), substitutions, fileURLToPath(file));
}

/** The same for text that was already read; `where` names it in errors. */
export function parseDefinition(
  text: string,
  substitutions: Readonly<Record<string, string>>,
  where: string,
): StateMachineDefinition {
  const wanted = new Set(Array.from(text.matchAll(PLACEHOLDER), (match) => match[1]!));
  const open = [...wanted].filter((name) => !Object.hasOwn(substitutions, name));
  if (open.length > 0) {
    throw new UsageError({
      what: `there is no value for the placeholder ${open.map((name) => `\${${name}}`).join(', ')}`,
      where,
      next: 'Give one under that name.',
    });
  }
  const unknown = Object.keys(substitutions).filter((name) => !wanted.has(name));
  if (unknown.length > 0) {
    throw new UsageError({
      what: `there is no placeholder ${unknown.map((name) => `\${${name}}`).join(', ')}`,
      where,
      why: `It has ${[...wanted].join(', ') || 'none'}`,
    });
  }

  // Escaped as JSON text, so that a value with a quote or a backslash cannot break the file apart.
  const filled = text.replace(PLACEHOLDER, (_, name: string) =>
    JSON.stringify(substitutions[name]).slice(1, -1),
  );
  let definition: unknown;
  try {
    definition = withRetryPolicies(JSON.parse(filled), where);
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError({ what: 'this is not JSON', where, why: (cause as Error).message, cause });
  }
  if (!isDefinition(definition)) {
    throw new UsageError({ what: 'this is not a state machine', where, why: 'It needs StartAt and States' });
  }
  return definition;
}

/** The pipeline's definition as it is deployed: retry policies filled in, placeholders left for CloudFormation. */
export function deployedDefinition(): Promise<unknown> {
  return definitionIn(PIPELINE_DEFINITION);
}

/** The same of another file. */
export async function definitionIn(file: URL): Promise<unknown> {
  return withRetryPolicies(JSON.parse(await readFile(file, 'utf8')), fileURLToPath(file));
}

/** The policy of the pipeline's state machine file for faults that pass. */
export async function passingRetries(): Promise<{ ErrorEquals: string[]; MaxAttempts: number }> {
  const { RetryPolicies } = JSON.parse(await readFile(PIPELINE_DEFINITION, 'utf8'));
  return RetryPolicies.Passing;
}

function isDefinition(value: unknown): value is StateMachineDefinition {
  const { StartAt, States } = (value ?? {}) as Partial<StateMachineDefinition>;
  return typeof StartAt === 'string' && typeof States === 'object' && States !== null;
}
