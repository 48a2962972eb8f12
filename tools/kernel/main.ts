import { writeFile } from 'node:fs/promises';
import { compileKernel } from './compile-kernel.ts';

await writeFile(new URL('../../shared/kernel/kernel-wasm.ts', import.meta.url), await compileKernel());
