// Parts of the template that are made from layouts/, docs/queries, functions/ and the stage. serverless.yml and its slices name them.
export { deployedDefinition } from '../local/state-machine/definition.ts';
export { alarms } from '../tools/template/alarms.ts';
export { arrivalKeys } from '../tools/template/arrival-keys.ts';
export { dashboard } from '../tools/template/dashboard.ts';
export { dataKeyStatements } from '../tools/template/data-key.ts';
export { functionRoles, functions } from '../tools/template/functions.ts';
export { lakeFormationGrants } from '../tools/template/lake-formation-grants.ts';
export { tables } from '../tools/template/lake-tables.ts';
export { namedQueries } from '../tools/template/named-queries.ts';
export { optionalModules } from '../tools/template/optional-modules.ts';
export { queryAccess } from '../tools/template/query-access.ts';
export { replicationRules } from '../tools/template/replication-rules.ts';
export { schedules } from '../tools/template/schedules.ts';
export { stage } from '../tools/template/stage.ts';
