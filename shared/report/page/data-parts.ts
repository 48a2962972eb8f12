import { html, type Markup, type MarkupValue } from '../../look/markup.ts';
import type { RejectExample } from '../night-facts.ts';
import type { NightReport } from '../night-report.ts';
import { bar, fileName, momentOf, type Speech, section, shortText, tableOf } from './page-parts.ts';

/** What did not become a row, and why. */
export function rejectsPart(report: NightReport, speech: Speech): Markup {
  const { words, figures } = speech;
  const { rejects, nulled, reasons } = report;
  const { groups, looked, ofRefused, areShown } = rejects;
  const all = Object.values(reasons).reduce((sum, count) => sum + count, 0);
  const most = Math.max(1, ...groups.map(({ count }) => count));
  const rows = groups.map(({ reason, field, count, isRefused, examples }) => [
    html`<code>${reason}</code>${isRefused && html`<br><span class="faint">${words.inRefusedFile}</span>`}`,
    field ?? words.wholeRecord,
    figures.count(count),
    html`<div class="bar">${bar(count / most)}</div>`,
    html`<ul class="examples">${examples.map((example) => html`<li>${exampleOf(example, speech)}</li>`)}</ul>`,
  ]);
  const columns = [
    { name: words.reason },
    { name: words.field },
    { name: words.count, isFigure: true },
    { name: words.share },
    { name: words.examples },
  ];
  const nulls = Object.entries(nulled).map(([field, count]) => [field, figures.count(count)]);
  return section(
    'rejects',
    words.rejects,
    groups.length === 0
      ? html`<p>${words.noRejects}</p>`
      : html`<p class="faint">${areShown ? words.shownNote : words.shapesNote}</p>${tableOf(words.rejects, columns, rows)}`,
    ofRefused > 0 && html`<p>${words.refusedRejects(figures.count(ofRefused))}</p>`,
    all > looked && groups.length > 0 && html`<p>${words.firstRejects(figures.count(looked))}</p>`,
    nulls.length > 0 &&
      html`<h3>${words.nulled}</h3>${tableOf(words.nulled, [{ name: words.field }, { name: words.count, isFigure: true }], nulls)}`,
  );
}

function exampleOf(
  { sourceKey, byteOffset, positions, value, why }: RejectExample,
  { words, figures }: Speech,
): MarkupValue {
  const place = words.exampleAt(fileName(sourceKey), figures.count(byteOffset));
  const where = positions
    ? `, ${words.examplePositions(figures.count(positions.from), figures.count(positions.to))}`
    : '';
  if (why === 'personal' || !value)
    return html`<span class="faint">${place}${where}</span><br>${words.personal}`;
  const hex =
    value.hex !== undefined &&
    html`<br><span class="faint">${words.hex}</span> <span class="bytes">${value.hex}</span>`;
  return html`<span class="faint">${place}${where}</span><br><span class="bytes">“${value.text}”</span>${hex}`;
}

/** How the rows spread over the partitions. */
export function partitionsPart(
  { partitions: { shares, leftOut } }: NightReport,
  { words, figures }: Speech,
): Markup {
  if (shares.length === 0) return section('partitions', words.partitions, html`<p>${words.noPartitions}</p>`);
  const most = Math.max(1, ...shares.map(({ rows }) => rows));
  const total = Math.max(
    1,
    shares.reduce((sum, { rows }) => sum + rows, 0),
  );
  const rows = shares.map((share) => [
    partitionText(share.values, words.wholeDay, words.nullValue),
    share.table,
    figures.count(share.rows),
    html`<div class="bar">${bar(share.rows / most)}</div>`,
    figures.percent(share.rows / total),
    figures.bytes(share.bytes),
    figures.count(share.files),
  ]);
  const columns = [
    { name: words.partition },
    { name: words.tableName },
    { name: words.rows, isFigure: true },
    { name: words.share },
    { name: '%', isFigure: true },
    { name: words.outputBytes, isFigure: true },
    { name: words.objects, isFigure: true },
  ];
  return section(
    'partitions',
    words.partitions,
    tableOf(words.partitions, columns, rows),
    leftOut > 0 && html`<p class="faint">${words.moreShares(figures.count(leftOut))}</p>`,
  );
}

