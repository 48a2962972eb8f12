import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The answer to a question that takes long: from the folder if it was given there before, so that a run that was ended need not ask again. */
export async function keptAnswer<T>(
  dir: string | undefined,
  question: object,
  answer: () => Promise<T>,
): Promise<T> {
  if (dir === undefined) return answer();
  const name = createHash('sha256').update(JSON.stringify(question)).digest('hex').slice(0, 16);
  const path = join(dir, `${name}.answer`);
  const known = await readFile(path, 'utf8').catch(() => undefined);
  if (known !== undefined) return JSON.parse(known);
  const given = await answer();
  await mkdir(dir, { recursive: true });
  await writeFile(path, JSON.stringify(given));
  return given;
}
