import { METRICS, type MetricName } from '../../shared/operations/metrics-table.ts';
import type { TemplateSlice } from './lake-tables.ts';
import { logicalName, type VariableContext, watchedLayouts } from './project-layouts.ts';

interface NightAlarm {
  name: string;
  metric: MetricName;
  topic: 'WarningTopic' | 'FailureTopic';
  comparison: 'GreaterThanThreshold' | 'LessThanThreshold' | 'GreaterThanOrEqualToThreshold';
  threshold: number;
  description: string;
}

/** Alarms on the figures of each watched layout's nights. No figure, as on a holiday, is no alarm. */
export async function nightAlarms(context: VariableContext): Promise<TemplateSlice> {
  const rejectPercent = Number(await context.resolveVariable('self:custom.stage.rejectPercentAlarm'));
  const stage = String(await context.resolveVariable('sls:stage'));
  const namespace = String(await context.resolveVariable('self:custom.names.metricsNamespace'));
  const Resources: Record<string, unknown> = {};
  for (const { layout } of await watchedLayouts(context)) {
    for (const alarm of alarmsOf(rejectPercent)) {
      Resources[`${logicalName(layout.name)}${logicalName(alarm.name)}Alarm`] = {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          AlarmName: `positional-lake-${stage}-${layout.name}-${alarm.name}`,
          AlarmDescription: alarm.description,
          Namespace: namespace,
          MetricName: alarm.metric,
          Dimensions: [
            { Name: 'stage', Value: stage },
            { Name: 'dataset', Value: layout.name },
          ],
          Statistic: METRICS[alarm.metric].statistic,
          Period: 300,
          EvaluationPeriods: 1,
          ComparisonOperator: alarm.comparison,
          Threshold: alarm.threshold,
          TreatMissingData: 'notBreaching',
          AlarmActions: [{ Ref: alarm.topic }],
        },
      };
    }
  }
  return { Resources };
}

function alarmsOf(rejectPercent: number): NightAlarm[] {
  const above = 'GreaterThanThreshold';
  return [
    {
      name: 'no-file',
      metric: 'NightFilesArrived',
      topic: 'FailureTopic',
      comparison: 'LessThanThreshold',
      threshold: 1,
      description: 'No file has come. Ask the mainframe operators; look at the transfer of tonight.',
    },
    {
      name: 'files-missing',
      metric: 'NightFilesMissing',
      topic: 'WarningTopic',
      comparison: above,
      threshold: 0,
      description: 'Files that tonight is to bring have not come. The warning names them.',
    },
    {
      name: 'files-refused',
      metric: 'FilesRefused',
      topic: 'WarningTopic',
      comparison: above,
      threshold: 0,
      description: 'A file does not balance or is not what its layout says. Ask for a corrected one.',
    },
    {
      name: 'rejects',
      metric: 'RejectPercent',
      topic: 'WarningTopic',
      comparison: above,
      threshold: rejectPercent,
      description: `More than ${rejectPercent} % of the records of a file cannot be decoded. See the rejects by reason and field.`,
    },
    {
      name: 'sla-at-risk',
      metric: 'SlaAtRisk',
      topic: 'WarningTopic',
      comparison: above,
      threshold: 0,
      description: 'Not published at the time of the warning. Compare its estimate with the deadline.',
    },
    {
      name: 'sla-violated',
      metric: 'SlaViolated',
      topic: 'FailureTopic',
      comparison: above,
      threshold: 0,
      description: 'Not published at the time of the alarm, or not by the deadline. Tell the analysts.',
    },
  ];
}
