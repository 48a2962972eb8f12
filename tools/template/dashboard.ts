import { nightWidgets } from './dashboard-widgets.ts';
import type { TemplateSlice } from './lake-tables.ts';
import { type VariableContext, watchedLayouts } from './project-layouts.ts';

/** The dashboard of a stage: for each watched layout tonight, how it runs, and the last 30 nights. */
export async function dashboard(context: VariableContext): Promise<TemplateSlice> {
  const of = async (name: string) => String(await context.resolveVariable(name));
  const stage = await of('sls:stage');
  const layouts = await watchedLayouts(context);
  const widgets = nightWidgets({
    stage,
    namespace: await of('self:custom.names.metricsNamespace'),
    datasets: layouts.map(({ layout }) => layout.name),
    parserMemoryMb: Number(await of('self:custom.stage.parserMemoryMb')),
    otherMemoryMb: Number(await of('self:custom.stage.otherMemoryMb')),
  });
  return {
    Resources: {
      Dashboard: {
        Type: 'AWS::CloudWatch::Dashboard',
        Properties: {
          DashboardName: `positional-lake-${stage}`,
          // Names of the stack's own resources are put in when it is deployed.
          DashboardBody: { 'Fn::Sub': JSON.stringify({ periodOverride: 'inherit', widgets }) },
        },
      },
    },
  };
}
