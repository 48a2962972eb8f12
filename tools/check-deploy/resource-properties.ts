import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { Property, PropertyType, SpecDatabase } from '@aws-cdk/service-spec-types';
import { didYouMean } from '../../shared/layout/did-you-mean.ts';
import { type Check, intrinsicOf, type Problem } from './template.ts';

let loaded: SpecDatabase | undefined;

/** AWS's own specification of resource types, which the CDK is generated from. */
function serviceSpec(): SpecDatabase {
  loaded ??= loadAwsServiceSpecSync();
  return loaded;
}

export function resourceSpec(type: string) {
  return [...serviceSpec().lookup('resource', 'cloudFormationType', 'equals', type)][0];
}

/** CloudFormation knows every resource type and property, and takes the value that it has. */
export const resourceProperties: Check = {
  name: 'resources and properties',
  run({ template }) {
    const problems: Problem[] = [];
    let looked = 0;
    for (const [id, { Type, Properties = {} }] of Object.entries(template.Resources)) {
      const spec = resourceSpec(Type);
      // The properties of a custom resource are those that its own function takes.
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
  // The value of an intrinsic function is known only when the template is deployed.
  if (intrinsicOf(value) || value === undefined) return 0;
  const expected = expectedInstead(value, type);
  if (expected) {
    problems.push({ where: path, what: `must be ${expected}, and is ${JSON.stringify(value).slice(0, 80)}` });
    return 0;
  }
  if (type.type === 'array' && Array.isArray(value))
    return sum(value.map((item, index) => checkValue(item, type.element, `${path}[${index}]`, problems)));
  if (type.type === 'map' && isObject(value))
    return sum(
      Object.entries(value).map(([key, item]) => checkValue(item, type.element, `${path}.${key}`, problems)),
    );
  if (type.type === 'ref' && isObject(value)) {
    const { properties } = serviceSpec().get('typeDefinition', type.reference.$ref);
    return checkObject(value, properties, path, problems);
  }
  if (type.type === 'union') return checkUnion(value, type.types, path, problems);
  return 0;
}

/** Reports the problems of the alternative that fits best. */
function checkUnion(value: unknown, types: PropertyType[], path: string, problems: Problem[]): number {
  const attempts = types.map((type) => {
    const found: Problem[] = [];
    return { looked: checkValue(value, type, path, found), found };
  });
  const [best] = attempts.sort((a, b) => a.found.length - b.found.length);
  problems.push(...(best?.found ?? []));
  return best?.looked ?? 0;
}

/** `a number` if the value is not what the type takes, undefined if it is; what is inside it is not looked at. */
function expectedInstead(value: unknown, type: PropertyType): string | undefined {
  const isText = typeof value === 'string';
  const isPlain = typeof value !== 'object';
  switch (type.type) {
    case 'string': {
      const { allowedValues }: { allowedValues?: string[] } = type;
      if (!isPlain) return 'a string';
      const isAllowed = !allowedValues || allowedValues.includes(String(value));
      return isAllowed ? undefined : `one of ${allowedValues.join(', ')}`;
    }
    case 'number':
    case 'integer':
      return isPlain && /^-?\d+(\.\d+)?$/.test(String(value)) ? undefined : 'a number';
    case 'boolean':
      return /^(true|false)$/.test(String(value)) ? undefined : 'true or false';
    case 'date-time':
      return isText ? undefined : 'a time';
    case 'json':
      return isText || !isPlain ? undefined : 'an object';
    case 'array':
      return Array.isArray(value) ? undefined : 'a list';
    case 'map':
    case 'ref':
      return isObject(value) ? undefined : 'an object';
    case 'tag':
      return isObject(value) && 'Key' in value && 'Value' in value ? undefined : '{ Key, Value }';
    default:
      return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
