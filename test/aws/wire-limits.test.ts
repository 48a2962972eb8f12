import { SNSClient } from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import { createSnsNotifier } from '../../shared/aws/sns-notifier.ts';
import { executionFault, messageFault, metricsFault } from '../support/wire-limits.ts';

const NOW = 1_790_000_000;
const metric = { MetricName: 'Rows', Value: 1 };

describe('the limits of SNS, CloudWatch and Step Functions', () => {
  it.each([
    ['a', undefined],
    ['a'.repeat(80), undefined],
    ['a'.repeat(81), 'InvalidName'],
    ['', 'InvalidName'],
    ['a b', 'InvalidName'],
    ['a/b', 'InvalidName'],
    ['ação', undefined],
  ])('take or refuse the execution %s', (name, fault) => {
    expect(executionFault({ name, input: '{}' })?.split(':')[0]).toBe(fault);
  });

  it('refuse an input that is too long or no JSON', () => {
    expect(executionFault({ name: 'a', input: `"${'x'.repeat(256 * 1024)}"` })).toContain('256 KiB');
    expect(executionFault({ name: 'a', input: '{' })).toContain('no JSON');
  });

  it.each([
    [[metric], undefined],
    [Array(1001).fill(metric), '1001'],
    [[{ ...metric, Value: Number.NaN }], 'NaN'],
    [[{ ...metric, Timestamp: NOW + 3 * 3600 }], 'time'],
    [[{ ...metric, Timestamp: NOW - 15 * 86_400 }], 'time'],
    [[{ ...metric, Dimensions: [{ Name: 'stage', Value: '' }] }], 'stage'],
  ])('take or refuse metrics (%#)', (metrics, fault) => {
    const found = metricsFault('PositionalLake', metrics, NOW);
    if (fault === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(fault);
  });

  it('refuse a namespace of AWS, and a message without text', () => {
    expect(metricsFault('AWS/Lambda', [metric], NOW)).toContain('AWS/Lambda');
    expect(messageFault({ Message: '' })).toContain('Empty');
  });

  it.each([
    'x'.repeat(150),
    '  contratos: não publicado',
    'two\nlines',
  ])('are kept by the subject of a notification (%#)', async (subject) => {
    const sent: { Subject?: string; Message?: string }[] = [];
    const send = async ({ input }: { input: { Subject?: string; Message?: string } }) => sent.push(input);
    const client = Object.assign(new SNSClient({ region: 'sa-east-1' }), { send });
    const topicArns = { success: 'arn', warning: 'arn', failure: 'arn' };
    await createSnsNotifier({ client, topicArns }).notify({ kind: 'warning', subject, message: 'text' });
    expect(sent.map(messageFault)).toEqual([undefined]);
  });
});
