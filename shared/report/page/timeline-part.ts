import { html, type Markup } from '../../look/markup.ts';
import { filesOfSitting, TIMELINE_KINDS, timelineChart } from '../charts/timeline-chart.ts';
import type { NightReport } from '../night-report.ts';
import type { FileTimeline } from '../night-timeline.ts';
import { fileName, folded, legend, type Speech, section, tableOf } from './page-parts.ts';

/** Clocks show tenths of seconds of a short night, and no seconds of a long one. */
const SHORT_MS = 40_000;
const LONG_MS = 1_200_000;
const STAGES = ['splitting', 'parsing', 'reconciling', 'merging'] as const;

/** When each file was taken up, how long each stage took, and what its ranges waited for. */
export function timelinePart(report: NightReport, speech: Speech): Markup {
  const { words, figures } = speech;
  const { timelines, filesLeftOut, verdict } = report;
  const sitting = filesOfSitting(timelines);
  const others = timelines.filter(({ stages }) => stages.length > 0).length - sitting.length;
  const ends = sitting.flatMap(({ stages }) => stages.flatMap(({ from, to }) => [from, to])).sort();
  const tookMs = Date.parse(ends.at(-1) ?? '') - Date.parse(ends[0] ?? '');
  const exact = tookMs < SHORT_MS ? 'tenths' : tookMs < LONG_MS ? 'seconds' : 'minutes';
  const clock = (at: string) => figures.clock(at, exact);
  const alt = words.timelineAlt(
    figures.count(sitting.length),
    clockOf(ends[0], clock),
    clockOf(ends.at(-1), clock),
  );
  const marks = [
    ...(verdict.publishedAt
      ? [{ at: verdict.publishedAt, kind: '' as const, name: words.publishedMark }]
      : []),
    ...(verdict.deadline ? [{ at: verdict.deadline, kind: 'due' as const, name: words.deadlineMark }] : []),
  ];
  return section(
    'timeline',
    words.timeline,
    html`<p class="faint">${words.timelineNote}</p>`,
    sitting.length > 0 &&
      html`${legend(STAGES.map((stage) => ({ kind: TIMELINE_KINDS[stage], name: words[`stage_${stage}`] })))}<figure class="scroll" role="group" aria-label="${words.timeline}" tabindex="0">${timelineChart({ files: sitting, marks, clock, description: alt })}</figure>`,
    others > 0 && html`<p class="faint">${words.otherDay(figures.count(others))}</p>`,
    folded(words.table, stageTable(timelines, speech)),
    rangeTable(timelines, speech),
    filesLeftOut > 0 && html`<p class="faint">${words.moreFiles(figures.count(filesLeftOut))}</p>`,
  );
}

function stageTable(timelines: FileTimeline[], { words, figures }: Speech): Markup {
  const rows = timelines.map(({ file, stages, claims }) => {
    const [first, last] = [stages[0], stages.at(-1)];
    const took = (stage: (typeof STAGES)[number]) => {
      const spans = stages.filter((span) => span.stage === stage);
      if (spans.length === 0) return '';
      return figures.duration(
        spans.reduce((sum, { from, to }) => sum + Date.parse(to) - Date.parse(from), 0),
      );
    };
    return [
      fileName(file),
      first ? figures.dateAndTime(first.from) : '',
      ...STAGES.map(took),
      first && last ? figures.duration(Date.parse(last.to) - Date.parse(first.from)) : '',
      figures.count(claims),
    ];
  });
  const columns = [
    { name: words.file },
    { name: words.started },
    ...STAGES.map((stage) => ({ name: words[`stage_${stage}`], isFigure: true })),
    { name: words.total, isFigure: true },
    { name: words.claims, isFigure: true },
  ];
  return tableOf(words.timeline, columns, rows);
}

function rangeTable(timelines: FileTimeline[], { words, figures }: Speech): Markup | undefined {
  const timed = timelines.flatMap(({ file, ranges }) => (ranges ? [{ file, ranges }] : []));
  if (timed.length === 0) return undefined;
  const rows = timed.map(({ file, ranges: { count, work, waitedMs, delayed } }) => [
    fileName(file),
    figures.count(count),
    figures.duration(work.total),
    figures.duration(work.median),
    figures.duration(work.max),
    figures.duration(waitedMs),
    words.delayedRanges(figures.count(delayed), figures.count(count)),
  ]);
  const columns = [
    { name: words.file },
    ...[words.ranges, words.rangeWork, words.rangeMedian, words.rangeLongest, words.waited].map((name) => ({
      name,
      isFigure: true,
    })),
    { name: '> 2 s', isFigure: true },
  ];
  return html`<h3>${words.ranges}</h3>${tableOf(words.ranges, columns, rows)}<p class="faint">${words.waitedNote}</p>`;
}

function clockOf(at: string | undefined, clock: (at: string) => string): string {
  return at === undefined ? '' : clock(at);
}
