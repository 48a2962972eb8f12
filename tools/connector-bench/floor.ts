import * as fs from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { StreamChecksum } from '../../shared/kernel/stream-checksum.ts';

const PART_BYTES = 8 * 1024 * 1024;
const READ_BYTES = 1024 * 1024;

/** What a floor does with each part: read it, sum it, send it. */
export interface FloorSteps {
  reads: boolean;
  sums: boolean;
  sends: boolean;
}

/** The least that must be done with these bytes, in the plainest loop: seconds. Parts go through at once, as many as the connector has. */
export async function floorSeconds(
  path: string,
  sizeBytes: number,
  port: number,
  partsAtOnce: number,
  { reads, sums, sends }: FloorSteps,
): Promise<number> {
  const kernel = new Kernel();
  const agent = new Agent({ keepAlive: true, maxSockets: partsAtOnce });
  const handle = await fs.open(path, 'r');
  const startedAt = performance.now();
  let next = 0;
  const lane = async () => {
    const buffer = Buffer.allocUnsafe(PART_BYTES);
    for (;;) {
      const startByte = next;
      next += PART_BYTES;
      if (startByte >= sizeBytes) return;
      const part = buffer.subarray(0, Math.min(PART_BYTES, sizeBytes - startByte));
      for (let at = 0; reads && at < part.length; at += READ_BYTES)
        await handle.read(part, at, Math.min(READ_BYTES, part.length - at), startByte + at);
      if (sums) {
        const sum = new StreamChecksum(kernel);
        sum.add(part);
        sum.finish();
      }
      if (sends) await put(agent, port, part);
    }
  };
  await Promise.all(Array.from({ length: partsAtOnce }, lane));
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  await handle.close();
  return seconds;
}

function put(agent: Agent, port: number, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-length': body.length };
    const sent = request(
      { agent, port, host: '127.0.0.1', method: 'PUT', path: '/floor/part?uploadId=0', headers },
      (response) => response.resume().on('end', resolve),
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
