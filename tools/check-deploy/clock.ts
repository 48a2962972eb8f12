import { SLA_CHECKS } from '../../shared/operations/sla-verdict.ts';
import { type Check, type Problem, resourcesOf } from './template.ts';

/** Every check of the night is scheduled once, at a valid time, in a valid time zone. */
export const clock: Check = {
  name: 'clock of the night',
  run({ template }) {
    const problems: Problem[] = [];
    const schedules = resourcesOf(template, 'AWS::Scheduler::Schedule');
    const checks: string[] = [];
    for (const [id, { Properties = {} }] of schedules) {
      const { ScheduleExpression, ScheduleExpressionTimezone, Target = {} } = Properties;
      if (!isDaily(String(ScheduleExpression)))
        problems.push({ where: id, what: `'${ScheduleExpression}' is not a daily time` });
      if (!isTimeZone(ScheduleExpressionTimezone))
        problems.push({ where: id, what: `there is no time zone '${ScheduleExpressionTimezone}'` });
      if (!Target.DeadLetterConfig)
        problems.push({
          where: id,
          what: 'has no dead-letter queue: events that are not delivered are lost',
        });
      const { check, scheduledAt } = inputOf(Target.Input);
      if (id.endsWith('Check') && !SLA_CHECKS.some((known) => known === check))
        problems.push({ where: id, what: `asks for a check '${check}'` });
      if (id.endsWith('Check') && scheduledAt !== '<aws.scheduler.scheduled-time>')
        problems.push({ where: id, what: 'does not say which morning it is for' });
      checks.push(String(check));
    }
    for (const check of SLA_CHECKS) {
      const count = checks.filter((found) => found === check).length;
      if (count !== 1)
        problems.push({ where: 'schedules', what: `the check '${check}' is made ${count} times a night` });
    }
    return { looked: schedules.length, problems };
  },
};

function inputOf(text: unknown): { check?: string; scheduledAt?: string } {
  try {
    return JSON.parse(String(text));
  } catch {
    return {};
  }
}

/** `cron(30 3 * * ? *)` */
function isDaily(expression: string): boolean {
  const [, minute, hour] = /^cron\((\d{1,2}) (\d{1,2}) \* \* \? \*\)$/.exec(expression) ?? [];
  return Number(minute) < 60 && Number(hour) < 24;
}

function isTimeZone(name: unknown): boolean {
  try {
    return typeof name === 'string' && new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
