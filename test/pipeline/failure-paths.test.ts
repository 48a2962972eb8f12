import { beforeEach, describe, expect, it } from 'vitest';
import { createSplitter } from '../../functions/splitter/handler.ts';
import { createWatchdog } from '../../functions/watchdog/handler.ts';
import { createFileCatalog } from '../../local/adapters/catalog-file.ts';
import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import { loadPipeline } from '../../local/pipeline-tasks.ts';
import type { StateDefinition } from '../../local/state-machine/definition.ts';
import { StoreUnavailable } from '../../shared/errors.ts';
import type { Notification } from '../../shared/ports/notifier.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';
import { firstFailedChild, readCause } from '../../shared/run/failure-cause.ts';
import type { LedgerEntry } from '../../shared/run/ledger-entry.ts';
import { FaultPlan } from '../../tools/chaos/fault-plan.ts';
import { FunctionRuntime } from '../../tools/chaos/function-runtime.ts';
import { makeNightFiles, NIGHT_LAYOUT } from '../../tools/chaos/night-files.ts';
import { NightMachine } from '../../tools/chaos/night-machine.ts';
import { VirtualTime } from '../../tools/chaos/virtual-time.ts';

const KEY = 'contratos_20250812_001.txt';
const EXECUTION = `local:execution:file-pipeline:first`;

let raw: MemoryObjectStore;
let lake: MemoryObjectStore;
let told: Notification[];
let counted: string[];
let ports: PipelinePorts;
let time: VirtualTime;
let machine: NightMachine;

beforeEach(async () => {
  raw = new MemoryObjectStore();
  lake = new MemoryObjectStore();
  told = [];
  counted = [];
  time = new VirtualTime(Date.parse('2025-08-13T05:00:00Z'));
  const plan = new FaultPlan(1);
  plan.calm = true;
  raw.replace(KEY, makeNightFiles(new FaultPlan(3).stream('files'))[0]!.versions[0]!.bytes);
  ports = {
    raw,
    lake,
    publishedPrefix: 'processed/',
    catalog: createFileCatalog(lake),
    layouts: {
      load: async () => ({ file: 'chaos.json', text: NIGHT_LAYOUT }),
      loadBeside: async (_file, name) => ({ file: name, text: '' }),
    },
    metrics: { record: async (_dataset, figures) => void counted.push(...figures.map(({ name }) => name)) },
    notifier: { notify: async (notification) => void told.push(notification) },
    clock: { now: () => time.now() },
    settings: {
      rangeSizeBytes: 300,
      wholePartBytes: 1_000_000,
      expectedFiles: undefined,
      softwareVersion: '0',
    },
  };
  const runtime = new FunctionRuntime(plan, time, ports, 0);
  const definition = await loadPipeline();
  machine = new NightMachine({ definition, plan, time, runtime, store: lake });
});

const convert = (name: string) => {
  const noted = { runs: [], published: [], planned: () => undefined };
  return time.run(() => machine.convert({ name, sourceKey: KEY, force: false }, noted), Math.random);
};

function entry(): LedgerEntry {
  const key = lake.keys().find((name) => /^ledger\/.*001-[0-9a-f]{8}\.json$/.test(name))!;
  return JSON.parse(Buffer.from(lake.bytesOf(key)).toString());
}

/** Makes the parser fail for one range until `repaired` is set. */
function breakRange(rangeIndex: number, error: () => Error): { calls: number; repaired: boolean } {
  const broken = { calls: 0, repaired: false };
  lake.beforeCall = (operation, key) => {
    if (broken.repaired || operation !== 'put' || !key.endsWith(`parts/0000${rangeIndex}.json`)) return;
    broken.calls += 1;
    throw error();
  };
  return broken;
}