function partitionText(values: Record<string, string | null>, whole: string, none: string): string {
  const parts = Object.entries(values).map(
    ([name, value]) => `${name} = ${value === null ? none : shortText(value)}`,
  );
  return parts.length === 0 ? whole : parts.join(', ');
}

/** The night beside earlier ones. */
export function changePart({ comparisons }: NightReport, { words, figures }: Speech): Markup {
  const names: Record<string, string> = {
    ...{ rows: words.rows, records: words.records, rejected: words.rejected, bytes: words.input },
  };
  const tables = comparisons.map((comparison) => {
    const day = figures.day(comparison.businessDate);
    const title =
      comparison.with === 'night-before' ? words.with_night_before(day) : words.with_same_weekday(day);
    const rows = comparison.changes.map(({ figure, isSum, now, before, basisPoints }) => {
      const shown = (text: string) =>
        figure === 'bytes' ? figures.bytes(Number(text)) : figures.decimal(text);
      return [
        isSum ? figure : (names[figure] ?? figure),
        shown(now),
        shown(before),
        basisPoints === undefined ? '–' : figures.signedPercent(basisPoints),
      ];
    });
    const columns = [
      { name: words.figure },
      ...[words.now, words.before, words.difference].map((name) => ({ name, isFigure: true })),
    ];
    return html`<h3>${title}</h3>${tableOf(title, columns, rows)}`;
  });
  return section('change', words.change, tables.length === 0 ? html`<p>${words.noComparison}</p>` : tables);
}

/** Each commit of the day, and who made it. */
export function commitsPart({ commits, commitsLeftOut }: NightReport, speech: Speech): Markup {
  const { words, figures } = speech;
  if (commits.length === 0) return section('commits', words.commits, html`<p>${words.noCommits}</p>`);
  const rows = commits.map((commit) => [
    figures.count(commit.commit),
    momentOf(commit.committedAt, speech),
    commit.by ?? words.pipeline,
    html`${words[`kind_${commit.kind}`]}${commit.reason !== undefined && html`: ${commit.reason}`}`,
    ...[commit.files, commit.records, commit.rows, commit.rejected].map((count) => figures.count(count)),
    words[`commit_${commit.state}`],
  ]);
  const columns = [
    { name: words.commit },
    { name: words.when },
    { name: words.who },
    { name: words.kind },
    ...[words.files, words.records, words.rows, words.rejected].map((name) => ({ name, isFigure: true })),
    { name: words.seen },
  ];
  return section(
    'commits',
    words.commits,
    tableOf(words.commits, columns, rows),
    commitsLeftOut > 0 && html`<p class="faint">${words.moreCommits(figures.count(commitsLeftOut))}</p>`,
  );
}

/** What it costs, service by service. */
export function costPart({ cost }: NightReport, { words, figures }: Speech): Markup {
  if (!cost) return section('cost', words.costSection, html`<p>${words.noPrices}</p>`);
  const say = cost.isMeasured ? words.costMeasured : words.costModelled;
  const most = Math.max(...cost.lines.map(({ usd }) => usd));
  const rows = cost.lines.map(({ service, usd }) => [
    service,
    html`<div class="bar">${bar(most === 0 ? 0 : usd / most)}</div>`,
    figures.usd(usd),
  ]);
  const columns = [{ name: words.service }, { name: words.share }, { name: words.cost, isFigure: true }];
  return section(
    'cost',
    words.costSection,
    html`<p class="faint">${say(cost.region, cost.pricesOf)}</p>`,
    tableOf(words.costSection, columns, rows, [[words.total, '', figures.usd(cost.usd)]]),
  );
}
