import { html, type Markup, type MarkupValue } from '../../look/markup.ts';
import { stateWord, type Tone } from '../../look/states.ts';
import { shellWord } from '../../shown-text.ts';
import type { NightReport } from '../night-report.ts';
import type { NightState, Task } from '../night-verdict.ts';
import { english, type Speech, section, timeOf } from './page-parts.ts';

export const STATE_TONES: Record<NightState, Tone> = {
  published: 'good',
  late: 'warn',
  partial: 'warn',
  waiting: 'warn',
  running: 'busy',
  refused: 'bad',
  failed: 'bad',
  damaged: 'bad',
};

/** Refusals whose reason is in the records. */
const OF_RECORDS = new Set(['too-many-rejects', 'too-many-invalid', 'sum-undecodable']);

/** What the reader must know first: the state, when it was reached, and the figures of the day. */
export function verdictPart(report: NightReport, speech: Speech): Markup {
  const { words } = speech;
  const { state, partial, rollback } = report.verdict;
  const tone = STATE_TONES[state];
  return html`<section class="card verdict ${tone}" id="verdict" aria-label="${words[`state_${state}`]}">${stateWord(tone, words[`state_${state}`])}
<p class="said">${said(report, speech)}</p>${partial && html`<p>${words.verdictWithout} ${english(speech, partial.missing)}.</p><p>${words.verdictReason(partial.reason)}</p>`}${rollback && html`<p>${words.verdictRollback(rollback.reason)}</p>`}${keyFigures(report, speech)}</section>`;
}

function said({ verdict }: NightReport, { words, figures }: Speech): MarkupValue[] {
  const { state, publishedAt, commit, deadline, marginMinutes } = verdict;
  const due = deadline === undefined ? undefined : figures.clock(deadline, 'minutes');
  const time = publishedAt === undefined ? '' : figures.dateAndTime(publishedAt);
  const number = commit === undefined ? '' : figures.count(commit);
  const until = marginMinutes !== undefined && due !== undefined;
  const margin = until
    ? (marginMinutes < 0 ? words.verdictAfter : words.verdictBefore)(
        figures.duration(Math.abs(marginMinutes) * 60_000),
        due,
      )
    : words.verdictNoDeadline;
  if (state === 'published' || state === 'late')
    return [words.verdictPublished(time, number), ', ', margin, '.'];
  if (state === 'partial')
    return [words.verdictPartial(time, number), due === undefined ? '.' : `. ${words.deadlineAt(due)}`];
  const unpublished: Record<string, string> = {
    waiting: words.verdictWaiting,
    running: words.verdictRunning,
    refused: words.verdictRefused,
    failed: words.verdictFailed,
    damaged: words.verdictDamaged,
  };
  const text =
    commit !== undefined && state !== 'damaged' ? words.verdictStands(time, number) : unpublished[state];
  return [text, due !== undefined ? ` ${words.deadlineAt(due)}` : ''];
}

function keyFigures(report: NightReport, { words, figures }: Speech): Markup {
  const { totals, counts, inputBytes, cost, expectation, records } = report;
  const named = expectation.files;
  const expected = typeof named === 'number' ? named : named?.length;
  const loaded = figures.count(counts.loaded);
  const all: [string, string, string?][] = [
    [words.records, figures.count(totals.records)],
    [words.rows, figures.count(totals.rows)],
    [words.rejected, figures.count(totals.rejected)],
    ...(records.corrected > 0
      ? [[words.corrected, figures.count(totals.corrected)] as [string, string]]
      : []),
    ...Object.entries(totals.sums).map(([name, sum]): [string, string, string] => [
      name,
      figures.decimal(sum),
      'wide',
    ]),
    [words.filesLoaded, expected === undefined ? loaded : words.filesOf(loaded, figures.count(expected))],
    [words.input, figures.bytes(inputBytes)],
    ...(cost ? [[words.cost, figures.usd(cost.usd)] as [string, string]] : []),
  ];
  const items = all.map(
    ([name, value, kind = '']) => html`<div class="${kind}"><dt>${name}</dt><dd>${value}</dd></div>`,
  );
  return html`<dl class="figures" aria-label="${words.keyFigures}">${items}</dl>`;
}

/** What waits for a person, each with its next step and, if there is one, the command to type. */
export function tasksPart(report: NightReport, speech: Speech): Markup {
  const { words } = speech;
  const items = report.tasks.map((task) => taskItem(task, report, speech));
  return section(
    'tasks',
    words.tasks,
    items.length === 0
      ? html`<p>${stateWord('good', words.noTasks)}</p>`
      : html`<ul class="tasks">${items}</ul>${report.tasksLeftOut > 0 && html`<p class="faint">${words.moreTasks(speech.figures.count(report.tasksLeftOut))}</p>`}`,
  );
}

function taskItem(task: Task, report: NightReport, speech: Speech): Markup {
  const { words, figures } = speech;
  const item = (tone: Tone, word: string, text: MarkupValue, command?: string) =>
    html`<li>${stateWord(tone, word)}<p>${text}</p>${command !== undefined && html`<code>${command}</code>`}</li>`;
  const of = `--lake ${shellWord(report.lake)} --dataset ${shellWord(report.dataset)} --business-date ${report.businessDate}`;
  const command = (name: string, rest = '') => `npx positional-lake ${name} ${of}${rest}`;
  const about = (file: string, text: MarkupValue) => html`<span class="strong">${file}</span><br>${text}`;
  switch (task.kind) {
    case 'refused': {
      const next = OF_RECORDS.has(task.code)
        ? command('rejects', ` --file ${shellWord(task.file)}`)
        : undefined;
      return item('bad', words.taskRefused(task.code), about(task.file, english(speech, task.message)), next);
    }
    case 'failed':
      return item('bad', words.taskFailed, about(task.file, english(speech, task.message)));
    case 'stalled':
      return item('bad', words.status_stalled, about(task.file, words.taskStalled));
    case 'running':
      return item('busy', words.status_running, about(task.file, words.taskRunning));
    case 'missing':
      return item('warn', words.status_missing, about(task.file, words.taskMissing));
    case 'missing-files':
      return item('warn', words.status_missing, words.taskMissingFiles(figures.count(task.count)));
    case 'manifest':
      return item('warn', words.status_missing, about(task.key, words.taskManifest));
    case 'pending':
      return item(
        'bad',
        words.state_waiting,
        words.taskPending(figures.count(task.commit)),
        command('publish'),
      );
    case 'unexpected':
      return item('warn', words.taskWarning, about(task.file, words.taskUnexpected));
    case 'hidden':
      return item('warn', words.taskWarning, about(task.file, words.taskHidden));
    case 'warning':
      return item('warn', words.taskWarning, english(speech, task.message));
    case 'rejects':
      return item('plain', words.rejected, words.taskRejects(figures.count(task.count)), command('rejects'));
    case 'damaged':
      return item(
        'bad',
        words.taskDamaged,
        about(task.key, english(speech, task.why)),
        `npx positional-lake verify --lake ${shellWord(report.lake)}`,
      );
  }
}

/** When it was read, of which hours its times are. */
export function headPart(report: NightReport, { words, figures }: Speech): Markup {
  const readAt = figures.dateAndTime(report.readAt);
  return html`<header><h1>${words.titleOfNight(report.dataset, figures.day(report.businessDate))}</h1><p class="faint">${timeOf(report.readAt, words.readAt(readAt, report.timeZone))}</p></header>`;
}
