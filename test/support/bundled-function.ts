import { Worker } from 'node:worker_threads';

/** A function's bundle, run as Lambda runs it. */
export class BundledFunction {
  /** The lines that it wrote, as parsed JSON: structured logs and embedded metrics. */
  readonly lines: Record<string, unknown>[] = [];
  private readonly worker: Worker;
  private readonly ready: Promise<void>;
  private readonly waiting = new Map<number, (answer: { result?: unknown; error?: Error }) => void>();
  private calls = 0;

  constructor(functionName: string, bundleUrl: string, environment: Record<string, string>) {
    this.worker = new Worker(new URL('./bundle-worker.ts', import.meta.url), {
      workerData: { bundleUrl, functionName },
      env: environment,
      stdout: true,
    });
    this.worker.stdout.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n')) if (line.startsWith('{')) this.lines.push(JSON.parse(line));
    });
    this.ready = new Promise((resolve, reject) => {
      this.worker.on('error', reject);
      this.worker.on('message', ({ ready, id, result, error }) => {
        if (ready) resolve();
        else
          this.waiting.get(id)?.({
            result,
            error: error && Object.assign(new Error(error.message), { name: error.name }),
          });
      });
    });
  }

  async invoke(event: unknown): Promise<unknown> {
    await this.ready;
    const id = ++this.calls;
    const answered = new Promise<{ result?: unknown; error?: Error }>((resolve) =>
      this.waiting.set(id, resolve),
    );
    this.worker.postMessage({ id, event });
    const { result, error } = await answered;
    this.waiting.delete(id);
    if (error) throw error;
    return result;
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }
}
