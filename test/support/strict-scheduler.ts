import { grantsOf, isAllowed } from '../../tools/check-deploy/role-grants.ts';
import { listOf, resourcesOf, type Template, targetOf } from '../../tools/check-deploy/template.ts';

/** What a failed delivery or invocation left in a queue of the template. */
interface Letter {
  queue: string;
  body: string;
}

// biome-ignore lint/suspicious/noExplicitAny: templates are plain data of any shape
type Properties = any;

const API = 'https://docs.aws.amazon.com/scheduler/latest/APIReference';
const ATTRIBUTES = ['schedule-arn', 'scheduled-time', 'execution-id', 'attempt-number'];

/**
 * EventBridge Scheduler, as far as our templates use it: it refuses what CreateSchedule refuses, finds the times of a schedule, and calls
 * the function of its target with the rights of its role, as Lambda does what is invoked without an answer.
 */
export class StrictScheduler {
  readonly letters: Letter[] = [];
  private readonly schedules: Map<string, Properties>;
  private readonly template: Template;

  constructor(template: Template) {
    this.template = template;
    this.schedules = new Map(
      resourcesOf(template, 'AWS::Scheduler::Schedule').map(([id, { Properties }]) => [id, Properties]),
    );
  }

  get ids(): string[] {
    return [...this.schedules.keys()];
  }

  /** What the service refuses of all schedules, each with its source. */
  refusals(): string[] {
    return this.ids.flatMap((id) => this.refusalsOf(id).map((why) => `${id}: ${why}`));
  }

  private refusalsOf(id: string): string[] {
    const { ScheduleExpression, ScheduleExpressionTimezone, FlexibleTimeWindow, GroupName, Target } =
      this.schedules.get(id);
    const { MaximumEventAgeInSeconds = 86_400, MaximumRetryAttempts = 185 } = Target.RetryPolicy ?? {};
    const queue = targetOf(Target.DeadLetterConfig?.Arn);
    const queueProperties = this.template.Resources[queue ?? '']?.Properties;
    const trusted = listOf<Properties>(
      this.template.Resources[targetOf(Target.RoleArn) ?? '']?.Properties?.AssumeRolePolicyDocument
        ?.Statement,
    ).map(({ Principal }) => Principal?.Service);
    const rules: [holds: boolean, why: string][] = [
      [cronTimes(ScheduleExpression) !== undefined, `${ScheduleExpression}: no cron of six fields`],
      [isTimeZone(ScheduleExpressionTimezone ?? 'UTC'), `no time zone ${ScheduleExpressionTimezone}`],
      // ${API}/API_FlexibleTimeWindow.html
      [
        FlexibleTimeWindow?.Mode === 'OFF'
          ? FlexibleTimeWindow.MaximumWindowInMinutes === undefined
          : FlexibleTimeWindow?.Mode === 'FLEXIBLE' &&
            isWithin(FlexibleTimeWindow.MaximumWindowInMinutes, 1, 1440),
        `a window of ${JSON.stringify(FlexibleTimeWindow)}: ${API}/API_FlexibleTimeWindow.html`,
      ],
      [
        GroupName === undefined ||
          this.template.Resources[targetOf(GroupName) ?? '']?.Type === 'AWS::Scheduler::ScheduleGroup',
        'its group is none',
      ],
      [
        isWithin(MaximumEventAgeInSeconds, 60, 86_400) && isWithin(MaximumRetryAttempts, 0, 185),
        `retries ${JSON.stringify(Target.RetryPolicy)}: ${API}/API_RetryPolicy.html`,
      ],
      // The service must be able to assume the role: https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html
      [trusted.includes('scheduler.amazonaws.com'), 'its role does not trust the service'],
      // Standard queues only: https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
      [
        queue === undefined || (queueProperties !== undefined && queueProperties.FifoQueue !== true),
        'its dead letters go to no standard queue',
      ],
      // A templated target takes JSON: ${API}/API_Target.html; an event has at most 256 KiB
      [isJson(Target.Input) && String(Target.Input).length <= 256 * 1024, 'its input is no JSON'],
      ...Array.from(String(Target.Input).matchAll(/<aws\.scheduler\.([^>]*)>/g), ([, name = '']) => {
        // https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
        return [ATTRIBUTES.includes(name), `there is no attribute <aws.scheduler.${name}>`] as [
          boolean,
          string,
        ];
      }),
    ];
    return rules.filter(([holds]) => !holds).map(([, why]) => why);
  }

