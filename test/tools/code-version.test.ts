import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { localVersion, versionedSources, versionOfSources } from '../../local/local-version.ts';
import { FUNCTION_NAMES } from '../../shared/operations/metrics-table.ts';
import { runCodeHash } from '../../tools/bundle/bundle-functions.ts';

const PROJECT = new URL('../../', import.meta.url);

describe('the version of deployed code', () => {
  const built = FUNCTION_NAMES.map((name) => ({ name, code: `code of the ${name}` }));
  const changed = (name: string) =>
    runCodeHash(built.map((one) => (one.name === name ? { ...one, code: `${one.code}, mended` } : one)));

  it.each(['splitter', 'parser', 'reconciler', 'merger'])('is another if the %s is', (name) => {
    expect(changed(name)).toMatch(/^[0-9a-f]{16}$/);
    expect(changed(name)).not.toBe(runCodeHash(built));
  });

  it('stays if what works after a run is another: a mended finalizer goes on with what is there', () => {
    expect(changed('finalizer')).toBe(runCodeHash(built));
  });
});

describe('the version of code on one machine', () => {
  it('is that of the package and a hash of the sources, wherever they lie', async () => {
    const { version } = JSON.parse(await readFile(new URL('package.json', PROJECT), 'utf8'));
    expect(localVersion()).toBe(versionOfSources());
    expect(localVersion()).toMatch(/^[^+]+\+[0-9a-f]{16}$/);
    expect(localVersion().split('+')[0]).toBe(version);
    const sources = versionedSources();
    expect(sources).toContain('shared/kernel/generated/kernel-wasm.ts');
    expect(sources).toContain('statemachine/file-pipeline.asl.json');
    expect(sources).toContain('functions/parser/handler.ts');
    const copy = await mkdtemp(join(tmpdir(), 'code version of ü '));
    try {
      for (const path of [...sources, 'package.json'])
        await cp(fileURLToPath(new URL(path, PROJECT)), join(copy, path));
      const elsewhere = pathToFileURL(`${copy}/`);
      expect(versionOfSources(elsewhere)).toBe(localVersion());
      const source = join(copy, 'functions/parser/handler.ts');
      await writeFile(source, `${await readFile(source, 'utf8')}\n`);
      expect(versionOfSources(elsewhere)).not.toBe(localVersion());
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  });
});
