import { didYouMean } from '../../shared/layout/nearest.ts';
import { resourceSpec } from './resource-properties.ts';
import {
  type Check,
  intrinsicsIn,
  listOf,
  type Problem,
  substitutionsOf,
  type Template,
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

/** Every Ref, GetAtt, Sub, Condition, FindInMap and DependsOn resolves, and nothing waits for itself. */
export const references: Check = {
  name: 'references and cycles',
  run({ template }) {
    const problems: Problem[] = [];
    const edges = new Map<string, Set<string>>();
    let looked = 0;
    const ids = Object.keys(template.Resources);
    const known = (id: string, path: string): boolean => {
      if (Object.hasOwn(template.Resources, id)) return true;
      problems.push({ where: path, what: `the template has no resource ${id}${didYouMean(id, ids)}` });
      return false;
    };
    const ref = (name: string, path: string, from?: string) => {
      looked++;
      if (PSEUDO.some((pseudo) => name === `AWS::${pseudo}`) || template.Parameters?.[name]) return;
      if (known(name, path) && from) edges.get(from)?.add(name);
    };
    const attribute = (id: string, name: string, path: string, from?: string) => {
      looked++;
      if (!known(id, path)) return;
      if (from) edges.get(from)?.add(id);
      const { Type } = template.Resources[id]!;
      const spec = resourceSpec(Type);
      const attributes = Object.keys(spec?.attributes ?? {});
      if (spec && !attributes.includes(name))
        problems.push({ where: path, what: `${Type} gives no ${name}${didYouMean(name, attributes)}` });
    };
    const condition = (name: unknown, path: string) => {
      looked++;
      if (typeof name !== 'string' || template.Conditions?.[name] === undefined)
        problems.push({ where: path, what: `the template has no condition ${name}` });
    };
    const follow = (value: unknown, path: string, from?: string) => {
      for (const { name, argument, path: at } of intrinsicsIn(value, path)) {
        if (name === 'Ref') ref(String(argument), at, from);
        if (name === 'Fn::GetAtt') {
          const [id, ...rest] = Array.isArray(argument) ? argument : String(argument).split('.');
          attribute(String(id), rest.join('.'), at, from);
        }
        if (name === 'Fn::Sub') {
          for (const substitution of substitutionsOf(argument)) {
            const dot = substitution.indexOf('.');
            if (dot < 0) ref(substitution, at, from);
            else attribute(substitution.slice(0, dot), substitution.slice(dot + 1), at, from);
          }
        }
        if (name === 'Condition') condition(argument, at);
        if (name === 'Fn::If') condition(Array.isArray(argument) ? argument[0] : undefined, at);
        if (name === 'Fn::FindInMap' && !template.Mappings?.[String(listOf(argument)[0])]) {
          problems.push({ where: at, what: `the template has no mapping ${listOf(argument)[0]}` });
        }
      }
    };
    for (const id of ids) edges.set(id, new Set());
    for (const [id, resource] of Object.entries(template.Resources)) {
      follow(resource.Properties, `${id}.Properties`, id);
      if (resource.Condition !== undefined) condition(resource.Condition, id);
      for (const other of listOf(resource.DependsOn)) ref(other, `${id}.DependsOn`, id);
    }
    for (const [name, { Value, Condition }] of Object.entries(template.Outputs ?? {})) {
      follow(Value, `Outputs.${name}`);
      if (Condition !== undefined) condition(Condition, `Outputs.${name}`);
    }
    follow(template.Conditions, 'Conditions');
    const cycle = cycleIn(edges);
    if (cycle)
      problems.push({ where: cycle[0]!, what: `resources wait for each other: ${cycle.join(' → ')}` });
    return { looked, problems: [...problems, ...tooLarge(template)] };
  },
};

/** A way from some resource back to itself. */
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
