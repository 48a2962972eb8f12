import { writeFile } from 'node:fs/promises';
import { compileKernel, GENERATED_FOLDER } from './compile-kernel.ts';

for (const [name, text] of Object.entries(await compileKernel())) {
  await writeFile(new URL(name, GENERATED_FOLDER), text);
}
