import { didYouMean } from '../../shared/layout/did-you-mean.ts';
import { resourceSpec } from './resource-properties.ts';
import {
  type Check,
  type FoundIntrinsic,
  intrinsicsIn,
  listOf,
  type Problem,
  substitutionsOf,
  type Template,
  type TemplateResource,
} from './template.ts';

const PSEUDO = [
  'AccountId',
  'NotificationARNs',
  'NoValue',
  'Partition',
  'Region',
  'StackId',
  'StackName',
  'URLSuffix',
];

/** Every Ref, GetAtt, Sub, Condition, FindInMap and DependsOn resolves, and no resource waits for itself. */
export const references: Check = {
  name: 'references and cycles',
  run({ template }) {
    const found = new References(template);
    for (const [id, { Properties, Condition, DependsOn }] of Object.entries(template.Resources)) {
      found.followAll(Properties, `${id}.Properties`, id);
      if (Condition !== undefined) found.condition(Condition, id);
      for (const other of listOf(DependsOn)) found.ref(other, `${id}.DependsOn`, id);
    }
    for (const [name, { Value, Condition }] of Object.entries(template.Outputs ?? {})) {
      found.followAll(Value, `Outputs.${name}`);
      if (Condition !== undefined) found.condition(Condition, `Outputs.${name}`);
    }
    found.followAll(template.Conditions, 'Conditions');
    const problems = [...found.problems, ...cycleProblems(found.edges), ...tooLarge(template)];
    return { looked: found.looked, problems };
  },
};

/** The references of a template, and those that lead nowhere. */
class References {
  looked = 0;
  readonly problems: Problem[] = [];
  /** Resources by the ids of those that they wait for. */
  readonly edges = new Map<string, Set<string>>();
  private readonly template: Template;

  constructor(template: Template) {
    this.template = template;
    for (const id of Object.keys(template.Resources)) this.edges.set(id, new Set());
  }

  /** Follows every intrinsic function below a value; `from` is the resource that the value belongs to. */
  followAll(value: unknown, path: string, from?: string): void {
    for (const intrinsic of intrinsicsIn(value, path)) this.follow(intrinsic, from);
  }

  private follow({ name, argument, path }: FoundIntrinsic, from: string | undefined): void {
    const [first, ...rest] = Array.isArray(argument) ? argument : [argument];
    if (name === 'Ref') this.ref(String(argument), path, from);
    if (name === 'Fn::GetAtt') {
      const [id = '', ...attribute] = [...String(first).split('.'), ...rest];
      this.attribute(id, attribute.join('.'), path, from);
    }
    if (name === 'Fn::Sub')
      for (const substituted of substitutionsOf(argument)) this.sub(substituted, path, from);
    if (name === 'Condition') this.condition(argument, path);
    if (name === 'Fn::If') this.condition(Array.isArray(argument) ? first : undefined, path);
    if (name === 'Fn::FindInMap' && !this.template.Mappings?.[String(first)])
      this.report(path, `the template has no mapping ${first}`);
  }

  private sub(text: string, path: string, from: string | undefined): void {
    const dot = text.indexOf('.');
    if (dot < 0) this.ref(text, path, from);
    else this.attribute(text.slice(0, dot), text.slice(dot + 1), path, from);
  }

  ref(name: string, path: string, from?: string): void {
    this.looked++;
    if (PSEUDO.some((pseudo) => name === `AWS::${pseudo}`) || this.template.Parameters?.[name]) return;
    this.resource(name, path, from);
  }

  private attribute(id: string, name: string, path: string, from: string | undefined): void {
    this.looked++;
    const resource = this.resource(id, path, from);
    const spec = resource && resourceSpec(resource.Type);
    const attributes = Object.keys(spec?.attributes ?? {});
    if (spec && !attributes.includes(name))
      this.report(path, `${resource.Type} gives no ${name}${didYouMean(name, attributes)}`);
  }

  condition(name: unknown, path: string): void {
    this.looked++;
    if (typeof name !== 'string' || this.template.Conditions?.[name] === undefined)
      this.report(path, `the template has no condition ${name}`);
  }

  private resource(id: string, path: string, from: string | undefined): TemplateResource | undefined {
    const { Resources } = this.template;
    const resource = Object.hasOwn(Resources, id) ? Resources[id] : undefined;
    if (!resource)
      this.report(path, `the template has no resource ${id}${didYouMean(id, Object.keys(Resources))}`);
    else if (from) this.edges.get(from)?.add(id);
    return resource;
  }

  private report(where: string, what: string): void {
    this.problems.push({ where, what });
  }
}

function cycleProblems(edges: Map<string, Set<string>>): Problem[] {
  const cycle = cycleIn(edges);
  const [where] = cycle ?? [];
  return where ? [{ where, what: `resources wait for each other: ${cycle?.join(' → ')}` }] : [];
}

/** The ids on a path from some resource back to itself. */
function cycleIn(edges: Map<string, Set<string>>): string[] | undefined {
  const done = new Set<string>();
  const walk = (id: string, trail: string[]): string[] | undefined => {
    if (trail.includes(id)) return [...trail.slice(trail.indexOf(id)), id];
    if (done.has(id)) return undefined;
    for (const next of edges.get(id) ?? []) {
      const found = walk(next, [...trail, id]);
      if (found) return found;
    }
    done.add(id);
    return undefined;
  };
  for (const id of edges.keys()) {
    const found = walk(id, []);
    if (found) return found;
  }
  return undefined;
}

/** Limits of CloudFormation on one template. */
function tooLarge(template: Template): Problem[] {
  const resources = Object.keys(template.Resources).length;
  const bytes = Buffer.byteLength(JSON.stringify(template));
  return [
    ...(resources > 500
      ? [{ where: 'Resources', what: `${resources} resources, and a stack holds 500` }]
      : []),
    ...(bytes > 1_000_000
      ? [{ where: 'template', what: `${bytes} bytes, and a template holds 1,000,000` }]
      : []),
  ];
}
