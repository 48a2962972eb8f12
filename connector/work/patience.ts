import { PipelineError } from '../../shared/errors.ts';
import type { ConnectorPorts } from './connector-ports.ts';

const TRIES = 6;
const FIRST_WAIT_MS = 200;

/** Makes a call again while it fails with an error that may pass, after longer and longer waits. */
export async function patiently<T>(
  { clock, chance }: Pick<ConnectorPorts, 'clock' | 'chance'>,
  action: () => Promise<T>,
  onRetry: (error: PipelineError) => void | Promise<void> = () => undefined,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof PipelineError && error.retryable) || tries === TRIES) throw error;
      await onRetry(error);
      await clock.sleep(FIRST_WAIT_MS * 2 ** tries * (0.5 + chance() / 2));
    }
  }
}
