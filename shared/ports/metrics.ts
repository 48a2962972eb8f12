/** Figures for the dashboard. Dimensions are stage and dataset, never the business date: each new value is a new paid metric. */
export interface Metrics {
  record(dataset: string, figures: MetricFigure[]): Promise<void>;
}

export interface MetricFigure {
  name: MetricName;
  unit: 'Count' | 'Bytes' | 'Milliseconds' | 'Percent';
  value: number;
}

export type MetricName =
  | 'InputBytes'
  | 'RecordsRead'
  | 'RecordsRejected'
  | 'RowsLoaded'
  | 'OutputBytes'
  | 'DurationMs'
  | 'FilesLoaded'
  | 'FilesRefused'
  | 'FilesFailed'
  | 'DaysPublished';
