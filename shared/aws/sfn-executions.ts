import { type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { OutputUnwritable } from '../errors.ts';
import type { Executions } from '../ports/executions.ts';
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
