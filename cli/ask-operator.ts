import type * as z from 'zod';
import { patient } from '../shared/aws/client-patience.ts';
import { shellVariables } from '../shared/aws/function-variables.ts';
import { RunInconsistent } from '../shared/errors.ts';
import { documentProblems } from '../shared/layout/document-problems.ts';
import type { Operation } from '../shared/pipeline/operate/operation.ts';

const OPERATOR_MS = 16 * 60_000;

/**
 * Has the operator function of the deployed stage do an operation, with its rights and not with those of the person who types. The stage is
 * that of the environment variable `STAGE`. Fails with what the function failed with.
 */
export async function askOperator<Answer>(operation: Operation, shape: z.ZodType<Answer>): Promise<Answer> {
  const functionName = `positional-lake-${shellVariables(process.env).need('STAGE')}-operator`;
  // Commands on one machine start without the client.
  const [{ LambdaClient }, { invokeOperator }] = await Promise.all([
    import('@aws-sdk/client-lambda'),
    import('../shared/aws/invoked-operator.ts'),
  ]);
  // A call that broke off may have been carried out; all of them are safe twice, but a person decides.
  // It answers when it is done, which may take it the fifteen minutes of a function.
  const client = new LambdaClient({ maxAttempts: 1, ...patient({ socketTimeout: OPERATOR_MS }) });
  try {
    const read = shape.safeParse(await invokeOperator(client, functionName, operation));
    if (read.success) return read.data;
    throw new RunInconsistent({
      what: 'the operator answered in another form than this version expects',
      where: functionName,
      why: documentProblems(shape, read.error, 'the answer').join('; '),
      next: 'It did what it was asked for. Use the commands of the version that is deployed.',
    });
  } finally {
    client.destroy();
  }
}
