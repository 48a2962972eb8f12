import { type InvocationMetricName, NO_DATASET } from '../../shared/operations/metrics-table.ts';
import type { Alarm } from './alarm-resource.ts';

/** A name and figures of AWS, or a figure of our own that belongs to no dataset. */
type MachineAlarm = Omit<Alarm, 'namespace' | 'dimensions'> &
  (Pick<Alarm, 'namespace' | 'dimensions'> | { metric: InvocationMetricName; namespace?: undefined });

const STATES = { namespace: 'AWS/States', dimensions: { StateMachineArn: { Ref: 'FilePipeline' } } };
const ABOVE_ZERO = { comparison: 'GreaterThanThreshold', threshold: 0 } as const;
const AT_ONCE = { ...ABOVE_ZERO, statistic: 'Sum', periods: 1, topic: 'FailureTopic' } as const;
const IF_IT_STAYS = { ...ABOVE_ZERO, statistic: 'Sum', periods: 3, topic: 'WarningTopic' } as const;

/** Alarms on what AWS counts of the state machine, the functions and the queues, and on faults of executions. */
export const MACHINE_ALARMS: readonly MachineAlarm[] = [
  {
    // AWS also counts refused files as failed, and those have an alarm of their own.
    name: 'executions-failed',
    ...AT_ONCE,
    metric: 'ExecutionFaults',
    description: 'An execution failed by a fault. The message names file, cause and next step.',
  },
  {
    name: 'executions-timed-out',
    ...STATES,
    ...AT_ONCE,
    metric: 'ExecutionsTimedOut',
    description: 'An execution took too long. Redrive it, with smaller ranges if parsers timed out.',
  },
  {
    name: 'executions-throttled',
    ...STATES,
    ...IF_IT_STAYS,
    metric: 'ExecutionThrottled',
    description:
      'Step Functions throttled state transitions. They are tried again automatically; ask for a higher quota if this continues.',
  },
  {
    name: 'parser-throttled',
    ...functionFigures('ParserLambdaFunction'),
    ...IF_IT_STAYS,
    metric: 'Throttles',
    description:
      'More parsers were needed than parserConcurrency allows. They are tried again; if this continues, raise it with filesAtOnce.',
  },
  {
    name: 'starter-dead-letters',
    ...deadLetters('StarterDeadLetters'),
    ...AT_ONCE,
    statistic: 'Maximum',
    description:
      'Arrivals that started nothing. Remove the cause and let the operator replay them, or start the files by hand.',
  },
  {
    name: 'watchdog-dead-letters',
    ...deadLetters('WatchdogDeadLetters'),
    ...AT_ONCE,
    statistic: 'Maximum',
    description:
      'A failure or a check of the night that nobody was told about. Read the message, remove the cause, let the operator replay it.',
  },
  {
    name: 'operator-dead-letters',
    ...deadLetters('OperatorDeadLetters'),
    ...AT_ONCE,
    statistic: 'Maximum',
    description:
      'The cleaning of the day failed three times, or was not delivered. Read the message, remove the cause, let the operator replay it.',
  },
  {
    name: 'watchdog-failed',
    ...functionFigures('WatchdogLambdaFunction'),
    ...AT_ONCE,
    metric: 'Errors',
    description: 'The watchdog itself fails. Until this is corrected, the checks of the night tell nobody.',
  },
];

/** The alarm of a stage. */
export function machineAlarm(
  alarm: MachineAlarm,
  { namespace, stage }: { namespace: string; stage: string },
): Alarm {
  return alarm.namespace === undefined
    ? { ...alarm, namespace, dimensions: { stage, dataset: NO_DATASET } }
    : alarm;
}

function functionFigures(id: string): Pick<Alarm, 'namespace' | 'dimensions'> {
  return { namespace: 'AWS/Lambda', dimensions: { FunctionName: { Ref: id } } };
}

function deadLetters(id: string): Pick<Alarm, 'namespace' | 'dimensions' | 'metric'> {
  return {
    namespace: 'AWS/SQS',
    dimensions: { QueueName: { 'Fn::GetAtt': [id, 'QueueName'] } },
    metric: 'ApproximateNumberOfMessagesVisible',
  };
}
