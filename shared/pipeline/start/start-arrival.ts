import { StoreThrottled } from '../../errors.ts';
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
import { type Patience, startMany, startPatiently } from './start-many.ts';

/** An object that arrived, as an event reports it. */
export interface Arrival {
  /** The key in the event; some senders encode it like a URL. */
  key: string;
  /** Version id, else ETag; undefined if the event has neither. */
  version: string | undefined;
}

export interface StartedArrival {
  outcome: 'started' | 'already-started' | 'refused' | 'gone' | 'no-file' | 'control-file';
  sourceKey: string;
  dataset: string;
  /** Names of the executions that were started now. */
  executions: string[];
  /** Number of executions that had been started before. */
  repeated: number;
}

/**
 * Starts the execution that converts an arrived object, once for each version of it; a control file starts the files that wait for it
 * again. If no layout fits the key, or more than one does, or it is no key that a conversion can take, it is refused and people are told. Events may arrive twice, late and in any
 * order: an execution reads the object as it is when it runs, and the ledger lets each version be loaded once.
 */
export async function startArrival(
  ports: StarterPorts,
  arrival: Arrival,
  patience: Patience,
): Promise<StartedArrival> {
  const nothing = (outcome: StartedArrival['outcome'], sourceKey = arrival.key): StartedArrival => ({
    ...{ outcome, sourceKey, dataset: NO_DATASET, executions: [], repeated: 0 },
  });
  if (arrival.key.endsWith('/')) return nothing('no-file');
  const source = await findObject(ports.raw, arrival.key);
  if (!source) {
    const problem = [arrival.key, ...decodedKeys(arrival.key)].map(keyProblem).find((found) => found);
    if (problem === undefined) return nothing('gone');
    await tellKeyProblem(ports.notifier, arrival.key, problem);
    return nothing('refused');
  }
  const layouts = await allLayouts(ports.layouts);
  const role = roleOfKey(source.key, layouts);
  if (role.role === 'unknown' || role.role === 'ambiguous') {
    await tellRefused(ports.notifier, source.key, role);
    return nothing('refused', source.key);
  }
  if (role.role === 'control-file') return startWaiting(ports, source, role.layouts, patience);
  const version = arrival.version ?? source.version;
  const { name, layout } = role.layout;
  const execution = executionNameOf(source.key, version);
  const planned = { name: execution, input: requestFor(name, source.key) };
  const outcome = await startPatiently(ports.executions, planned, patience);
  return {
    outcome,
    sourceKey: source.key,
    dataset: layout.name,
    executions: outcome === 'started' ? [execution] : [],
    repeated: outcome === 'started' ? 0 : 1,
  };
}

/** The input of an execution. It has neither event id nor time, so a second event makes the same input. */
function requestFor(layout: string, sourceKey: string): ConvertRequest {
  return { layout, sourceKey };
}

/** The object that the event is about. The key is first tried undecoded: a `+` or `%` may be part of a name. */
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
    // A lone % is no encoding.
    return [];
  }
}

/** Starts the data files of a control file: refused and waiting ones get another chance, loaded ones are confirmed. */
async function startWaiting(
  ports: StarterPorts,
  control: ObjectInfo,
  layouts: NamedLayout[],
  patience: Patience,
): Promise<StartedArrival> {
  const folder = control.key.slice(0, control.key.lastIndexOf('/') + 1);
  const layoutOf = (key: string): NamedLayout | undefined => {
    const reading = layouts.filter(
      ({ layout }) => readsKey(layout, key) && isControlFileOf(control.key, key, layout),
    );
    const [only, another] = reading;
    // Without a layout it is some other file of the folder; with two, its own arrival was refused and people were told.
    return another || key === control.key || keyProblem(key) !== undefined ? undefined : only;
  };
  const keys = async function* () {
    for await (const { key } of ports.raw.list(folder)) if (layoutOf(key)) yield key;
  };
  const plan = async (key: string) => {
    const layout = layoutOf(key);
    // A listing has no version ids, and the execution's name must be the same whoever asks.
    const version = (await ports.raw.head(key))?.version;
    if (!layout || version === undefined) return undefined;
    const name = executionNameOf(key, version, `${control.key} ${control.version}`);
    return { name, input: requestFor(layout.name, key) };
  };
  const { executions, repeated, next } = await startMany(ports.executions, keys(), plan, patience);
  if (next !== undefined) {
    throw new StoreThrottled({
      what: `there was no time to start ${next} and the files after it`,
      where: control.key,
      why: `${executions.length} executions were started, and ${repeated} had been before.`,
      next: 'The event is tried again by itself and goes on there; if it ends among the dead letters, let the operator replay them.',
    });
  }
  const [only, another] = layouts;
  const dataset = only && !another ? only.layout.name : NO_DATASET;
  return { outcome: 'control-file', sourceKey: control.key, dataset, executions, repeated };
}

/** Tells people of an object whose key no conversion can take: the same for an event, and for a rerun of its day. */
export function tellKeyProblem(notifier: Notifier, sourceKey: string, problem: string): Promise<void> {
  return notifier.notify({
    kind: 'warning',
    subject: `Not converted: ${sourceKey}`.slice(0, 100),
    message: `${sourceKey}: it arrived and was not converted, because ${problem}, and such a key cannot be converted on every machine. Copy it in the raw bucket to a key without that, below the folder of its day: that starts its conversion; then remove this one.`,
  });
}

function tellRefused(
  notifier: Notifier,
  sourceKey: string,
  role: Extract<KeyRole, { why: string }>,
): Promise<void> {
  const next =
    role.role === 'ambiguous'
      ? "Make their 'files' exclude each other"
      : "Add its name to 'files' of the layout that describes it, or move it out of the raw bucket if it does not belong there";
  return notifier.notify({
    kind: 'warning',
    subject: `Not converted: ${sourceKey}`.slice(0, 100),
    message: `${sourceKey}: it arrived and was not converted, because ${role.why}. ${next}; then deploy, and start the execution by hand with { "layout": "<name>", "sourceKey": "${sourceKey}" }.`,
  });
}
