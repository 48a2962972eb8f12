import type { VariableContext } from './project-layouts.ts';

const TIMES = ['arrivals', 'atRisk', 'alarm', 'deadline', 'clean'] as const;

/** The stage's times of the night, and of the cleaning after it, as schedule expressions. */
export async function schedules({
  resolveVariable,
}: VariableContext): Promise<Record<(typeof TIMES)[number], string>> {
  const times = (await resolveVariable('self:custom.stage.times')) as Record<string, unknown>;
  const expressions = TIMES.map((name) => [name, dailyAt(String(times[name]), name)] as const);
  return Object.fromEntries(expressions) as Record<(typeof TIMES)[number], string>;
}

/** `'03:30'` → `cron(30 3 * * ? *)`. Fails if the time is not HH:mm. */
export function dailyAt(time: string, name: string): string {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time);
  if (!match) throw new Error(`times.${name} is '${time}': write HH:mm, in quotes`);
  return `cron(${Number(match[2])} ${Number(match[1])} * * ? *)`;
}
