import type { Executions } from './executions.ts';
import type { ListedLayouts } from './layout-source.ts';
import type { Notifier } from './notifier.ts';
import type { ObjectStore } from './object-store.ts';

/** Everything that starting executions needs from outside. */
export interface StarterPorts {
  raw: Pick<ObjectStore, 'head' | 'list'>;
  layouts: ListedLayouts;
  executions: Executions;
  notifier: Notifier;
}
