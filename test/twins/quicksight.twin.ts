import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pythonTool } from '../../tools/python/python-tool.ts';
import { projectLayouts } from '../../tools/template/project-layouts.ts';
import { quickSightDashboards } from '../../tools/template/quicksight-dashboards.ts';

const SCRIPT = fileURLToPath(new URL('../../tools/aws-twins/validate_quicksight.py', import.meta.url));
const OPERATIONS: Record<string, string> = {
  'AWS::QuickSight::DataSet': 'CreateDataSet',
  'AWS::QuickSight::Dashboard': 'CreateDashboard',
  'AWS::QuickSight::RefreshSchedule': 'CreateRefreshSchedule',
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quicksight-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Properties as CloudFormation sends them on: references are names by then. */
function sent(value: unknown): unknown {
  if (typeof value === 'string')
    return value.replace('${self:custom.stage.times.deadline}', '09:00').replace(/\$\{[^}]+\}/g, 'dev');
  if (Array.isArray(value)) return value.map(sent);
  if (typeof value !== 'object' || value === null) return value;
  if ('Ref' in value) return '111122223333';
  if ('Fn::GetAtt' in value) return 'arn:aws:quicksight:sa-east-1:111122223333:dataset/x';
  // The API writes the time zone's name in its own way.
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key === 'TimeZone' ? 'Timezone' : key, sent(one)]),
  );
}

async function refused(requests: unknown[]): Promise<string[]> {
  const tool = await pythonTool('moto');
  if ('missing' in tool) throw new Error(tool.missing);
  const file = join(folder, 'requests.json');
  await writeFile(file, JSON.stringify(requests));
  const { stdout } = await promisify(execFile)(tool.python, [SCRIPT, file], { maxBuffer: 1e7 });
  return JSON.parse(stdout);
}

it("the dashboards, datasets and schedules are requests that the service's model takes", async () => {
  const layouts = (await projectLayouts()).map(({ layout }) => layout);
  const resources = Object.values(await quickSightDashboards(layouts)) as {
    Type: string;
    Properties: object;
  }[];
  const requests = resources.flatMap(({ Type, Properties }) => {
    const operation = OPERATIONS[Type];
    return operation === undefined ? [] : [[operation, sent(Properties)]];
  });
  expect(requests.length).toBeGreaterThan(20);
  expect(await refused(requests)).toEqual([]);
  const [, broken] = requests.find(([operation]) => operation === 'CreateDashboard') as [string, object];
  const text = JSON.stringify(broken)
    .replace('"BarChartVisual"', '"BarsVisual"')
    .replace('"Orientation":"HORIZONTAL"', '"Orientation":7');
  expect(await refused([['CreateDashboard', JSON.parse(text)]])).not.toEqual([]);
});
