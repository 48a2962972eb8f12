import { METRICS, type MetricName } from '../../shared/operations/metrics-table.ts';
import type { Alarm } from './alarm-resource.ts';

type NightAlarm = Pick<Alarm, 'name' | 'topic' | 'comparison' | 'threshold' | 'description'> & {
  metric: MetricName;
};

const ABOVE_ZERO = { comparison: 'GreaterThanThreshold', threshold: 0 } as const;

/** Alarms on the figures of a watched layout's nights; `rejectPercent` is the stage's threshold. */
export function nightAlarmsOf(rejectPercent: number): readonly NightAlarm[] {
  return [
    {
      name: 'no-file',
      metric: 'NightFilesArrived',
      topic: 'FailureTopic',
      comparison: 'LessThanThreshold',
      threshold: 1,
      description: 'No file has arrived. Ask the mainframe operators; look at the transfer of tonight.',
    },
    {
      name: 'files-missing',
      metric: 'NightFilesMissing',
      topic: 'WarningTopic',
      ...ABOVE_ZERO,
      description: 'Files that are expected tonight have not arrived. The warning names them.',
    },
    {
      name: 'files-refused',
      metric: 'FilesRefused',
      topic: 'WarningTopic',
      ...ABOVE_ZERO,
      description: 'A file does not balance or is not what its layout says. Ask for a corrected one.',
    },
    {
      name: 'rejects',
      metric: 'RejectPercent',
      topic: 'WarningTopic',
      comparison: 'GreaterThanThreshold',
      threshold: rejectPercent,
      description: `More than ${rejectPercent} % of the records of a file cannot be decoded. See the rejects by reason and field.`,
    },
    {
      name: 'sla-at-risk',
      metric: 'SlaAtRisk',
      topic: 'WarningTopic',
      ...ABOVE_ZERO,
      description: 'Not published at the time of the warning. Compare its estimate with the deadline.',
    },
    {
      name: 'sla-violated',
      metric: 'SlaViolated',
      topic: 'FailureTopic',
      ...ABOVE_ZERO,
      description: 'Not published at the time of the alarm, or not by the deadline. Tell the analysts.',
    },
  ];
}

/** Names of the alarms that each watched layout has. */
export const NIGHT_ALARM_NAMES = nightAlarmsOf(0).map(({ name }) => name);

/** The alarm for one dataset of a stage, on our own figures. */
export function nightAlarm(
  alarm: NightAlarm,
  { namespace, stage, dataset }: { namespace: string; stage: string; dataset: string },
): Alarm {
  const { statistic } = METRICS[alarm.metric];
  return { ...alarm, namespace, dimensions: { stage, dataset }, statistic, periods: 1 };
}
