import { SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { createSfnExecutions, createSfnStates } from '../../shared/aws/sfn-executions.ts';

describe('starting an execution', () => {
  const client = (send: (command: { input: unknown }) => unknown) =>
    Object.assign(new SFNClient({ region: 'sa-east-1' }), {
      send: async (command: { input: unknown }) => send(command),
    });
  const failing = (name: string) =>
    createSfnExecutions({
      stateMachineArn: 'arn',
      client: client(() => {
        throw Object.assign(new Error('no'), { name });
      }),
    });

  it('sends its name and input', async () => {
    const sent: unknown[] = [];
    const executions = createSfnExecutions({
      stateMachineArn: 'arn',
      client: client(({ input }) => sent.push(input)),
    });
    expect(await executions.start('n', { layout: 'contracts' })).toBe('started');
    expect(sent).toEqual([{ stateMachineArn: 'arn', name: 'n', input: '{"layout":"contracts"}' }]);
  });

  it('tells a name that is taken from a fault that passes and from one that lasts', async () => {
    expect(await failing('ExecutionAlreadyExists').start('n', {})).toBe('already-started');
    await expect(failing('ThrottlingException').start('n', {})).rejects.toMatchObject({ retryable: true });
    await expect(failing('StateMachineDoesNotExist').start('n', {})).rejects.toMatchObject({
      name: 'OutputUnwritable',
    });
  });
});

describe('asking how an execution stands', () => {
  const states = (answer: () => unknown) =>
    createSfnStates(Object.assign(new SFNClient({ region: 'sa-east-1' }), { send: async () => answer() }));
  const failing = (name: string) =>
    states(() => {
      throw Object.assign(new Error('no'), { name });
    });

  it('answers with its end, and that a redriven one runs', async () => {
    const ended = {
      status: 'FAILED',
      error: 'SourceChanged',
      cause: '{}',
      redriveCount: 1,
      output: undefined,
    };
    expect(await states(() => ended).find('arn')).toEqual({
      status: 'FAILED',
      error: 'SourceChanged',
      cause: '{}',
      redriveCount: 1,
    });
    expect(await states(() => ({ status: 'RUNNING' })).find('arn')).toEqual({ status: 'RUNNING' });
    expect(await states(() => ({ status: 'PENDING_REDRIVE' })).find('arn')).toEqual({ status: 'RUNNING' });
  });

  it('knows no execution that is gone or was of another machine, and says if a retry may help', async () => {
    expect(await failing('ExecutionDoesNotExist').find('arn')).toBeUndefined();
    expect(await failing('InvalidArn').find('local:1')).toBeUndefined();
    await expect(failing('ThrottlingException').find('arn')).rejects.toMatchObject({ retryable: true });
    await expect(failing('AccessDeniedException').find('arn')).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });
});