  /** The first time after `after` at which a schedule is due: minute and hour of its cron, in its time zone. */
  next(id: string, after: Date): Date {
    const { ScheduleExpression, ScheduleExpressionTimezone } = this.schedules.get(id);
    const due = cronTimes(ScheduleExpression)!;
    const clock = new Intl.DateTimeFormat('en-GB', {
      timeZone: ScheduleExpressionTimezone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    const minuteMs = 60_000;
    for (let at = Math.floor(after.getTime() / minuteMs) * minuteMs + minuteMs; ; at += minuteMs) {
      const [hour, minute] = clock.format(at).split(':').map(Number);
      if (hour === due.hour && minute === due.minute) return new Date(at);
    }
  }

  /** Calls the target for a time. A delivery that is not allowed, and an invocation that fails for good, leave a letter. */
  async fire(
    id: string,
    at: Date,
    invoke: (target: string, event: unknown) => Promise<unknown>,
  ): Promise<unknown> {
    const { Target } = this.schedules.get(id);
    const [role, target, queue] = [Target.RoleArn, Target.Arn, Target.DeadLetterConfig?.Arn].map(
      (value) => targetOf(value) ?? '',
    ) as [string, string, string];
    const scheduledTime = `${at.toISOString().slice(0, 19)}Z`;
    const input = String(Target.Input).replaceAll('<aws.scheduler.scheduled-time>', scheduledTime);
    const grants = grantsOf(this.template, role);
    if (!isAllowed(grants, 'lambda:InvokeFunction', target)) {
      if (isAllowed(grants, 'sqs:SendMessage', queue)) this.letters.push({ queue, body: input });
      return undefined;
    }
    return this.invokeAsLambdaDoes(target, JSON.parse(input), invoke);
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html: two more tries by default, then the destination. */
  private async invokeAsLambdaDoes(
    target: string,
    event: unknown,
    invoke: (target: string, event: unknown) => Promise<unknown>,
  ): Promise<unknown> {
    const configuration = resourcesOf(this.template, 'AWS::Lambda::EventInvokeConfig').find(
      ([, { Properties }]) => targetOf(Properties?.FunctionName) === target,
    )?.[1].Properties;
    const attempts = 1 + Number(configuration?.MaximumRetryAttempts ?? 2);
    for (let attempt = 0; attempt < attempts; attempt++) {
      try {
        return await invoke(target, event);
      } catch {
        // The next attempt, or the destination below.
      }
    }
    const queue = targetOf(configuration?.DestinationConfig?.OnFailure?.Destination) ?? '';
    const role = targetOf(this.template.Resources[target]?.Properties?.Role) ?? '';
    if (!isAllowed(grantsOf(this.template, role), 'sqs:SendMessage', queue)) return undefined;
    const requestContext = { condition: 'RetriesExhausted', approximateInvokeCount: attempts };
    this.letters.push({ queue, body: JSON.stringify({ requestContext, requestPayload: event }) });
    return undefined;
  }
}

/**
 * `cron(minutes hours day-of-month month day-of-week year)`, of which day of month or day of week is `?`; here one time each day:
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */
function cronTimes(expression: unknown): { hour: number; minute: number } | undefined {
  const fields = /^cron\(([^)]*)\)$/.exec(String(expression))?.[1]?.split(' ') ?? [];
  const [minute = '', hour = '', dayOfMonth, month, dayOfWeek, year] = fields;
  const isDaily = [dayOfMonth, dayOfWeek].sort().join() === '*,?' && month === '*' && year === '*';
  if (fields.length !== 6 || !isDaily || !/^\d+$/.test(minute) || !/^\d+$/.test(hour)) return undefined;
  if (!isWithin(Number(minute), 0, 59) || !isWithin(Number(hour), 0, 23)) return undefined;
  return { hour: Number(hour), minute: Number(minute) };
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}

function isTimeZone(timeZone: string): boolean {
  return Intl.supportedValuesOf('timeZone').includes(timeZone) || timeZone === 'UTC';
}

function isJson(text: unknown): boolean {
  try {
    return typeof text === 'string' && typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
