import type { EventLoop, Process } from './event-loop.ts';
import type { LimitLog } from './limit-log.ts';

/** A limit on how many run at once; who comes when all places are taken waits in line. */
export class Places {
  private readonly name: string;
  private readonly loop: EventLoop;
  private readonly log: LimitLog;
  private free: number;
  private readonly waiting: (() => void)[] = [];
  private served = 0;

  constructor(name: string, count: number, loop: EventLoop, log: LimitLog) {
    this.name = name;
    this.free = count;
    this.loop = loop;
    this.log = log;
  }

  *take(): Process {
    if (this.free > 0) {
      this.free -= 1;
      return;
    }
    const since = this.loop.nowSeconds;
    yield { park: (resume) => this.waiting.push(resume) };
    this.log.waited(this.name, since, this.loop.nowSeconds - since);
  }

  /** Gives a place to who has waited longest, or back. */
  giveBack(): void {
    const next = this.waiting[this.served];
    if (next) {
      this.served += 1;
      next();
    } else this.free += 1;
  }
}
