import { executionNameOf } from '../../keys/execution-name.ts';
import { keyProblem } from '../../keys/object-key.ts';
import { NO_DATASET } from '../../operations/metrics-table.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { ObjectInfo } from '../../ports/object-store.ts';
import type { StarterPorts } from '../../ports/starter-ports.ts';
import type { ConvertRequest } from '../split/convert-request.ts';
import {
  allLayouts,
  isControlFileOf,
  type KeyRole,
  type NamedLayout,
  readsKey,
  roleOfKey,
} from '../store/layout-of-key.ts';

/** An object that came, as an event says. */
export interface Arrival {
  /** As the event has it; some senders encode it as a URL does. */
  key: string;
  /** Version id, else ETag; not there in events that leave both out. */
  version: string | undefined;
}

export interface StartedArrival {
  outcome: 'started' | 'already-started' | 'refused' | 'gone' | 'no-file' | 'control-file';
  sourceKey: string;
  dataset: string;
  /** Executions that were started now, by name. */
  executions: string[];
  /** Of those, and of the ones that were started before. */
  repeated: number;
}

/**
 * Starts the execution that converts an object which came, once for each version of it; a control file starts the files that wait for
 * it again. A key that no layout fits, or more than one, is told to people and refused. Events may come twice, late and in any order:
 * an execution reads what stands there when it runs, and the ledger lets one version be loaded once.
 */
export async function startArrival(ports: StarterPorts, arrival: Arrival): Promise<StartedArrival> {
  const nothing = (outcome: StartedArrival['outcome'], sourceKey = arrival.key): StartedArrival => ({
    ...{ outcome, sourceKey, dataset: NO_DATASET, executions: [], repeated: 0 },
  });
  if (arrival.key.endsWith('/')) return nothing('no-file');
  const source = await findObject(ports.raw, arrival.key);
  if (!source) return nothing('gone');
  const layouts = await allLayouts(ports.layouts);
  const role = roleOfKey(source.key, layouts);
  if (role.role === 'unknown' || role.role === 'ambiguous') {
    await tellRefused(ports.notifier, source.key, role);
    return nothing('refused', source.key);
  }
  if (role.role === 'control-file') return startWaiting(ports, source, role.layouts);
  const version = arrival.version ?? source.version;
  const { name, layout } = role.layout;
  const execution = executionNameOf(source.key, version);
  const outcome = await ports.executions.start(execution, requestFor(name, source.key));
  return {
    outcome,
    sourceKey: source.key,
    dataset: layout.name,
    executions: outcome === 'started' ? [execution] : [],
    repeated: outcome === 'started' ? 0 : 1,
  };
}

/** What an execution is given: neither event id nor time, so that a second event makes the same input. */
function requestFor(layout: string, sourceKey: string): ConvertRequest {
  return { layout, sourceKey };
}

/** The object the event speaks of. The key as it stands goes first: a `+` or `%` may be part of a name. */
async function findObject(raw: StarterPorts['raw'], key: string): Promise<ObjectInfo | undefined> {
  for (const candidate of new Set([key, ...decodedKeys(key)])) {
    if (keyProblem(candidate) !== undefined) continue;
    const found = await raw.head(candidate);
    if (found) return found;
  }
  return undefined;
}

function decodedKeys(key: string): string[] {
  try {
    return [decodeURIComponent(key.replaceAll('+', ' ')), decodeURIComponent(key)];
  } catch {
    // A lone % encodes nothing.
    return [];
  }
}

/** Data files that a control file speaks of: those that were refused or wait get another chance, loaded ones are confirmed. */
async function startWaiting(
  ports: StarterPorts,
  control: ObjectInfo,
  layouts: NamedLayout[],
): Promise<StartedArrival> {
  const folder = control.key.slice(0, control.key.lastIndexOf('/') + 1);
  const executions: string[] = [];
  let repeated = 0;
  for await (const source of ports.raw.list(folder)) {
    const reading = layouts.filter(
      ({ layout }) => readsKey(layout, source.key) && isControlFileOf(control.key, source.key, layout),
    );
    // None: another file of the folder. Two: its own arrival was refused, and people were told.
    if (reading.length !== 1 || source.key === control.key) continue;
    // A listing does not know version ids, and the name must not depend on who asks.
    const version = (await ports.raw.head(source.key))?.version;
    if (version === undefined) continue;
    const name = executionNameOf(source.key, version, `${control.key} ${control.version}`);
    const outcome = await ports.executions.start(name, requestFor(reading[0]!.name, source.key));
    if (outcome === 'started') executions.push(name);
    else repeated += 1;
  }
  const dataset = layouts.length === 1 ? layouts[0]!.layout.name : NO_DATASET;
  return { outcome: 'control-file', sourceKey: control.key, dataset, executions, repeated };
}

function tellRefused(
  notifier: Notifier,
  sourceKey: string,
  role: Extract<KeyRole, { why: string }>,
): Promise<void> {
  const next =
    role.role === 'ambiguous'
      ? "Make their 'files' exclude each other"
      : "Add its name to 'files' of the layout that describes it, or move it out of the raw bucket if it is none of ours";
  return notifier.notify({
    kind: 'warning',
    subject: `Not converted: ${sourceKey}`.slice(0, 100),
    message: `${sourceKey}: it arrived and was not converted, because ${role.why}. ${next}; then deploy, and start the execution by hand with { "layout": "<name>", "sourceKey": "${sourceKey}" }.`,
  });
}
