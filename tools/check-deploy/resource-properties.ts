import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { Property, PropertyType, SpecDatabase } from '@aws-cdk/service-spec-types';
import { didYouMean } from '../../shared/layout/nearest.ts';
import { type Check, intrinsicOf, type Problem } from './template.ts';

let loaded: SpecDatabase | undefined;

/** AWS's own specification of resource types, as the CDK is made from. */
export function serviceSpec(): SpecDatabase {
  loaded ??= loadAwsServiceSpecSync();
  return loaded;
}

export function resourceSpec(type: string) {
  return [...serviceSpec().lookup('resource', 'cloudFormationType', 'equals', type)][0];
}

/** Every resource type and property is one that CloudFormation knows, and holds what it takes. */
export const resourceProperties: Check = {
  name: 'resources and properties',
  run({ template }) {
    const problems: Problem[] = [];
    let looked = 0;
    for (const [id, { Type, Properties = {} }] of Object.entries(template.Resources)) {
      const spec = resourceSpec(Type);
      // A custom resource holds what its own function takes.
      if (Type.startsWith('Custom::')) {
        if (!Properties.ServiceToken) problems.push({ where: id, what: 'names no ServiceToken to make it' });
        continue;
      }
      if (!spec) {
        problems.push({ where: id, what: `CloudFormation has no type ${Type}` });
        continue;
      }
      looked += checkObject(Properties, spec.properties, `${id}.Properties`, problems);
    }
    return { looked, problems };
  },
};

function checkObject(
  value: Record<string, unknown>,
  properties: Record<string, Property>,
  path: string,
  problems: Problem[],
): number {
  let looked = 0;
  for (const [name, held] of Object.entries(value)) {
    const property = properties[name];
    looked++;
    if (property) looked += checkValue(held, property.type, `${path}.${name}`, problems);
    else
      problems.push({
        where: `${path}.${name}`,
        what: `there is no such property${didYouMean(name, Object.keys(properties))}`,
      });
  }
  for (const [name, { required }] of Object.entries(properties)) {
    if (required && value[name] === undefined)
      problems.push({ where: path, what: `the property ${name} must be there` });
  }
  return looked;
}

function checkValue(value: unknown, type: PropertyType, path: string, problems: Problem[]): number {
  // What an intrinsic function gives is known when it is deployed.
  if (intrinsicOf(value) || value === undefined) return 0;
  const wrong = (expected: string) => {
    problems.push({ where: path, what: `must be ${expected}, and is ${JSON.stringify(value).slice(0, 80)}` });
    return 0;
  };
  switch (type.type) {
    case 'string': {
      if (typeof value === 'object') return wrong('a string');
      const { allowedValues } = type as { allowedValues?: string[] };
      if (allowedValues && !allowedValues.includes(String(value)))
        return wrong(`one of ${allowedValues.join(', ')}`);
      return 0;
    }
    case 'number':
    case 'integer':
      return /^-?\d+(\.\d+)?$/.test(String(value)) && typeof value !== 'object' ? 0 : wrong('a number');
    case 'boolean':
      return /^(true|false)$/.test(String(value)) ? 0 : wrong('true or false');
    case 'date-time':
      return typeof value === 'string' ? 0 : wrong('a time');
    case 'json':
      return typeof value === 'object' || typeof value === 'string' ? 0 : wrong('an object');
    case 'array': {
      if (!Array.isArray(value)) return wrong('a list');
      return value.reduce(
        (sum, item, index) => sum + checkValue(item, type.element, `${path}[${index}]`, problems),
        0,
      );
    }
    case 'map': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong('an object');
      return Object.entries(value).reduce(
        (sum, [key, item]) => sum + checkValue(item, type.element, `${path}.${key}`, problems),
        0,
      );
    }
    case 'tag':
      return typeof value === 'object' && value !== null && 'Key' in value && 'Value' in value
        ? 0
        : wrong('{ Key, Value }');
    case 'ref': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong('an object');
      const { properties } = serviceSpec().get('typeDefinition', type.reference.$ref);
      return checkObject(value as Record<string, unknown>, properties, path, problems);
    }
    case 'union': {
      const attempts = type.types.map((option) => {
        const found: Problem[] = [];
        const looked = checkValue(value, option, path, found);
        return { found, looked };
      });
      const best = attempts.sort((a, b) => a.found.length - b.found.length)[0]!;
      problems.push(...best.found);
      return best.looked;
    }
    default:
      return 0;
  }
}
