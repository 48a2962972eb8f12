import { nightWidgets } from '../template/dashboard-widgets.ts';
import { drawDashboard } from './draw-dashboard.ts';

/** docs/dashboard.svg: the dashboard of stage prod, drawn from its definition. */
export function dashboardPicture(): string {
  const widgets = nightWidgets({
    stage: 'prod',
    namespace: 'PositionalLake',
    datasets: ['contracts'],
    parserMemoryMb: 1769,
    otherMemoryMb: 1024,
  });
  return drawDashboard(widgets, 'CloudWatch dashboard positional-lake-prod (sample figures)');
}
