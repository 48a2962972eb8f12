/** The parts of CloudWatch's dashboard body that we draw with. */
export interface Widget {
  type: 'metric' | 'text' | 'alarm';
  x: number;
  y: number;
  width: number;
  height: number;
  properties: WidgetProperties;
}

export interface WidgetProperties {
  title?: string;
  markdown?: string;
  view?: 'singleValue' | 'timeSeries' | 'bar';
  metrics?: MetricLine[];
  alarms?: string[];
  stat?: string;
  period?: number;
  start?: string;
  stacked?: boolean;
  region?: string;
  setPeriodToTimeRange?: boolean;
  yAxis?: { left?: { min?: number; max?: number; label?: string; showUnits?: boolean } };
  annotations?: { horizontal: { value: number; label: string; color?: string }[] };
}

export type MetricLine = (
  | string
  | { label?: string; expression?: string; id?: string; visible?: boolean; stat?: string }
)[];

/** Widgets side by side, from the left; the grid has 24 columns. */
export interface WidgetRow {
  height: number;
  widgets: Pick<Widget, 'width' | 'type' | 'properties'>[];
}

/** Every widget at its place: row below row. */
export function placed(rows: readonly WidgetRow[]): Widget[] {
  const widgets: Widget[] = [];
  let y = 0;
  for (const { height, widgets: inRow } of rows) {
    let x = 0;
    for (const { width, type, properties } of inRow) {
      const region = type === 'metric' ? { region: '${AWS::Region}' } : {};
      widgets.push({ type, x, y, width, height, properties: { ...properties, ...region } });
      x += width;
    }
    y += height;
  }
  return widgets;
}

const DAY_SECONDS = 86_400;
const NIGHT_SECONDS = DAY_SECONDS / 2;

export function text(markdown: string): WidgetRow['widgets'][number] {
  return { width: 24, type: 'text', properties: { markdown } };
}

export function figure(width: number, properties: WidgetProperties): WidgetRow['widgets'][number] {
  return { width, type: 'metric', properties };
}

/** One number: the last figure of the last twelve hours. */
export function tonight(title: string, ...metrics: MetricLine[]): WidgetProperties {
  return {
    title,
    view: 'singleValue',
    metrics,
    period: NIGHT_SECONDS,
    start: '-PT12H',
    setPeriodToTimeRange: true,
  };
}

/** A curve of each figure, minute by minute. */
export function series(title: string, how: 'lines' | 'stacked', ...metrics: MetricLine[]): WidgetProperties {
  return {
    title,
    view: 'timeSeries',
    stacked: how === 'stacked',
    metrics,
    period: 60,
    yAxis: { left: { min: 0 } },
  };
}

/** A bar a night, of the last thirty. */
export function nights(title: string, ...metrics: MetricLine[]): WidgetProperties {
  return { title, view: 'bar', metrics, period: DAY_SECONDS, start: '-P30D' };
}