describe('the state machine file', () => {
  it('retries the same passing errors in every task, six tries in all, with backoff and full jitter, and nothing in maps', async () => {
    const tasks: [string, StateDefinition][] = [];
    const maps: StateDefinition[] = [];
    const collect = (states: Record<string, StateDefinition>) => {
      for (const [name, state] of Object.entries(states)) {
        if (state.Type === 'Task') tasks.push([name, state]);
        if (state.Type !== 'Map') continue;
        maps.push(state);
        collect((state.ItemProcessor as { States: Record<string, StateDefinition> }).States);
      }
    };
    collect((await loadPipeline()).States);
    expect(tasks.map(([name]) => name).sort()).toEqual([
      'ConfirmPublished',
      'Finalize',
      'MergeLot',
      'ParseOnlyRange',
      'ParseRange',
      'Reconcile',
      'RecordRefusal',
      'Split',
    ]);
    const services = ['ServiceException', 'AWSLambdaException', 'SdkClientException'];
    const clients = ['ClientExecutionTimeoutException', 'Unknown'];
    const retry = {
      ErrorEquals: [
        'StoreUnavailable',
        'States.Timeout',
        ...[...services, ...clients].map((name) => `Lambda.${name}`),
        'Runtime.ExitError',
        'Sandbox.Timedout',
      ],
      IntervalSeconds: 2,
      BackoffRate: 2,
      MaxAttempts: 5,
      MaxDelaySeconds: 60,
      JitterStrategy: 'FULL',
    };
    // Throttling ends when others have finished: for minutes, and longer than any fault is waited for.
    const throttled = {
      ErrorEquals: ['StoreThrottled', 'Lambda.TooManyRequestsException'],
      IntervalSeconds: 1,
      BackoffRate: 2,
      MaxAttempts: 60,
      MaxDelaySeconds: 30,
      JitterStrategy: 'FULL',
    };
    for (const [name, state] of tasks) {
      const rules = state.Retry as { ErrorEquals: string[] }[];
      expect([name, rules.at(-1), state.Catch]).toEqual([name, retry, undefined]);
      expect([name, rules.at(-2)]).toEqual([name, throttled]);
      // Besides, a control file that is not there yet is waited for, and nothing else.
      for (const { ErrorEquals } of rules.slice(0, -2)) expect(ErrorEquals).toEqual(['ControlFileAwaited']);
    }
    const itself = { ErrorEquals: ['States.ItemReaderFailed', 'States.ResultWriterFailed'] };
    for (const map of maps) {
      // A map inside the execution reads and writes nothing.
      const retried = map.ItemReader ? [expect.objectContaining(itself)] : undefined;
      expect([map.Retry, map.Catch]).toEqual([retried, undefined]);
    }
  });

  it('tries a passing error six times, and fails at once with any other', async () => {
    const passing = breakRange(1, () => new StoreUnavailable({ what: 'the store did not answer' }));
    expect((await convert('first')).end).toBe('failed');
    expect(passing.calls).toBe(6);
    const lasting = breakRange(1, () => new TypeError('a defect'));
    expect((await convert('second')).end).toBe('failed');
    expect(lasting.calls).toBe(1);
  });

  it('redoes only the range that failed', async () => {
    const broken = breakRange(2, () => new TypeError('a defect'));
    expect((await convert('first')).end).toBe('failed');
    broken.repaired = true;
    const manifests = () => lake.keys().filter((key) => /parts\/\d+\.json$/.test(key)).length;
    const standing = manifests();
    raw.calls.streamRange = 0;
    expect((await convert('second')).end).toBe('loaded');
    expect(standing).toBeGreaterThan(0);
    expect(raw.calls.streamRange).toBe(manifests() - standing);
    expect(entry().state).toBe('loaded');
  });
});

