import { pythonTool } from '../python/python-tool.ts';
import type { Engine, Ready } from './engine.ts';
import { mavenFile } from './maven-file.ts';
import { withPython } from './python-session.ts';
import { prepareTrino } from './trino.ts';

/** Iceberg's own reader for Spark 4.0: https://iceberg.apache.org/multi-engine-support/ */
const SPARK_JAR = {
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
  const program = { ...tool, engine, environment };
  return { use: (folder, act) => withPython(program, folder, act) };
}
