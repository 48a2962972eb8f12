import { config } from 'zod';
import type { ByteReader } from '../engine/byte-reader.ts';
import { Workbench } from '../engine/workbench.ts';
import { droppedFile } from './dropped-file.ts';
import type { Answer, OpenedFile, Question } from './worker-protocol.ts';

/** The worker of the page: it holds the kernel, reads bytes and decodes what is shown. */
const workbench = new Workbench();
// Its faster way compiles texts, which the policy of the page forbids.
config({ jitless: true });

self.addEventListener('message', async ({ data }: MessageEvent<Question>) => {
  const answer = await answerTo(data);
  self.postMessage(answer);
});

async function answerTo({ id, call }: Question): Promise<Answer> {
  try {
    if (call.method === 'open') {
      const reader = await readerOf(call.file);
      workbench.open(reader);
      return { id, value: { sizeBytes: reader.sizeBytes } };
    }
    const method: (...args: never[]) => unknown = workbench[call.method];
    return { id, value: await method.apply(workbench, call.args as never[]) };
  } catch (error) {
    const { name, message } = error as Error;
    return { id, error: { name, message } };
  }
}

async function readerOf(file: OpenedFile): Promise<ByteReader> {
  if (file.kind === 'dropped') return droppedFile(file.file);
  const { name, sizeBytes, url } = file;
  return {
    name,
    sizeBytes,
    async read({ startByte, endByte }) {
      if (endByte <= startByte) return new Uint8Array();
      const response = await fetch(url, { headers: { Range: `bytes=${startByte}-${endByte - 1}` } });
      if (response.status !== 206) throw new Error(await response.text());
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}
