import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { signaturesFile } from './signatures.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Text of each file of `shared/kernel/generated`, by its name. */
type GeneratedFiles = Record<'kernel-wasm.ts' | 'kernel-functions.ts', string>;

export const GENERATED_FOLDER = new URL('../../shared/kernel/generated/', import.meta.url);

/** Compiles `shared/kernel/assemblyscript`. Throws what the compiler says. */
export async function compileKernel(): Promise<GeneratedFiles> {
  const written = new Map<string, string | Uint8Array>();
  const { error, stderr } = await asc.main(
    [
      'shared/kernel/assemblyscript/exports.ts',
      ...['--outFile', 'kernel.wasm', '--bindings', 'raw', '--baseDir', ROOT],
      ...['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--zeroFilledMemory'],
      ...['--enable', 'simd', '--disableWarning', '112', '--disableWarning', '201'],
    ],
    {
      writeFile: (name, contents) => {
        written.set(name, contents);
      },
    },
  );
  const binary = written.get('kernel.wasm');
  const bindings = written.get('kernel.d.ts');
  if (error || typeof binary === 'string' || binary === undefined || typeof bindings !== 'string') {
    throw new Error(stderr.toString(), { cause: error });
  }
  return { 'kernel-wasm.ts': wasmFile(binary), 'kernel-functions.ts': signaturesFile(bindings) };
}

function wasmFile(binary: Uint8Array): string {
  const base64 = Buffer.from(binary).toString('base64');
  const lines = base64.match(/.{1,160}/g) ?? [];
  return [
    '/** WebAssembly in base64, so that it is bundled like any other source. `npm run kernel` made it from `assemblyscript/`. */',
    'export const KERNEL_WASM =',
    `${lines.map((line) => `  '${line}'`).join(' +\n')};`,
    '',
  ].join('\n');
}
