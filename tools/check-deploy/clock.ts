import { SLA_CHECKS } from '../../shared/operations/sla-verdict.ts';
import { readOperation } from '../../shared/pipeline/operate/operation.ts';
import { type Check, type Problem, resourcesOf, targetOf } from './template.ts';

/** Every check of the night, and the cleaning after it, is scheduled once, at a valid time, in a valid time zone. */
export const clock: Check = {
  name: 'clock of the night',
  run({ template }) {
    const problems: Problem[] = [];
    const schedules = resourcesOf(template, 'AWS::Scheduler::Schedule');
    const checks: string[] = [];
    let cleanings = 0;
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
      if (targetOf(Target.Arn) === 'OperatorLambdaFunction') {
        problems.push(...operationProblems(id, Target.Input));
        cleanings += 1;
      }
      if (id.endsWith('Check') && !SLA_CHECKS.some((known) => known === check))
        problems.push({ where: id, what: `asks for a check '${check}'` });
      if (id.endsWith('Check') && scheduledAt !== '<aws.scheduler.scheduled-time>')
        problems.push({ where: id, what: 'does not say which morning it is for' });
      checks.push(String(check));
    }
    if (cleanings !== 1)
      problems.push({ where: 'schedules', what: `the operator is asked to clean ${cleanings} times a day` });
    for (const check of SLA_CHECKS) {
      const count = checks.filter((found) => found === check).length;
      if (count !== 1)
        problems.push({ where: 'schedules', what: `the check '${check}' is made ${count} times a night` });
    }
    return { looked: schedules.length, problems };
  },
};

function operationProblems(where: string, input: unknown): Problem[] {
  try {
    const { action } = readOperation(JSON.parse(String(input)));
    return action === 'clean' ? [] : [{ where, what: `asks the operator to ${action}, and nobody asked` }];
  } catch (error) {
    return [{ where, what: `asks for what the operator refuses: ${(error as Error).message}` }];
  }
}

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
