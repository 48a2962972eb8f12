import { open } from 'node:fs/promises';
import { snappyCompressor } from 'hysnappy';
import type { Layout } from '../../shared/layout/layout.ts';
import { type Timing, timed } from './contestant.ts';
import { detailsOf, KernelRun } from './kernel-run.ts';

/** A part of every conversion: no conversion on one thread can be faster. */
interface Floor {
  name: string;
  run(): Promise<Timing>;
}

const PAGE_BYTES = 256 * 1024;
const READ_BYTES = 1024 * 1024;

export async function floorsOf(path: string, file: Uint8Array, layout: Layout): Promise<Floor[]> {
  const pages: Uint8Array[] = [];
  const run = new KernelRun();
  await run.convert(detailsOf(file, layout), layout, 'none', (_, bytes) => {
    for (let at = 0; at < bytes.length; at += PAGE_BYTES) pages.push(bytes.slice(at, at + PAGE_BYTES));
  });
  const compress = snappyCompressor();
  const copy = new Uint8Array(file.length);
  return [
    { name: 'reading the file', run: () => timed(() => readThrough(path)) },
    { name: 'copying it in memory', run: () => timed(async () => copy.set(file)) },
    {
      name: 'hysnappy over the same pages',
      run: () =>
        timed(async () => {
          for (const page of pages) compress(page);
        }),
    },
  ];
}

async function readThrough(path: string): Promise<void> {
  const handle = await open(path);
  const buffer = new Uint8Array(READ_BYTES);
  while ((await handle.read(buffer, 0, READ_BYTES)).bytesRead > 0);
  await handle.close();
}
