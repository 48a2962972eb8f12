import type { MetricName, MetricUnit } from '../operations/metrics-table.ts';

export type { MetricName } from '../operations/metrics-table.ts';

/** Figures for the dashboard. Dimensions are stage and dataset, never the business date: each new value is a new paid metric. */
export interface Metrics {
  record(dataset: string, figures: MetricFigure[]): Promise<void>;
}

export interface MetricFigure {
  name: MetricName;
  unit: MetricUnit;
  value: number;
}
