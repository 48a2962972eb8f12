import type { Executions } from '../ports/executions.ts';
import type { ListedLayouts } from '../ports/layout-source.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** What starting executions takes. */
export interface StarterPorts {
  raw: Pick<ObjectStore, 'head' | 'list'>;
  layouts: ListedLayouts;
  executions: Executions;
  notifier: Notifier;
}
