import { logicalName } from './project-layouts.ts';

/** An alarm as our tables give it: it goes off when one figure, over some periods of five minutes, passes a threshold. */
export interface Alarm {
  /** `executions-failed`: the end of its name in CloudWatch, and the name that docs/operations.md explains it under. */
  name: string;
  namespace: string;
  metric: string;
  dimensions: Record<string, unknown>;
  statistic: string;
  comparison: 'GreaterThanThreshold' | 'LessThanThreshold';
  threshold: number;
  /** Periods in a row that must be past the threshold. */
  periods: number;
  topic: 'WarningTopic' | 'FailureTopic';
  /** Its meaning and the next step, for the person who is woken. */
  description: string;
}

const PERIOD_SECONDS = 300;

/** `sla-at-risk` of `contracts` → `ContractsSlaAtRiskAlarm`. */
export function alarmId(name: string, dataset = ''): string {
  return `${logicalName(dataset)}${logicalName(name)}Alarm`;
}

/** Without a figure, as on a holiday, the alarm does not go off. */
export function alarmResource(fullName: string, alarm: Alarm): Record<string, unknown> {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: fullName,
      AlarmDescription: alarm.description,
      Namespace: alarm.namespace,
      MetricName: alarm.metric,
      Dimensions: Object.entries(alarm.dimensions).map(([Name, Value]) => ({ Name, Value })),
      Statistic: alarm.statistic,
      Period: PERIOD_SECONDS,
      EvaluationPeriods: alarm.periods,
      ComparisonOperator: alarm.comparison,
      Threshold: alarm.threshold,
      TreatMissingData: 'notBreaching',
      AlarmActions: [{ Ref: alarm.topic }],
    },
  };
}
