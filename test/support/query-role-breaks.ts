import type { Break } from './permission-breaks.ts';

/** Roles of the query service that name what is not there, or show people whom they are meant to hide. */
export const QUERY_ROLES: readonly Break[] = [
  ['roles that are no JSON', (r) => setRoles(r, '{'), /the roles cannot be read/],
  [
    'a misspelt key',
    (r) => setRoles(r, '{"desk": {"tables": "all", "freeSQL": true}}'),
    /'desk\.freeSQL' is not a key of the roles \(the nearest valid one is 'freeSql'/,
  ],
  [
    'a table that is not there',
    (r) => setRoles(r, '{"desk": {"tables": {"contract": "all"}}}'),
    /names the table 'contract', which is not there \(the nearest valid one is 'contracts'/,
  ],
  [
    'a column that hides nothing',
    (r) => setRoles(r, '{"desk": {"tables": {"contracts": {"except": ["cpf_cnpf"]}}}}'),
    /names the column 'cpf_cnpf' of contracts, which has no such column \(the nearest valid one is 'cpf_cnpj'/,
  ],
  [
    'a query that is not there',
    (r) => setRoles(r, '{"desk": {"tables": "all", "queries": ["chrun"]}}'),
    /names the query 'chrun', which is not there \(the nearest valid one is 'churn'/,
  ],
  [
    'a person who is seen in another column',
    (r) => setRoles(r, '{"desk": {"tables": {"contracts": {"except": ["cpf_cnpj"]}}}}'),
    /hides cpf_cnpj of contracts, but sees .*cpf_cnpj_clean/,
  ],
];

function setRoles(resources: Parameters<Break[1]>[0], text: string): void {
  resources.QueryLambdaFunction.Properties.Environment.Variables.QUERY_ROLES = text;
}
