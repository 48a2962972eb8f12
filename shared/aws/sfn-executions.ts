import { type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { OutputUnwritable } from '../errors.ts';
import type { Executions } from '../ports/executions.ts';
import { isPassing, unavailable } from './s3-error.ts';

/** Executions of one Step Functions state machine. A name stays taken for 90 days after its execution has ended. */
export function createSfnExecutions(options: { client: SFNClient; stateMachineArn: string }): Executions {
  const { client, stateMachineArn } = options;
  return {
    async start(name, input) {
      try {
        await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
        // One that runs under the same name with the same input is answered as if it had been started now; nothing runs twice.
        return 'started';
      } catch (error) {
        const { name: errorName, message } = error as Error;
        if (errorName === 'ExecutionAlreadyExists') return 'already-started';
        if (isPassing(error)) throw unavailable(error, stateMachineArn);
        throw new OutputUnwritable({
          what: `the execution ${name} cannot be started`,
          where: stateMachineArn,
          why: `${errorName}: ${message}`,
          next: 'Check that the state machine exists and that the role of the starter may start its executions, then send the event again from the dead-letter queue.',
          cause: error,
        });
      }
    },
  };
}
