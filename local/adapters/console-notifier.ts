import type { Notification, Notifier } from '../../shared/ports/notifier.ts';

/** Passes notifications to `show`, one line each: a terminal instead of e-mail. */
export function createConsoleNotifier(show: (line: string) => void): Notifier {
  return {
    notify: async ({ kind, message }: Notification) =>
      show(kind === 'success' ? message : `${kind}: ${message}`),
  };
}
