/** A CloudFormation template as packaging writes it. It is plain data: tests break copies of it. */
export interface Template {
  Resources: Record<string, TemplateResource>;
  Outputs?: Record<string, { Value?: unknown; Condition?: string; Export?: { Name?: unknown } }>;
  Conditions?: Record<string, unknown>;
  Parameters?: Record<string, unknown>;
  Mappings?: Record<string, Record<string, unknown>>;
}

export interface TemplateResource {
  Type: string;
  // Properties have every shape that CloudFormation knows.
  // biome-ignore lint/suspicious/noExplicitAny: checked by rules, not by types
  Properties?: Record<string, any>;
  Condition?: string;
  DependsOn?: string | string[];
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
}

/** A problem of the template: the fault, its place, and the next step. */
export interface Problem {
  /** `RawBucket.Properties.BucketName` */
  where: string;
  what: string;
  next?: string;
}

/** How many things a check looked at, and the problems that it found. */
export interface Findings {
  looked: number;
  problems: Problem[];
}

/** Input of the checks. */
export interface DeployContext {
  stage: string;
  template: Template;
  /** How many files may be converted at once. */
  filesAtOnce: number;
}

export interface Check {
  name: string;
  run(context: DeployContext): Findings | Promise<Findings>;
}

/** Resources of a type, by logical id. */
export function resourcesOf(
  { Resources }: Template,
  type: string,
): [id: string, resource: TemplateResource][] {
  return Object.entries(Resources).filter(([, resource]) => resource.Type === type);
}

/** `{ "Fn::GetAtt": […] }` → its name and argument; undefined if the value is not an intrinsic function. */
export function intrinsicOf(value: unknown): { name: string; argument: unknown } | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const keys = Object.keys(value);
  const [name] = keys;
  if (keys.length !== 1 || !name || !(name === 'Ref' || name === 'Condition' || name.startsWith('Fn::'))) {
    return undefined;
  }
  // A `Condition` of a policy statement is an object of operators.
  const argument = (value as Record<string, unknown>)[name];
  if (name === 'Condition' && typeof argument !== 'string') return undefined;
  return { name, argument };
}

export interface FoundIntrinsic {
  /** `Fn::GetAtt` */
  name: string;
  argument: unknown;
  /** `RawBucket.Properties.BucketName` */
  path: string;
}

/** Every intrinsic function below a value, with the path to it. */
export function* intrinsicsIn(value: unknown, path: string): Generator<FoundIntrinsic> {
  if (typeof value !== 'object' || value === null) return;
  const intrinsic = intrinsicOf(value);
  if (intrinsic) yield { ...intrinsic, path };
  for (const [key, child] of Object.entries(value)) yield* intrinsicsIn(child, `${path}.${key}`);
}

/** `A.B` and `C` of `${A.B}` and `${C}` in a Fn::Sub, without literal `${!…}` and without its own variables. */
export function substitutionsOf(argument: unknown): string[] {
  const [text, own] = Array.isArray(argument) ? argument : [argument, {}];
  const names = Array.from(String(text).matchAll(/\$\{([^!}][^}]*)\}/g), ([, name = '']) => name.trim());
  return names.filter((name) => !Object.hasOwn((own ?? {}) as object, name));
}

/** The logical id that a Ref, GetAtt or one-name Sub refers to. */
export function targetOf(value: unknown): string | undefined {
  const intrinsic = intrinsicOf(value);
  if (!intrinsic) return undefined;
  const { name, argument } = intrinsic;
  if (name === 'Ref') return String(argument);
  if (name === 'Fn::GetAtt')
    return Array.isArray(argument) ? String(argument[0]) : String(argument).split('.')[0];
  if (name === 'Fn::Sub') {
    const [first] = substitutionsOf(argument).filter((candidate) => !candidate.startsWith('AWS::'));
    return first?.split('.')[0];
  }
  return undefined;
}

/** A list as it is, a single value as a list of one, undefined as an empty list. */
export function listOf<T>(value: T | T[] | undefined): T[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
