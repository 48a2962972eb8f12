import { describe, expect, it } from 'vitest';
import { createWatchdog, watchdogFigures } from '../../../functions/watchdog/handler.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import type { ExecutionStates } from '../../../shared/ports/executions.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';

const KEY = 'year=2025/month=08/day=12/small_a_20250812.txt';
const LAYOUT = smallLayout({ name: 'small' });
const SLA = {
  calendar: {
    timeZone: 'America/Sao_Paulo',
    deadline: '09:00',
    businessDate: 'day-before' as const,
    holidays: [],
    weekends: 'silent' as const,
  },
  layouts: [LAYOUT],
};
const BEGUN = Date.parse('2025-08-13T06:00:00Z');
const ended: ExecutionStates = {
  find: async () => ({ status: 'FAILED', error: 'SourceChanged', cause: 'the file was replaced' }),
};
const running: ExecutionStates = { find: async () => ({ status: 'RUNNING' }) };
const unknown: ExecutionStates = { find: async () => undefined };

/** A file that was split at 03:00 in São Paulo, and nothing since; what a check finds so many minutes later. */
async function silentNight() {
  const night = new MemoryLake();
  night.now = new Date(BEGUN);
  await night.raw.put(KEY, smallFile(smallLine('a', 1)));
  await splitFile(night.ports, 'arn:of:execution', { layout: LAYOUT, sourceKey: KEY });
  const look = async (minutes: number, executions: ExecutionStates) => {
    night.now = new Date(BEGUN + minutes * 60_000);
    const result = await createWatchdog(night.ports, SLA, executions)({ check: 'alarm' });
    return 'reports' in result ? result.reports[0]?.lost : undefined;
  };
  const told = () => night.notices.filter(({ subject }) => subject.startsWith('Failed:'));
  return { night, look, told };
}

describe('a file whose execution ended without an event', () => {
  it('is found by the next check, told once, and can be run again', async () => {
    const { night, look, told } = await silentNight();
    expect(await look(31, ended)).toEqual([KEY]);
    expect(told()).toHaveLength(1);
    expect(told()[0]?.message).toContain('ended as FAILED. the file was replaced (SourceChanged');
    expect(await look(32, ended)).toEqual([]);
    expect(told()).toHaveLength(1);
    const { status } = await night.convert({ layout: LAYOUT, sourceKey: KEY });
    expect(status).toBe('loaded');
  });

  it('is not taken by a late call of that execution, until it is redriven', async () => {
    const { night, look } = await silentNight();
    const split = (redriveCount: number) =>
      splitFile(night.ports, 'arn:of:execution', { layout: LAYOUT, sourceKey: KEY }, redriveCount);
    await look(31, { find: async () => ({ status: 'ABORTED', redriveCount: 1 }) });
    await expect(split(1)).rejects.toMatchObject({ name: 'RunInconsistent' });
    expect(await split(2)).toMatchObject({ verdict: 'convert' });
  });

  it('is left alone while it may be at work', async () => {
    const { look, told } = await silentNight();
    expect(await look(29, ended)).toEqual([]);
    expect(await look(600, running)).toEqual([]);
    expect(await look(119, unknown)).toEqual([]);
    expect(told()).toEqual([]);
  });

  it('is found once its lease has ended, if nobody knows the execution', async () => {
    const { look, told } = await silentNight();
    expect(await look(121, unknown)).toEqual([KEY]);
    expect(told()[0]?.message).toContain('Nothing was heard of it since 2025-08-13T06:00:00.000Z');
  });

  it('is found on the next day too', async () => {
    const { look } = await silentNight();
    expect(await look(30 * 60, ended)).toEqual([KEY]);
  });
});

it('counts a fault of an execution, and no refused file', () => {
  const ends = (status: string, error: string) =>
    watchdogFigures({ detail: { executionArn: 'arn', status, error } }, { marked: true }).figures;
  expect(ends('FAILED', 'SourceChanged')).toEqual({ ExecutionFaults: 1 });
  expect(ends('FAILED', 'FileRefused')).toEqual({ ExecutionFaults: 0 });
  expect(ends('TIMED_OUT', 'States.Timeout')).toEqual({ ExecutionFaults: 0 });
});
