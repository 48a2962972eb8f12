/** How long a run that was stopped waits for tasks that do not heed their signal. */
const STOP_GRACE_MS = 5_000;

/** The work of a run that may go on for a moment after the run was stopped. */
export class RunningWork {
  readonly #working = new Set<Promise<unknown>>();

  add(work: Promise<unknown>): void {
    const end: Promise<unknown> = work.then(
      () => this.#working.delete(end),
      () => this.#working.delete(end),
    );
    this.#working.add(end);
  }

  /** Resolves once all work has ended, or after 5 s. */
  async ends(): Promise<void> {
    if (this.#working.size === 0) return;
    const grace = Promise.withResolvers<void>();
    const timer = setTimeout(grace.resolve, STOP_GRACE_MS);
    await Promise.race([Promise.all(this.#working), grace.promise]);
    clearTimeout(timer);
  }
}
