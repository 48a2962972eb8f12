import { FUNCTION_ENVIRONMENT } from '../../shared/operations/function-environment.ts';
import { FUNCTION_NAMES } from '../../shared/operations/metrics-table.ts';
import {
  type Check,
  listOf,
  type Problem,
  resourcesOf,
  type Template,
  type TemplateResource,
  targetOf,
} from './template.ts';

const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
/** Concurrent executions of a new account; 100 of them must stay for functions without a reservation. */
const ACCOUNT_CONCURRENCY = 1000;
const UNRESERVED_CONCURRENCY = 100;

/** The function `parser`, whose logical id is `ParserLambdaFunction`. */
export function functionOf(template: Template, name: string): TemplateResource | undefined {
  return template.Resources[`${name.slice(0, 1).toUpperCase()}${name.slice(1)}LambdaFunction`];
}

/** The template has every function, with the right runtime, memory, time and variables, and no logs are kept for ever. */
export const functions: Check = {
  name: 'functions and their logs',
  run({ template }) {
    const problems: Problem[] = [];
    let looked = 0;
    let reserved = 0;
    for (const name of FUNCTION_NAMES) {
      const found = functionOf(template, name);
      const where = `function ${name}`;
      looked++;
      if (!found) {
        problems.push({ where, what: 'is not in the template' });
        continue;
      }
      const { Properties = {} } = found;
      const { Runtime, Architectures, MemorySize, Timeout, TracingConfig, Handler } = Properties;
      const must = (isRight: boolean, what: string) => {
        if (!isRight) problems.push({ where, what });
      };
      must(Runtime === 'nodejs24.x', `runs on ${Runtime}, but is made for nodejs24.x`);
      must(JSON.stringify(Architectures) === '["arm64"]', 'is not on arm64');
      must(
        MemorySize >= 128 && MemorySize <= 10_240,
        `${MemorySize} MB of memory: Lambda allows 128 to 10240`,
      );
      must(Timeout >= 1 && Timeout <= 900, `a timeout of ${Timeout} s: Lambda allows 1 to 900`);
      must(TracingConfig?.Mode === 'Active', 'is not traced');
      must(Handler === 'index.handler', `its handler is ${Handler}, but the bundle has index.handler`);
      problems.push(...variableProblems(name, Properties.Environment?.Variables ?? {}));
      reserved += Number(Properties.ReservedConcurrentExecutions ?? 0);
    }
    if (reserved > ACCOUNT_CONCURRENCY - UNRESERVED_CONCURRENCY) {
      const what = `${reserved} reserved in all, but an account may reserve ${ACCOUNT_CONCURRENCY - UNRESERVED_CONCURRENCY}`;
      problems.push({
        where: 'functions',
        what,
        next: 'Lower parserConcurrency, or ask for a higher quota.',
      });
    }
    problems.push(...networkProblems(template));
    for (const [id, { Properties = {} }] of resourcesOf(template, 'AWS::Logs::LogGroup')) {
      looked++;
      if (!RETENTIONS.includes(Properties.RetentionInDays))
        problems.push({
          where: id,
          what: `keeps logs ${Properties.RetentionInDays ?? 'for ever'}: CloudWatch takes ${RETENTIONS.join(', ')}`,
        });
    }
    return { looked, problems };
  },
};

function variableProblems(
  name: (typeof FUNCTION_NAMES)[number],
  variables: Record<string, unknown>,
): Problem[] {
  const { required, optional } = FUNCTION_ENVIRONMENT[name];
  const where = `function ${name}`;
  const missing = required.filter((variable) => !variables[variable]);
  const unknown = Object.keys(variables).filter((variable) => ![...required, ...optional].includes(variable));
  return [
    ...missing.map((variable) => ({ where, what: `the variable ${variable} is not set` })),
    ...unknown.map((variable) => ({ where, what: `nobody reads the variable ${variable}` })),
  ];
}

/** A private network has all of our functions or none, and its endpoints answer everybody in it. */
function networkProblems(template: Template): Problem[] {
  const inside = FUNCTION_NAMES.filter((name) => functionOf(template, name)?.Properties?.VpcConfig);
  const outside = inside.length === 0 ? [] : FUNCTION_NAMES.filter((name) => !inside.includes(name));
  const groups = resourcesOf(template, 'AWS::EC2::VPCEndpoint')
    .filter(([, { Properties }]) => Properties?.PrivateDnsEnabled)
    .flatMap(([, { Properties }]) => listOf(Properties?.SecurityGroupIds).map(targetOf));
  const closed = [...new Set(groups)].filter(
    (id) =>
      !listOf(template.Resources[id ?? '']?.Properties?.SecurityGroupIngress).some(
        (rule) => rule.CidrIp !== undefined,
      ),
  );
  return [
    ...outside.map((name) => ({
      where: `function ${name}`,
      what: 'is outside of the network of the others',
    })),
    ...closed.map((id) => ({
      where: String(id),
      what: 'lets only some in, while private DNS leads everybody in the network to its endpoints',
    })),
  ];
}
