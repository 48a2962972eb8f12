import type { InvocationFigures } from '../../shared/lambda/handler-stack.ts';
import { NO_DATASET } from '../../shared/operations/metrics-table.ts';
import { cleanLake } from '../../shared/pipeline/operate/clean-lake.ts';
import { replayDeadLetters } from '../../shared/pipeline/operate/replay-dead-letters.ts';
import { rollBack } from '../../shared/pipeline/operate/roll-back.ts';
import { publishDay } from '../../shared/pipeline/publish/publish-day.ts';
import { readDayLayout } from '../../shared/pipeline/store/kept-terms.ts';
import type { DeadLetters } from '../../shared/ports/dead-letters.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';
import type { Operation } from './operations.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const RUN_DAYS = 15;
const GENERATION_DAYS = 30;
const LETTERS = 100;

interface OperatorParts {
  ports: PipelinePorts;
  queues: Record<'starter' | 'watchdog', DeadLetters>;
  /** Whom the letters of each queue are for: the functions' own handlers. */
  deliver: Record<'starter' | 'watchdog', (event: unknown) => Promise<unknown>>;
  rerun: (request: { layout: string; businessDate: string; force: boolean | undefined }) => Promise<unknown>;
}

/** Does what a person on call asks for, with the rights of the function: nobody needs them in their own hands. All of it is safe twice. */
export function createOperator({ ports, queues, deliver, rerun }: OperatorParts) {
  return async (operation: Operation): Promise<object> => {
    const { action } = operation;
    switch (operation.action) {
      case 'publish': {
        const { dataset, businessDate, partial, force } = operation;
        const layout = await readDayLayout(ports.lake, dataset, businessDate);
        return { action, ...(await publishDay(ports, layout, businessDate, { partial, force })) };
      }
      case 'rollback': {
        const { action: _action, ...request } = operation;
        return {
          action,
          ...(await rollBack(ports, { ...request, file: request.file, remove: request.remove })),
        };
      }
      case 'clean': {
        const { runsOlderThanDays = RUN_DAYS, generationsOlderThanDays = GENERATION_DAYS } = operation;
        const { removed, kept, failed } = await cleanLake(ports, {
          runsOlderThanMs: runsOlderThanDays * DAY_MS,
          generationsOlderThanMs: generationsOlderThanDays * DAY_MS,
          dryRun: operation.dryRun === true,
        });
        // An answer has at most 6 MB, and a log line 256 KB: counts, and the keys that failed.
        return { action, removed: removed.length, kept: kept.length, failed: failed.slice(0, LETTERS) };
      }
      case 'rerun': {
        const { layout, businessDate, force } = operation;
        return { action, rerun: await rerun({ layout, businessDate, force }) };
      }
      case 'replay': {
        const { queue, atMost = LETTERS } = operation;
        return { action, queue, ...(await replayDeadLetters(queues[queue], deliver[queue], atMost)) };
      }
    }
  };
}

/** The log says who was asked for what; the reason is in the ledger. */
export function operatorFigures(operation: Operation): InvocationFigures {
  const businessDate = 'businessDate' in operation ? operation.businessDate : undefined;
  const dataset = 'dataset' in operation ? operation.dataset : NO_DATASET;
  return { dataset, facts: { action: operation.action, businessDate } };
}
