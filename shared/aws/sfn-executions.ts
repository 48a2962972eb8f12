import { DescribeExecutionCommand, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { OutputUnwritable } from '../errors.ts';
import type { ExecutionStates, Executions } from '../ports/executions.ts';
import { errorName, isPassing, nameAndMessage, unavailable } from './s3-error.ts';

/** Executions of one Step Functions state machine. A name stays taken for 90 days after its execution has ended. */
export function createSfnExecutions(options: { client: SFNClient; stateMachineArn: string }): Executions {
  const { client, stateMachineArn } = options;
  return {
    async start(name, input) {
      try {
        await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
        // If one already runs with the same name and input, Step Functions answers as if it had just started; nothing runs twice.
        return 'started';
      } catch (error) {
        if (errorName(error) === 'ExecutionAlreadyExists') return 'already-started';
        if (isPassing(error)) throw unavailable(error, stateMachineArn);
        throw new OutputUnwritable({
          what: `the execution ${name} cannot be started`,
          where: stateMachineArn,
          why: nameAndMessage(error),
          next: 'Check that the state machine exists and that the role of the starter may start its executions, then send the event again from the dead-letter queue.',
          cause: error,
        });
      }
    },
  };
}

/** How executions of Step Functions stand. What it does not know any more, or never ran, nobody knows. */
export function createSfnStates(client: SFNClient): ExecutionStates {
  return {
    async find(executionArn) {
      try {
        const { status, error, cause, redriveCount } = await client.send(
          new DescribeExecutionCommand({ executionArn }),
        );
        // A child that waits for the redrive of its map is at work; executions of files never are that.
        if (status === undefined || status === 'PENDING_REDRIVE') return { status: 'RUNNING' };
        return {
          status,
          ...(error !== undefined && { error }),
          ...(cause !== undefined && { cause }),
          ...(redriveCount !== undefined && { redriveCount }),
        };
      } catch (error) {
        // https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html#API_DescribeExecution_Errors
        if (['ExecutionDoesNotExist', 'InvalidArn'].includes(errorName(error) ?? '')) return undefined;
        throw isPassing(error) ? unavailable(error, executionArn) : error;
      }
    },
  };
}
