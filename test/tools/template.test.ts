import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { FUNCTION_ENVIRONMENT } from '../../shared/operations/function-environment.ts';
import { FUNCTION_NAMES } from '../../shared/operations/metrics-table.ts';
import { fits } from '../../tools/check-deploy/arrivals.ts';
import { covers } from '../../tools/check-deploy/role-grants.ts';
import { dashboardPicture } from '../../tools/dashboard/dashboard-picture.ts';
import { keyPatterns } from '../../tools/template/arrival-keys.ts';
import { trinoType } from '../../tools/template/athena-view.ts';
import { environmentOf } from '../../tools/template/functions.ts';
import { MACHINE_ALARMS } from '../../tools/template/machine-alarms.ts';
import { NIGHT_ALARM_NAMES } from '../../tools/template/night-alarms.ts';
import { dailyAt } from '../../tools/template/schedules.ts';
import { stageSettings } from '../../tools/template/stage.ts';

function projectFile(path: string): Promise<string> {
  return readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
}

describe('a stage', () => {
  const defaults = { region: 'sa-east-1', filesAtOnce: 2 };

  it('has the defaults for what it does not say', () => {
    expect(stageSettings(defaults, { filesAtOnce: 4 })).toEqual({ region: 'sa-east-1', filesAtOnce: 4 });
  });

  it('cannot have a setting that the defaults do not know', () => {
    const misspelt = { filesAtonce: 4 };
    expect(() => stageSettings(defaults, misspelt)).toThrow(/no setting 'filesAtonce'.*'filesAtOnce'/);
  });
});

describe('environment variables', () => {
  it('have a value each, and no value is left over', async () => {
    const lines = (await projectFile('resources/environment.yml')).matchAll(/^([A-Z_]+):/gm);
    const given = Array.from(lines, ([, name]) => name);
    const read = FUNCTION_NAMES.flatMap((name) => {
      const { required, optional } = FUNCTION_ENVIRONMENT[name];
      return [...required, ...optional];
    });
    expect(given.toSorted()).toEqual([...new Set(read)].sort());
  });

  it('without a value stop the packaging', () => {
    expect(() => environmentOf('merger', { STAGE: 'dev' })).toThrow(
      /no value of METRICS_NAMESPACE, which merger reads/,
    );
  });
});

describe('alarms', () => {
  const names = [...NIGHT_ALARM_NAMES, ...MACHINE_ALARMS.map(({ name }) => name)];

  it.each(names)('%s is explained in docs/operations.md', async (name) => {
    expect(await projectFile('docs/operations.md')).toContain(`\`${name}\``);
  });
});

describe('generated parts of the template', () => {
  it('have one EventBridge wildcard for each pattern of a layout', () => {
    const layout = (files: string[], control?: string) =>
      ({ files, controlFile: undefined, day: { manifest: control } }) as never;
    expect(
      keyPatterns([layout(['*contratos_*.txt', 'a?.txt'], 'c_{yyyyMMdd}.ctl'), layout(['in/*.txt'])]),
    ).toEqual([
      { wildcard: '*a*.txt' },
      { wildcard: '*c_*.ctl' },
      { wildcard: '*contratos_*.txt' },
      { wildcard: 'in/*.txt' },
    ]);
  });

  it('are checked with wildcards read as EventBridge reads them', () => {
    expect(fits('*contratos_*.txt', 'year=2025/contratos_1.txt')).toBe(true);
    expect(fits('*contratos_*.txt', 'contratos_1xtxt')).toBe(false);
    expect(fits('a\\*b*', 'a*bc')).toBe(true);
    expect(fits('a\\*b*', 'axbc')).toBe(false);
  });

  it('are checked with policy resources read as IAM reads them', () => {
    expect(covers('ProcessedBucket/*/year=*', 'ProcessedBucket/contracts/year=2025/x')).toBe(true);
    expect(covers('ProcessedBucket/ledger/*', 'ProcessedBucket/runs/x')).toBe(false);
  });

  it('turn a time into a schedule, and refuse what is not a time', () => {
    expect(dailyAt('03:30', 'arrivals')).toBe('cron(30 3 * * ? *)');
    expect(() => dailyAt('24:00', 'arrivals')).toThrow(/HH:mm/);
  });

  it("write Hive's types as Trino does", () => {
    expect(trinoType('string')).toBe('varchar');
    expect(trinoType('timestamp')).toBe('timestamp(3)');
    expect(trinoType('array<struct<code:string,amount:decimal(9,2)>>')).toBe(
      'array(row(code varchar, amount decimal(9,2)))',
    );
  });
});

it('docs/dashboard.svg is drawn from the definition of the dashboard', async () => {
  const drawn = await projectFile('docs/dashboard.svg');
  expect(drawn === dashboardPicture(), 'run npm run dashboard').toBe(true);
});
