// What the template takes from layouts/, docs/queries and the stage: serverless.yml and the slices name each of these.
export { arrivalKeys } from '../tools/template/arrival-keys.ts';
export { dashboard } from '../tools/template/dashboard.ts';
export { tables } from '../tools/template/lake-tables.ts';
export { namedQueries } from '../tools/template/named-queries.ts';
export { nightAlarms } from '../tools/template/night-alarms.ts';
export { optionalModules } from '../tools/template/optional-modules.ts';
export {
  publishedObjectArns,
  publishedTableArns,
  replicationRules,
} from '../tools/template/published-access.ts';
export { schedules } from '../tools/template/schedules.ts';
