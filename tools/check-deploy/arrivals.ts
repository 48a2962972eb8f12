import type { NamedLayout } from '../../shared/pipeline/store/layout-of-key.ts';
import { roleOfKey } from '../../shared/pipeline/store/layout-of-key.ts';
import { projectLayouts } from '../template/project-layouts.ts';
import { type Check, listOf, type Problem, resourcesOf, targetOf } from './template.ts';

/**
 * Keys that a layout reads start the starter, and no others do; ends of executions start the watchdog. Both rules may call their
 * function, and events that cannot be delivered are kept.
 */
export const arrivals: Check = {
  name: 'events and dead letters',
  async run({ template }) {
    const problems: Problem[] = [];
    const rules = resourcesOf(template, 'AWS::Events::Rule');
    let looked = rules.length;
    for (const [id, { Properties = {} }] of rules) {
      for (const target of listOf<Record<string, unknown>>(Properties.Targets)) {
        if (!target.DeadLetterConfig)
          problems.push({
            where: id,
            what: 'has no dead-letter queue: events that are not delivered are lost',
          });
        const called = targetOf(target.Arn);
        const allowed = resourcesOf(template, 'AWS::Lambda::Permission').some(
          ([, permission]) =>
            targetOf(permission.Properties?.FunctionName) === called &&
            targetOf(permission.Properties?.SourceArn) === id,
        );
        if (called?.endsWith('LambdaFunction') && !allowed)
          problems.push({ where: id, what: `has no permission to call ${called}` });
      }
    }
    const arrived = rules.find(([, { Properties }]) =>
      JSON.stringify(Properties?.EventPattern).includes('Object Created'),
    );
    if (!arrived) problems.push({ where: 'rules', what: 'nothing listens for new objects' });
    else {
      const keys = arrived[1].Properties?.EventPattern?.detail?.object?.key;
      const samples = sampleKeys(await projectLayouts());
      looked += samples.length;
      problems.push(...keyProblems(arrived[0], keys, samples));
    }
    const notified = resourcesOf(template, 'AWS::S3::Bucket').some(
      ([id, { Properties }]) =>
        id === 'RawBucket' && Properties?.NotificationConfiguration?.EventBridgeConfiguration,
    );
    if (!notified) problems.push({ where: 'RawBucket', what: 'does not tell EventBridge about its objects' });
    const ended = rules.find(([, { Properties }]) =>
      listOf(Properties?.EventPattern?.source).includes('aws.states'),
    );
    const statuses: string[] = ended?.[1].Properties?.EventPattern?.detail?.status ?? [];
    for (const status of ['FAILED', 'TIMED_OUT', 'ABORTED']) {
      if (!statuses.includes(status))
        problems.push({
          where: ended?.[0] ?? 'rules',
          what: `nobody hears of executions that are ${status}`,
        });
    }
    for (const [id, { Properties }] of resourcesOf(template, 'AWS::Lambda::EventInvokeConfig')) {
      if (!Properties?.DestinationConfig?.OnFailure)
        problems.push({ where: id, what: 'invocations that fail for good are lost' });
    }
    return { looked, problems };
  },
};

interface SampleKey {
  key: string;
  starts: boolean;
}

/** Keys made from each layout's patterns, and keys that no layout reads. */
function sampleKeys(layouts: NamedLayout[]): SampleKey[] {
  const patterns = layouts.flatMap(({ layout: { files, controlFile, day } }) => [
    ...files,
    ...[controlFile?.name, day.manifest].filter((name) => name !== undefined),
  ]);
  const filled = patterns.flatMap((pattern) =>
    ['', 'banco_20250812_'].map((text) =>
      pattern
        .replace(/\{[^}]*\}/g, '20250812')
        .replaceAll('*', text)
        .replaceAll('?', '7'),
    ),
  );
  const keys = [
    ...filled.flatMap((name) => [name, `year=2025/month=08/day=12/${name}`]),
    ...[
      'year=2025/month=08/day=12/',
      'leia-me.pdf',
      'year=2025/month=08/day=12/contratos.csv',
      'tmp/upload.part',
    ],
  ];
  return keys.map((key) => {
    const { role } = roleOfKey(key, layouts);
    return { key, starts: role === 'data' || role === 'control-file' };
  });
}

function keyProblems(rule: string, keys: unknown, samples: SampleKey[]): Problem[] {
  const wildcards = (Array.isArray(keys) ? keys : []).map(({ wildcard }) => wildcard);
  if (wildcards.length === 0 || wildcards.some((wildcard) => typeof wildcard !== 'string')) {
    return [{ where: rule, what: 'must match keys by wildcards only: matchers in one list mean OR' }];
  }
  return [
    ...wildcards
      .filter((wildcard) => wildcard.includes('**'))
      .map((wildcard) => ({ where: rule, what: `EventBridge takes no ** as in '${wildcard}'` })),
    ...samples.flatMap(({ key, starts }) => {
      const passes = wildcards.some((wildcard) => fits(wildcard, key));
      if (passes === starts) return [];
      return [
        {
          where: rule,
          what: starts
            ? `'${key}' would start nothing`
            : `'${key}' would start the starter, but no layout reads it`,
        },
      ];
    }),
  ];
}

/** True if EventBridge's wildcard matches a key: `*` is any text, `\*` a star. */
export function fits(wildcard: string, key: string): boolean {
  const pieces = wildcard
    .split(/(?<!\\)\*/)
    .map((piece) => piece.replace(/\\(.)/g, '$1').replace(/[.+?^${}()|[\]\\*]/g, '\\$&'));
  return new RegExp(`^${pieces.join('.*')}$`, 's').test(key);
}
