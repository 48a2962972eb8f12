/** A message that could not be used when it came, kept in a queue. */
export interface DeadLetter {
  id: string;
  /** The message as the queue has it. */
  body: string;
  /** It was used: it leaves the queue. */
  forget(): Promise<void>;
  /** It stays in the queue, for everybody to see again. */
  keep(): Promise<void>;
}

/** A queue of dead letters. */
export interface DeadLetters {
  /** The next one, which nobody else gets for a while; undefined if there is none. */
  take(): Promise<DeadLetter | undefined>;
}
