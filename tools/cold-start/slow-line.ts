import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { pipeline, Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** A line to a server on this host on which each connection gives no more than so many bytes a second; what is sent to the server is not slowed. */
export class SlowLine {
  readonly endpoint: string;
  private readonly stopServer: () => Promise<void>;

  private constructor(port: number, stopServer: () => Promise<void>) {
    this.endpoint = `http://127.0.0.1:${port}`;
    this.stopServer = stopServer;
  }

  static async to(port: number, bytesPerSecond: number): Promise<SlowLine> {
    const open = new Set<Socket>();
    const server = createServer((client) => {
      const upstream = connect(port, '127.0.0.1');
      for (const socket of [client, upstream]) {
        open.add(socket);
        socket.on('close', () => open.delete(socket));
        socket.setNoDelay(true);
      }
      // Either side may go away at any time; then the other does too.
      const ended = () => void [client, upstream].map((socket) => socket.destroy());
      pipeline(client, upstream, ended);
      pipeline(upstream, slowed(bytesPerSecond), client, ended);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new SlowLine((server.address() as AddressInfo).port, async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
  }

  stop(): Promise<void> {
    return this.stopServer();
  }
}

/** Gives each chunk when its last byte would have come at that rate, counted from when the line was last idle. */
function slowed(bytesPerSecond: number): Transform {
  let freeAt = 0;
  return new Transform({
    async transform(chunk: Buffer, _encoding, give) {
      freeAt = Math.max(freeAt, performance.now()) + (chunk.length * 1000) / bytesPerSecond;
      // Timers are no finer than a millisecond: what is due sooner goes at once, and the next one waits for both.
      const waitMs = freeAt - performance.now();
      if (waitMs >= 1) await sleep(waitMs);
      give(null, chunk);
    },
  });
}
