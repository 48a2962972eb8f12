/** Tells people. Never carries record content: keys, counts and reasons only. */
export interface Notifier {
  notify(notification: Notification): Promise<void>;
}

export interface Notification {
  kind: 'success' | 'warning' | 'failure';
  /** One line, at most 100 characters (what SNS takes as a subject). */
  subject: string;
  /** What, where, why, what to do next. */
  message: string;
}
