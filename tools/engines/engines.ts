import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pythonTool } from '../python/python-tool.ts';
import type { Engine, Ready } from './engine.ts';
import { mavenFile } from './maven-file.ts';
import { prepareTrino } from './trino.ts';

const run = promisify(execFile);

const SCRIPT = fileURLToPath(new URL('./read_tables.py', import.meta.url));
const LOOP = fileURLToPath(new URL('./loop_tables.py', import.meta.url));
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Iceberg's own reader for Spark 4.0: https://iceberg.apache.org/multi-engine-support/ */
export const SPARK_JAR = {
  artifact: 'org.apache.iceberg:iceberg-spark-runtime-4.0_2.13:1.11.0',
  name: 'iceberg-spark-runtime-4.0_2.13-1.11.0.jar',
  sha256: '63c3b812549dc232c1920865ff42436df8604a9bbacd693930985c06bd97e6dc',
};

export const ENGINES: Engine[] = [
  { name: 'pyiceberg', prepare: () => python('iceberg', 'pyiceberg') },
  { name: 'duckdb', prepare: () => python('iceberg', 'duckdb') },
  {
    name: 'spark',
    async prepare() {
      const jar = await mavenFile(SPARK_JAR);
      return 'missing' in jar ? jar : python('spark', 'spark', { ICEBERG_SPARK_JAR: jar.path });
    },
  },
  { name: 'trino', prepare: prepareTrino },
];

/** An engine that the script drives, with the packages of `tools/python/<list>.txt`. */
async function python(
  list: string,
  engine: string,
  environment: Record<string, string> = {},
): Promise<Ready> {
  const tool = await pythonTool(list);
  if ('missing' in tool) return tool;
  return {
    async read(states, folder) {
      const [wanted, out] = [join(folder, `${engine}-wanted.json`), join(folder, `${engine}-rows.json`)];
      await writeFile(wanted, JSON.stringify(states.map(({ table, snapshot }) => ({ table, snapshot }))));
      const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...environment };
      await run(tool.python, [SCRIPT, engine, wanted, out], {
        env,
        cwd: folder,
        maxBuffer: MOST_OUTPUT_BYTES,
      });
      return JSON.parse(await readFile(out, 'utf8'));
    },
    async loop(table, folder, act) {
      const [stop, out] = [join(folder, `${engine}-stop`), join(folder, `${engine}-seen.txt`)];
      await writeFile(out, '');
      const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...environment };
      const reading = run(tool.python, [LOOP, engine, table, stop, out], { env, cwd: folder });
      try {
        // The first look, so that a slow start misses nothing.
        while ((await readFile(out, 'utf8')) === '') await Promise.race([setTimeout(100), reading]);
        await act();
      } finally {
        await writeFile(stop, '');
        await reading;
      }
      return (await readFile(out, 'utf8')).trim().split('\n');
    },
  };
}
