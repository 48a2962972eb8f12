import { alarmId, alarmResource } from './alarm-resource.ts';
import type { TemplateSlice } from './lake-tables.ts';
import { MACHINE_ALARMS, machineAlarm } from './machine-alarms.ts';
import { NIGHT_ALARM_NAMES, nightAlarm, nightAlarmsOf } from './night-alarms.ts';
import { type VariableContext, watchedLayouts } from './project-layouts.ts';

/** All alarms of a stage: those of the machine, and those of each watched layout's nights. */
export async function alarms(context: VariableContext): Promise<TemplateSlice> {
  const of = async (name: string) => String(await context.resolveVariable(name));
  const stage = await of('sls:stage');
  const namespace = await of('self:custom.names.metricsNamespace');
  const ofANight = nightAlarmsOf(Number(await of('self:custom.stage.rejectPercentAlarm')));
  const Resources: Record<string, unknown> = {};
  for (const alarm of MACHINE_ALARMS) {
    const fullName = `positional-lake-${stage}-${alarm.name}`;
    Resources[alarmId(alarm.name)] = alarmResource(fullName, machineAlarm(alarm, { namespace, stage }));
  }
  for (const { layout } of await watchedLayouts(context)) {
    for (const row of ofANight) {
      const alarm = nightAlarm(row, { namespace, stage, dataset: layout.name });
      const fullName = `positional-lake-${stage}-${layout.name}-${row.name}`;
      Resources[alarmId(row.name, layout.name)] = alarmResource(fullName, alarm);
    }
  }
  return { Resources };
}

/** Logical ids of all alarms, those of the nights first. */
export function alarmIds(datasets: readonly string[]): string[] {
  return [
    ...datasets.flatMap((dataset) => NIGHT_ALARM_NAMES.map((name) => alarmId(name, dataset))),
    ...MACHINE_ALARMS.map(({ name }) => alarmId(name)),
  ];
}
