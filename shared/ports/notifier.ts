/** Tells people. Never carries record content: keys, counts and reasons only. */
export interface Notifier {
  notify(notification: Notification): Promise<void>;
}

export interface Notification {
  kind: 'success' | 'warning' | 'failure';
  /** One line of at most 100 characters, the limit of an SNS subject. */
  subject: string;
  /** What, where, why, what to do next. */
  message: string;
}
