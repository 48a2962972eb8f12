import { expect, it } from 'vitest';
import { namedQueries, namesOneOf } from '../../tools/template/named-queries.ts';

async function queriesBy(accessControl: string): Promise<Record<string, string[]>> {
  const settings: Record<string, string> = {
    'self:custom.stage.timeZone': 'America/Sao_Paulo',
    'self:custom.stage.accessControl': accessControl,
  };
  const { Resources } = await namedQueries({ resolveVariable: async (name) => settings[name] });
  const byWorkgroup: Record<string, string[]> = {};
  for (const resource of Object.values(Resources)) {
    const { Properties } = resource as { Properties: { Name: string; WorkGroup: { Ref: string } } };
    const known = byWorkgroup[Properties.WorkGroup.Ref] ?? [];
    known.push(Properties.Name);
    byWorkgroup[Properties.WorkGroup.Ref] = known;
  }
  return byWorkgroup;
}

it('the questions are saved in the workgroup of each role that asks', async () => {
  const { AthenaWorkgroup = [], EngineersWorkgroup, ...others } = await queriesBy('iam');
  expect(AthenaWorkgroup).toEqual(expect.arrayContaining(['contracts-by-product', 'churn', 'rfv-segments']));
  expect(EngineersWorkgroup).toEqual(AthenaWorkgroup);
  expect(others).toEqual({});
});

it('business users get those that read no personal column, as all of docs/queries do', async () => {
  const { AthenaWorkgroup = [], BusinessUsersWorkgroup = [] } = await queriesBy('lake-formation');
  expect(BusinessUsersWorkgroup.length).toBeGreaterThan(5);
  expect(AthenaWorkgroup).toEqual(expect.arrayContaining(BusinessUsersWorkgroup));
  // They count customers by a column that the layout calls personal.
  expect(BusinessUsersWorkgroup).not.toContain('churn');
});

it.each([
  ['SELECT nome FROM contracts', true],
  ['SELECT * FROM contracts', true],
  ['SELECT count(*) FROM contracts -- by nome', false],
  ['SELECT nomes FROM contracts', false],
])('%s: reads a personal column: %s', (sql, isSo) => {
  expect(namesOneOf(sql, ['nome'])).toBe(isSo);
});
