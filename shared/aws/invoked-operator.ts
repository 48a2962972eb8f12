import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { OutputUnwritable, RunInconsistent, UsageError } from '../errors.ts';
import { errorName, isPassing, nameAndMessage, unavailable } from './s3-error.ts';

/**
 * Asks a deployed operator function for an operation and waits for its answer, so that nobody needs its rights. Fails with what the
 * function failed with: `UsageError`, or `RunInconsistent` for everything else.
 */
export async function invokeOperator(
  client: Pick<LambdaClient, 'send'>,
  functionName: string,
  operation: object,
): Promise<unknown> {
  const { FunctionError, Payload } = await client
    .send(new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(operation) }))
    .catch((error) => {
      if (isPassing(error)) throw unavailable(error, functionName);
      throw new OutputUnwritable({
        what: 'the operator cannot be asked',
        where: functionName,
        why: nameAndMessage(error),
        next:
          errorName(error) === 'ResourceNotFoundException'
            ? 'Check STAGE, and the region and account of your credentials.'
            : 'Assume the role of a DataEngineer, which may invoke the function.',
        cause: error,
      });
    });
  const answer: unknown = JSON.parse(new TextDecoder().decode(Payload) || 'null');
  if (FunctionError === undefined) return answer;
  // https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html: what the function threw, by name and message
  const { errorType = FunctionError, errorMessage = '' } = Object(answer) as Record<string, string>;
  const what = errorMessage.replace(/[.]$/, '');
  if (errorType === 'UsageError') throw new UsageError({ what });
  throw new RunInconsistent({
    what: `the operator failed with ${errorType}: ${what}`,
    where: functionName,
    next: 'If it had no time left (Sandbox.Timedout), ask again: it goes on where it was.',
  });
}
