// What the template takes from layouts/ and docs/queries: serverless.yml names each of these.
export { arrivalKeys } from '../tools/template/arrival-keys.ts';
export { dashboard } from '../tools/template/dashboard.ts';
export { tables } from '../tools/template/lake-tables.ts';
export { namedQueries } from '../tools/template/named-queries.ts';
export { nightAlarms } from '../tools/template/night-alarms.ts';
export { schedules } from '../tools/template/schedules.ts';
