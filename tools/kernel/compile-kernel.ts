import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Compiles `shared/kernel/assembly` and returns `shared/kernel/kernel-wasm.ts` as it should stand. Throws what the compiler says. */
export async function compileKernel(): Promise<string> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [
      'shared/kernel/assembly/exports.ts',
      ...['--outFile', 'kernel.wasm', '--baseDir', ROOT],
      ...['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--zeroFilledMemory'],
      ...['--enable', 'simd', '--disableWarning', '112', '--disableWarning', '201'],
    ],
    {
      writeFile: (_, contents) => {
        if (typeof contents !== 'string') binary = contents;
      },
    },
  );
  if (error || !binary) throw new Error(stderr.toString(), { cause: error });
  const lines = Buffer.from(binary)
    .toString('base64')
    .match(/.{1,160}/g)!;
  return [
    '/** Made of `assembly/` by `npm run kernel`: WebAssembly in base64, so that it is bundled like any other source. */',
    'export const KERNEL_WASM =',
    `${lines.map((line) => `  '${line}'`).join(' +\n')};`,
    '',
  ].join('\n');
}
