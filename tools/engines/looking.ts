import type { Look, Looking } from './engine.ts';

/** The looks of a reader, as they come. */
export class Looks implements Looking {
  private readonly looks: Look[] = [];
  private waiting: { sinceMs: number; done: () => void; failed: (error: unknown) => void }[] = [];
  private readonly askToStop: () => void;
  private readonly ended: Promise<void>;

  /** `readOn` reads until it was asked to stop and then once more, and gives each look to `add`. */
  constructor(askToStop: () => void, readOn: (add: (look: Look) => void) => Promise<void>) {
    this.askToStop = askToStop;
    this.ended = readOn((look) => this.add(look));
    this.ended.catch((error) => {
      for (const { failed } of this.waiting.splice(0)) failed(error);
    });
  }

  looked(): Promise<void> {
    const sinceMs = Date.now();
    const next = new Promise<void>((done, failed) => {
      this.waiting.push({ sinceMs, done, failed });
    });
    return Promise.race([next, this.ended]);
  }

  async stop(): Promise<Look[]> {
    this.askToStop();
    await this.ended;
    return this.looks;
  }

  private add(look: Look): void {
    this.looks.push(look);
    const isOver = ({ sinceMs }: { sinceMs: number }) => look.fromMs >= sinceMs;
    for (const { done } of this.waiting.filter(isOver)) done();
    this.waiting = this.waiting.filter((one) => !isOver(one));
  }
}

/** Looks again and again, one look after the other, until it is stopped. */
export async function lookAgain(see: () => Promise<string>): Promise<Looks> {
  let isLast = false;
  const stop = () => {
    isLast = true;
  };
  const looks = new Looks(stop, async (add) => {
    for (let goesOn = true; goesOn; ) {
      goesOn = !isLast;
      const fromMs = Date.now();
      const saw = await see().catch((error: Error) => `error: ${error.message}`);
      add({ saw, fromMs, toMs: Date.now() });
    }
  });
  await looks.looked();
  return looks;
}
