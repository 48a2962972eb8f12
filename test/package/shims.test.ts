import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { parsed, readSources } from '../support/source-tree.ts';

it('what the sources take from DuckDB, the package can do without until a query is asked', async () => {
  const sources = await readSources(['bin', 'library', 'cli', 'terminal', 'local']);
  const taken = sources.flatMap(({ text }) =>
    Array.from(text.matchAll(/import (?!type )\{([^}]*)\} from '@duckdb\/node-api'/g), ([, names]) =>
      names!
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '' && !name.startsWith('type ')),
    ).flat(),
  );
  const [shim] = (await readSources(['tools/package'])).filter(({ path }) =>
    path.endsWith('duckdb-if-installed.ts'),
  );
  expect(taken).toContain('DuckDBInstance');
  expect(parsed(shim!.path, shim!.text).exports).toEqual(expect.arrayContaining([...new Set(taken)]));
});

it('a user installs nothing that could be compiled in: other packages are for development', async () => {
  const { dependencies = {} } = JSON.parse(
    await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  expect(dependencies).toEqual({});
});
