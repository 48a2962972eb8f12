import type { InvocationFigures, RemainingTime } from '../../shared/lambda/handler-stack.ts';
import { NO_DATASET } from '../../shared/operations/metrics-table.ts';
import { type Operation, readOperation } from '../../shared/pipeline/operate/operation.ts';
import { publishHere } from '../../shared/pipeline/operate/publish-here.ts';
import { replayDeadLetters } from '../../shared/pipeline/operate/replay-dead-letters.ts';
import { rollBack } from '../../shared/pipeline/operate/roll-back.ts';
import { foundReport } from '../../shared/pipeline/report/keep-report.ts';
import type { DeadLetters } from '../../shared/ports/dead-letters.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';
import { clean } from './clean.ts';

const LETTERS = 100;
/** Time that a letter may need. */
const LETTER_MS = 60_000;

interface OperatorParts {
  ports: PipelinePorts;
  queues: Record<'starter' | 'watchdog' | 'operator', DeadLetters>;
  /** Whom the letters of the other queues are for: the functions' own handlers. */
  deliver: Record<'starter' | 'watchdog', (event: unknown, remaining: RemainingTime) => Promise<unknown>>;
  rerun: (
    request: { layout: string; businessDate: string; force: boolean | undefined; from: string | undefined },
    remaining: RemainingTime,
  ) => Promise<unknown>;
  adopt: () => Promise<object>;
  /** An address under which who has it reads an object for a while. */
  link: (key: string) => Promise<{ url: string; expiresAt: string }>;
}

/** Does what a person on call asks for, with the rights of the function: nobody needs them in their own hands. All of it is safe twice. */
export function createOperator({ ports, queues, deliver, rerun, adopt, link }: OperatorParts) {
  const operate = async (operation: Operation, remaining: RemainingTime): Promise<object> => {
    const { action } = operation;
    switch (operation.action) {
      case 'publish': {
        const { action: _action, ...request } = operation;
        return { action, ...(await publishHere(ports, request)) };
      }
      case 'rollback': {
        const { action: _action, ...request } = operation;
        return {
          action,
          ...(await rollBack(ports, { ...request, file: request.file, remove: request.remove })),
        };
      }
      case 'clean':
        return clean(ports, operation, remaining);
      case 'rerun': {
        const { layout, businessDate, force, from } = operation;
        return { action, rerun: await rerun({ layout, businessDate, force, from }, remaining) };
      }
      case 'replay': {
        const { queue, atMost = LETTERS } = operation;
        const own = (event: unknown) => operate(readOperation(event), remaining);
        const whom = { ...deliver, operator: own }[queue];
        const hasTime = () => remaining() > LETTER_MS;
        const deliverOne = (event: unknown) => whom(event, remaining);
        return { action, queue, ...(await replayDeadLetters(queues[queue], deliverOne, atMost, hasTime)) };
      }
      case 'report': {
        const { dataset, businessDate, commit } = operation;
        const key = await foundReport(ports, { dataset, businessDate }, commit);
        return { action, key, ...(await link(key)) };
      }
      case 'adopt':
        return { action, ...(await adopt()) };
    }
  };
  return operate;
}

/** The log says who was asked for what; the reason is in the ledger. */
export function operatorFigures(operation: Operation): InvocationFigures {
  const businessDate = 'businessDate' in operation ? operation.businessDate : undefined;
  const dataset = 'dataset' in operation ? operation.dataset : NO_DATASET;
  return { dataset, facts: { action: operation.action, businessDate } };
}
