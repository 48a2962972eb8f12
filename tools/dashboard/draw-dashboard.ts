import type { MetricLine, Widget, WidgetProperties } from '../template/dashboard-widget.ts';

/** Pixels of a cell of CloudWatch's grid. */
const CELL = { width: 50, height: 46 };
const COLORS = ['#1f77b4', '#2ca02c', '#d62728', '#ff7f0e', '#9467bd', '#8c564b', '#17becf'];

/**
 * The dashboard as a picture: each widget at its place, with its title and the figures it draws. Curves and numbers are samples of a
 * good night, made from the names alone, so that one definition always gives the same picture.
 */
export function drawDashboard(widgets: Widget[], title: string): string {
  const rows = Math.max(...widgets.map(({ y, height }) => y + height));
  const [width, height] = [24 * CELL.width, rows * CELL.height + 40];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, sans-serif">`,
    `<title>${title}</title>`,
    `<rect width="${width}" height="${height}" fill="#f2f3f3"/>`,
    text(16, 26, title, 18, '#16191f', 'bold'),
    ...widgets.map((widget) => drawWidget(widget)),
    '</svg>\n',
  ].join('\n');
}

function drawWidget({ type, x, y, width, height, properties }: Widget): string {
  const box = {
    left: x * CELL.width + 4,
    top: y * CELL.height + 44,
    width: width * CELL.width - 8,
    height: height * CELL.height - 8,
  };
  const frame = `<rect x="${box.left}" y="${box.top}" width="${box.width}" height="${box.height}" rx="3" fill="#fff" stroke="#d5dbdb"/>`;
  if (type === 'text') return frame + drawText(properties.markdown ?? '', box);
  const head = frame + text(box.left + 10, box.top + 20, properties.title ?? '', 13, '#16191f', 'bold');
  if (type === 'alarm') return head + drawAlarms(properties.alarms ?? [], box);
  const lines = (properties.metrics ?? []).filter(isShown);
  return (
    head + (properties.view === 'singleValue' ? drawNumbers(lines, box) : drawChart(properties, lines, box))
  );
}