describe('a failure', () => {
  it('ends in the ledger, a metric and one notification with what, where, why and what next', async () => {
    breakRange(1, () => new StoreUnavailable({ what: 'cannot write', where: 'parts/1', why: 'throttled' }));
    await convert('first');
    expect(entry()).toMatchObject({ state: 'failed', failure: { name: 'StoreUnavailable' } });
    expect(counted).toEqual(['FilesFailed']);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ kind: 'failure', subject: `Failed: ${KEY}` });
    for (const part of [KEY, 'parts/1: cannot write. throttled.', EXECUTION, 'redrive the execution']) {
      expect(told[0]!.message).toContain(part);
    }
  });

  it('is reported again only until somebody was told', async () => {
    breakRange(1, () => new TypeError('a defect'));
    ports.notifier.notify = async () => {
      throw new StoreUnavailable({ what: 'no topic' });
    };
    await convert('first');
    expect([entry().state, entry().told]).toEqual(['failed', undefined]);
    ports.notifier.notify = async (notification) => void told.push(notification);
    const event = {
      detail: { executionArn: EXECUTION, status: 'FAILED', error: 'TypeError', cause: 'a defect' },
    };
    const watchdog = createWatchdog(ports);
    expect(await watchdog(event)).toEqual({ marked: true });
    expect(await watchdog(event)).toEqual({ marked: true });
    expect(told).toHaveLength(1);
  });

  it('of an execution whose file another one claims again is reported at the end of that one', async () => {
    const split = createSplitter(ports);
    const other = { execution: 'other', redriveCount: 0, request: { layout: 'chaos', sourceKey: KEY } };
    await split(other);
    breakRange(1, () => new TypeError('a defect'));
    ports.notifier.notify = async () => {
      throw new StoreUnavailable({ what: 'no topic' });
    };
    await convert('first');
    expect(entry().state).toBe('failed');
    ports.notifier.notify = async (notification) => void told.push(notification);
    await split(other);
    expect(entry()).toMatchObject({ execution: 'other', state: 'parsing' });
    const detail = { status: 'FAILED', error: 'TypeError', cause: 'a defect' };
    const watchdog = createWatchdog(ports);
    expect(await watchdog({ detail: { executionArn: EXECUTION, ...detail } })).toEqual({ marked: false });
    expect(told).toEqual([]);
    expect(await watchdog({ detail: { executionArn: 'other', ...detail } })).toEqual({ marked: true });
    expect(told.map(({ subject }) => subject)).toEqual([`Failed: ${KEY}`]);
    await expect(split(other)).rejects.toMatchObject({ name: 'RunInconsistent' });
  });

  it('of an execution that never had an entry is reported with the input that started it', async () => {
    const detail = {
      executionArn: 'arn:unclaimed',
      status: 'TIMED_OUT',
      error: 'Lambda.TooManyRequestsException',
      cause: '{"errorType":"Rate","errorMessage":"Rate exceeded","trace":[]}',
      input: JSON.stringify({ layout: 'contracts', sourceKey: 'raw/x.txt' }),
    };
    expect(await createWatchdog(ports)({ detail })).toEqual({ marked: false });
    expect(told[0]!.message).toContain('raw/x.txt: the conversion ended as TIMED_OUT. Rate exceeded (Rate,');
  });

  it('after the loading says that the day may not be published', async () => {
    lake.beforeCall = (operation, key) => {
      if (operation === 'putOnce' && key.includes('/_day/')) throw new TypeError('a defect');
    };
    expect((await convert('first')).end).toBe('failed');
    expect(entry().state).toBe('loaded');
    expect(told.map(({ message }) => message).join()).toMatch(
      /a defect.*The file is loaded, and a later step failed/,
    );
  });
});

describe('the cause of a failure', () => {
  it('is what the function said, even if Lambda wraps it in JSON', () => {
    expect(readCause('StoreUnavailable', 'k: cannot read.')).toEqual({
      name: 'StoreUnavailable',
      message: 'k: cannot read.',
    });
    const wrapped = JSON.stringify({ errorType: 'SourceChanged', errorMessage: 'changed', trace: ['at x'] });
    expect(readCause('SourceChanged', wrapped)).toEqual({ name: 'SourceChanged', message: 'changed' });
    expect(readCause('E', 'null')).toEqual({ name: 'E', message: 'null' });
  });

  it('of a map is that of its first failed child', () => {
    const children = [
      { Status: 'ABORTED' },
      { Status: 'FAILED', Error: 'Lambda.Unknown', Cause: '{"errorMessage":"no answer"}' },
    ];
    expect(firstFailedChild(JSON.stringify(children))).toEqual({
      name: 'Lambda.Unknown',
      message: 'no answer',
    });
    expect(firstFailedChild('{')).toBeUndefined();
    const endedByAws = [{ Status: 'ABORTED' }, { Status: 'TIMED_OUT' }];
    expect(firstFailedChild(JSON.stringify(endedByAws))).toMatchObject({ name: 'States.Timeout' });
    expect(firstFailedChild(JSON.stringify([...children, ...endedByAws]))?.name).toBe('Lambda.Unknown');
  });
});
