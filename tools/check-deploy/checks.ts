import { arrivals } from './arrivals.ts';
import { clock } from './clock.ts';
import { figures } from './figures.ts';
import { functions } from './functions.ts';
import { permissions } from './permissions.ts';
import { policySizes } from './policy-sizes.ts';
import { queryRoles } from './query-roles.ts';
import { references } from './references.ts';
import { resourceProperties } from './resource-properties.ts';
import { roleCalls } from './role-calls.ts';
import { security } from './security.ts';
import { simulatedTasks } from './simulated-tasks.ts';
import { stateMachine } from './state-machine.ts';
import type { Check } from './template.ts';

/** All checks of a template, in the order of the report. */
export const TEMPLATE_CHECKS: readonly Check[] = [
  resourceProperties,
  references,
  permissions,
  roleCalls,
  stateMachine,
  functions,
  arrivals,
  clock,
  figures,
  security,
  policySizes,
  simulatedTasks,
  queryRoles,
];
