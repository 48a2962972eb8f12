import { daysDataset } from '../../shared/keys/lake-keys.ts';
import { datasetsOf, type Layout } from '../../shared/layout/layout.ts';
import type { TemplateSlice } from './lake-tables.ts';
import { maskedName } from './masked-view.ts';
import { saysWhatIsPersonal, shownColumns } from './personal-columns.ts';
import { logicalName, projectLayouts, type VariableContext } from './project-layouts.ts';

/**
 * What people may read by Lake Formation, for every layout: analysts all that is published, business users tables without personal
 * columns, and only those whose layout says what is personal.
 */
export async function lakeFormationGrants({ resolveVariable }: VariableContext): Promise<TemplateSlice> {
  if ((await resolveVariable('self:custom.stage.accessControl')) !== 'lake-formation')
    return { Resources: {} };
  return grantsOf((await projectLayouts()).map(({ layout }) => layout));
}

function grantsOf(layouts: readonly Layout[]): TemplateSlice {
  const Resources: Record<string, unknown> = {};
  for (const layout of layouts) {
    const days = daysDataset(layout.name);
    Resources[`AnalystsRead${logicalName(days)}`] = grant('DataAnalystRole', wholeTable(days));
    Resources[`BusinessUsersRead${logicalName(days)}`] = grant('BusinessUserRole', wholeTable(days));
    for (const { name, columns, partitionBy } of datasetsOf(layout)) {
      const all = [...columns, ...partitionBy];
      const hidden = shownColumns(all).filter(({ shown }) => shown !== 'whole');
      const id = logicalName(name);
      Resources[`AnalystsRead${id}`] = grant('DataAnalystRole', wholeTable(name));
      if (hidden.length > 0) {
        const masked = maskedName(name);
        Resources[`AnalystsRead${logicalName(masked)}`] = {
          ...grant('DataAnalystRole', wholeTable(masked), false),
          DependsOn: `${id}MaskedView`,
        };
      }
      if (!saysWhatIsPersonal(all)) continue;
      const seen = hidden.length > 0 ? withoutColumns(name, hidden) : wholeTable(name);
      Resources[`BusinessUsersRead${id}`] = grant('BusinessUserRole', seen);
    }
  }
  for (const [name, waitsFor] of [
    ['ledger_documents', 'LedgerDocumentsTable'],
    ['ledger', 'LedgerView'],
  ] as const) {
    const given = grant('DataAnalystRole', wholeTable(name), false);
    Resources[`AnalystsRead${logicalName(name)}`] = { ...given, DependsOn: waitsFor };
  }
  return { Resources };
}

/** A grant waits for its table and the columns of it: Lake Formation knows none that is not there. */
function grant(role: string, resource: Granted, isOpened = true): Record<string, unknown> {
  return {
    Type: 'AWS::LakeFormation::PrincipalPermissions',
    ...(isOpened && { DependsOn: 'LakeTables' }),
    Properties: {
      Principal: { DataLakePrincipalIdentifier: { 'Fn::GetAtt': [role, 'Arn'] } },
      Resource: resource,
      // Lake Formation takes no DESCRIBE on some columns of a table: SELECT on them includes it.
      Permissions: 'Table' in resource ? ['SELECT', 'DESCRIBE'] : ['SELECT'],
      PermissionsWithGrantOption: [],
    },
  };
}

type Granted = { Table: unknown } | { TableWithColumns: unknown };
const IN_DATABASE = { CatalogId: { Ref: 'AWS::AccountId' }, DatabaseName: { Ref: 'GlueDatabase' } };

function wholeTable(name: string): Granted {
  return { Table: { ...IN_DATABASE, Name: name } };
}

function withoutColumns(name: string, hidden: readonly { name: string }[]): Granted {
  const ExcludedColumnNames = hidden.map((column) => column.name);
  return { TableWithColumns: { ...IN_DATABASE, Name: name, ColumnWildcard: { ExcludedColumnNames } } };
}