function drawText(markdown: string, { left, top }: Area): string {
  const [heading = '', ...rest] = markdown.split('\n');
  const size = heading.startsWith('##') ? 16 : 20;
  return (
    text(left + 12, top + 30, heading.replace(/^#+ /, ''), size, '#16191f', 'bold') +
    text(left + 12, top + 56, rest.join(' '), 12, '#545b64')
  );
}

function drawAlarms(alarms: string[], box: Area): string {
  const names = alarms.map((alarm) => /\{(\w+)Alarm/.exec(alarm)?.[1] ?? alarm);
  return names.map((name, index) => alarmTile(name, box, index)).join('');
}

function drawNumbers(lines: MetricLine[], { left, top, width }: Area): string {
  const step = width / Math.max(1, lines.length);
  return lines
    .map(
      (line, index) =>
        text(left + 12 + index * step, top + 80, sampleValue(line), 26, '#0073bb') +
        text(left + 12 + index * step, top + 104, labelOf(line), 12, '#545b64'),
    )
    .join('');
}

function drawChart({ view, annotations }: WidgetProperties, lines: MetricLine[], box: Area): string {
  const chart = { left: box.left + 12, top: box.top + 36, width: box.width - 24, height: box.height - 76 };
  const draw = view === 'bar' ? bars : curve;
  const [right, bottom] = [chart.left + chart.width, chart.top + chart.height];
  const limits = (annotations?.horizontal ?? []).map(
    ({ label }) =>
      `<line x1="${chart.left}" x2="${right}" y1="${bottom}" y2="${bottom}" stroke="#d13212" stroke-dasharray="4"/>${text(right - 50, bottom - 4, label, 11, '#d13212')}`,
  );
  const legend = lines.map((line, index) => {
    const left = chart.left + index * Math.min(120, chart.width / lines.length);
    const below = box.top + box.height;
    return `<rect x="${left}" y="${below - 24}" width="9" height="9" fill="${colorOf(index)}"/>${text(left + 13, below - 15, labelOf(line), 11, '#545b64')}`;
  });
  return [
    ...lines.map((line, index) => draw(labelOf(line), chart, index, lines.length, isOfBadNights(line))),
    ...limits,
    ...legend,
  ].join('');
}

interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
}

function curve(
  label: string,
  { left, top, width, height }: Area,
  index: number,
  _count: number,
  isZero: boolean,
): string {
  const points = Array.from({ length: 25 }, (_, at) => {
    const rise = Math.max(0, Math.sin(((at - 6) / 18) * Math.PI));
    const value = isZero ? 0 : rise * (0.35 + 0.6 * sample(label, index)) + 0.04 * sample(label, at);
    return `${(left + (at / 24) * width).toFixed(1)},${(top + height - value * height).toFixed(1)}`;
  });
  return `<polyline fill="none" stroke="${colorOf(index)}" stroke-width="2" points="${points.join(' ')}"/>`;
}

function bars(
  label: string,
  { left, top, width, height }: Area,
  index: number,
  count: number,
  isZero: boolean,
): string {
  if (isZero) return '';
  const nights = 30;
  const slot = width / nights;
  return Array.from({ length: nights }, (_, night) => {
    const tall = (0.55 + 0.4 * sample(label, night)) * height;
    const x = left + night * slot + (index * slot) / count;
    return `<rect x="${x.toFixed(1)}" y="${(top + height - tall).toFixed(1)}" width="${(slot / count - 1).toFixed(1)}" height="${tall.toFixed(1)}" fill="${colorOf(index)}"/>`;
  }).join('');
}

const ALARMS_PER_ROW = 7;

function alarmTile(name: string, box: Area, index: number): string {
  const width = (box.width - 24) / ALARMS_PER_ROW - 8;
  const left = box.left + 12 + (index % ALARMS_PER_ROW) * (width + 8);
  const top = box.top + 36 + Math.floor(index / ALARMS_PER_ROW) * 38;
  return `<rect x="${left.toFixed(1)}" y="${top}" width="${width.toFixed(1)}" height="30" rx="3" fill="#e9f6ee" stroke="#1d8102"/>${text(left + 8, top + 19, name, 11, '#1d8102')}`;
}

/** The sources of an expression are fetched, but not drawn. */
function isShown(line: MetricLine): boolean {
  const options = line.at(-1);
  return typeof options === 'string' || options?.visible !== false;
}

function labelOf(line: MetricLine): string {
  const options = line.at(-1);
  if (typeof options === 'object' && options.label) return options.label;
  return String(line[1] ?? 'figure');
}

const GOOD_NIGHT: Record<string, string> = {
  SlaMarginMinutes: '341',
  NightPercentDone: '100',
  NightFilesLoaded: '10',
  NightFilesArrived: '10',
  NightFilesExpected: '10',
  NightRows: '300.4 M',
  NightRejectPercent: '0.02',
};

function sampleValue(line: MetricLine): string {
  const name = String(line[1] ?? '');
  if (GOOD_NIGHT[name]) return GOOD_NIGHT[name];
  return name.startsWith('Approximate') ? '0' : '0.04';
}

/** Figures of what does not happen in a good night. */
function isOfBadNights(line: MetricLine): boolean {
  return /Refused|Failed|TimedOut|Throttles|Errors|AtRisk/.test(String(line[1]));
}

/** From 0 to 1, the same for the same label and place. */
function sample(label: string, at: number): number {
  let hash = 2166136261 ^ at;
  for (const character of label) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

function colorOf(index: number): string {
  return COLORS[index % COLORS.length] ?? 'black';
}

function text(x: number, y: number, content: string, size: number, color: string, weight = 'normal'): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size}" fill="${color}" font-weight="${weight}">${escaped}</text>`;
}
