/** What a process waits for: a moment, or a call that somebody else makes. */
type Wait = { untilSeconds: number } | { park: (resume: () => void) => void };

/** Something that takes simulated time: it yields what it waits for, and returns its result. */
export type Process<Result = void> = Generator<Wait, Result, void>;

interface Event {
  atSeconds: number;
  /** Events of one moment happen in the order in which they were planned. */
  order: number;
  process: Process<unknown>;
}

/** The clock of a simulation: runs processes in the order of their moments. Nothing in it depends on the machine's own time. */
export class EventLoop {
  nowSeconds = 0;
  private readonly heap: Event[] = [];
  private planned = 0;

  start(process: Process<unknown>): void {
    this.plan(process, this.nowSeconds);
  }

  /** Waits for so many seconds. */
  sleep(seconds: number): Wait {
    return { untilSeconds: this.nowSeconds + seconds };
  }

  /** Runs until nothing waits for a moment any more. */
  run(): void {
    for (let event = this.earliest(); event; event = this.earliest()) {
      this.nowSeconds = event.atSeconds;
      const { process } = event;
      const { done, value } = process.next();
      if (done) continue;
      if ('untilSeconds' in value) this.plan(process, Math.max(value.untilSeconds, this.nowSeconds));
      else value.park(() => this.plan(process, this.nowSeconds));
    }
  }

  /** A binary heap: the children of place `i` are at `2i + 1` and `2i + 2`, and none is before its parent. */
  private plan(process: Process<unknown>, atSeconds: number): void {
    const heap = this.heap;
    const event = { atSeconds, order: this.planned++, process };
    let place = heap.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = event;
  }

  private earliest(): Event | undefined {
    const heap = this.heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = last;
    return first;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.atSeconds < other.atSeconds || (one.atSeconds === other.atSeconds && one.order < other.order);
}
