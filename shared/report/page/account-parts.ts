import { html, type Markup } from '../../look/markup.ts';
import { stateWord, type Tone } from '../../look/states.ts';
import type { ByteAccount } from '../byte-account.ts';
import { BYTE_KINDS, byteChart } from '../charts/byte-chart.ts';
import type { NightReport } from '../night-report.ts';
import { fileName, folded, legend, type Speech, section, tableOf } from './page-parts.ts';

const PIECES = ['before', 'header', 'ranges', 'trailer', 'rest'] as const;

/** Where every byte of every file went. */
export function bytesPart({ bytes }: NightReport, speech: Speech): Markup {
  const { words, figures } = speech;
  if (bytes.length === 0) return section('bytes', words.bytes, html`<p>${words.noPlans}</p>`);
  const used = PIECES.filter((kind) =>
    bytes.some(({ pieces }) => pieces.some((piece) => piece.kind === kind)),
  );
  const swatches = used.map((kind) => ({ kind: BYTE_KINDS[kind], name: words[`piece_${kind}`] }));
  const rows = bytes.map((account) => byteRow(account, used, speech));
  const columns = [
    { name: words.file },
    ...used.map((kind) => ({ name: words[`piece_${kind}`], isFigure: true })),
    { name: words.size, isFigure: true },
    { name: words.account },
    { name: words.checksum },
  ];
  return section(
    'bytes',
    words.bytes,
    html`<p class="faint">${words.bytesNote}</p>${legend(swatches)}<figure>${byteChart(bytes, (size) => figures.bytes(size), words.bytesAlt(figures.count(bytes.length)))}</figure>`,
    folded(words.table, tableOf(words.bytes, columns, rows)),
    allWhole(bytes, speech),
  );
}

function byteRow(account: ByteAccount, used: (typeof PIECES)[number][], { words, figures }: Speech) {
  const { file, pieces, sizeBytes, storedBytes, rangeCount, isWhole, isChained, checksum } = account;
  const length = (kind: (typeof PIECES)[number]) => {
    const piece = pieces.find((one) => one.kind === kind);
    return piece ? figures.count(piece.endByte - piece.startByte) : '0';
  };
  const notes = [
    words.rangesCount(figures.count(rangeCount)),
    ...(isChained ? [words.chained] : []),
    ...(storedBytes === undefined ? [] : [words.storedSize(figures.bytes(storedBytes))]),
  ];
  return [
    fileName(file),
    ...used.map(length),
    figures.count(sizeBytes),
    html`${stateWord(isWhole ? 'good' : 'bad', isWhole ? words.accountWhole : words.accountBroken)}<br><span class="faint">${notes.join('; ')}</span>`,
    html`<code>${checksum ?? ''}</code>`,
  ];
}

function allWhole(bytes: ByteAccount[], { words }: Speech): Markup {
  const broken = bytes.filter(({ isWhole }) => !isWhole);
  if (broken.length === 0) return html`<p>${stateWord('good', words.accountWhole)}</p>`;
  return html`<p>${stateWord('bad', words.accountBroken)} ${broken.map(({ file }) => file).join(', ')}</p>`;
}

const STATUS_TONES: Record<string, Tone> = {
  loaded: 'good',
  running: 'busy',
  refused: 'bad',
  failed: 'bad',
  stalled: 'bad',
  missing: 'warn',
};

/** Where every record went, and the files one by one. */
export function recordsPart(report: NightReport, speech: Speech): Markup {
  const { words, figures } = speech;
  const { read, headers, trailers, discarded, accepted, rejected, corrected, rows, isWhole } = report.records;
  const n = (count: number) => figures.count(count);
  const verdict = stateWord(isWhole ? 'good' : 'bad', isWhole ? words.balances : words.doesNotBalance);
  const isOneEach = rows === accepted + corrected;
  const sums = html`<ul class="sum"><li>${words.sumOfRecords}<br><span class="strong">${n(read)} = ${n(headers)} + ${n(trailers)} + ${n(discarded)} + ${n(accepted)} + ${n(rejected)}</span> ${verdict}</li><li>${isOneEach ? html`${words.rowsOfRecords}<br><span class="strong">${n(rows)} = ${n(accepted)} + ${n(corrected)}</span> ${stateWord('good', words.balances)}` : html`${words.rows}: <span class="strong">${n(rows)}</span>. ${words.rowsPerRecord}`}</li></ul>`;
  const columns = [
    { name: words.file },
    { name: words.status },
    ...[words.records, words.rows, words.rejected, words.size].map((name) => ({ name, isFigure: true })),
    { name: words.run },
  ];
  const lines = report.files.map((line) => [
    html`<span title="${line.file}">${fileName(line.file)}</span>`,
    html`${stateWord(STATUS_TONES[line.status] ?? 'plain', statusWord(line.status, speech))}${line.isSupplement && ` ${words.supplement}`}`,
    ...[line.read, line.rows, line.rejected].map((count) => (count === undefined ? '' : n(count))),
    figures.bytes(line.inputBytes),
    html`<code>${line.run ?? ''}</code>`,
  ]);
  return section(
    'records',
    words.recordsAccount,
    html`<p class="faint">${words.recordsNote}</p>`,
    sums,
    html`<h3>${words.files}</h3>`,
    tableOf(words.files, columns, lines),
  );
}

function statusWord(status: string, { words }: Speech): string {
  const name = `status_${status}`;
  return Object.hasOwn(words, name) ? String(words[name as keyof typeof words]) : status;
}

/** What each file states of itself, beside what its records add up to. */
export function totalsPart(report: NightReport, speech: Speech): Markup {
  const { words, figures } = speech;
  const rows = report.files.flatMap(({ file, totals }) =>
    totals.map(({ name, expected, actual, balanced, pending }) => [
      fileName(file),
      name,
      expected === null ? words.notStated : figures.decimal(expected),
      figures.decimal(actual),
      pending
        ? stateWord('busy', words.awaited)
        : stateWord(balanced ? 'good' : 'bad', balanced ? words.agrees : words.disagrees),
    ]),
  );
  if (rows.length === 0) return section('totals', words.controlTotals, html`<p>${words.noControlTotals}</p>`);
  const columns = [
    { name: words.file },
    { name: words.controlTotal },
    { name: words.expected, isFigure: true },
    { name: words.found, isFigure: true },
    { name: words.account },
  ];
  const feet = Object.entries(report.totals.sums).map(([name, sum]) => [
    words.ofTheDay,
    name,
    '',
    figures.decimal(sum),
    '',
  ]);
  return section('totals', words.controlTotals, tableOf(words.controlTotals, columns, rows, feet));
}
