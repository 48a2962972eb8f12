/**
 * Lets a state's task start only after the event that announces it was handled.
 *
 * The library queues its events and calls the task at the same time. A listener would hear of a state after its task
 * began, and a payload over the limit would be noticed after it was used. So the n-th call of a state's task waits for
 * the n-th announcement of that state (entered or retried).
 */
export class StateTurns {
  readonly #announced = new Map<string, number>();
  readonly #taken = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();

  announce(stateName: string): void {
    this.#announced.set(stateName, (this.#announced.get(stateName) ?? 0) + 1);
    this.#waiting.get(stateName)?.shift()?.();
  }

  /** Resolves at this call's turn; never if the execution ends first, so combine it with the execution's signal. */
  take(stateName: string): Promise<void> {
    const turn = (this.#taken.get(stateName) ?? 0) + 1;
    this.#taken.set(stateName, turn);
    if ((this.#announced.get(stateName) ?? 0) >= turn) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(stateName) ?? [];
      waiting.push(resolve);
      this.#waiting.set(stateName, waiting);
    });
  }
}
