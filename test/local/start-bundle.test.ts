import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUNDLE_SCRIPT } from '../../local/compiled-bundle.ts';
import { START_BUNDLE_LIST, type StartBundle, startUrl } from '../../local/start-bundle.ts';
import { bundleStart } from '../../tools/start-bundle/bundle-start.ts';
import { outcomeOf, runCommand, startScript } from '../support/run-command.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

// Below node_modules, from where packages that are not bundled are found.
const folder = new URL(`../../node_modules/.cache/start-test-${process.pid}/`, import.meta.url);
const command = new URL('../../cli/convert-command.ts', import.meta.url);
let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'start-bundle-'));
  await bundleStart(folder);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(scratch, { recursive: true, force: true });
});

/** The command as its source and as its bundle, each in a script that runs it. */
async function scripts(): Promise<string[]> {
  const urls = [command, startUrl(command, folder)];
  return Promise.all(
    urls.map(async (url, index) => {
      const script = join(scratch, `run-${index}${url.href.endsWith('.mjs') ? '-bundle' : ''}.mjs`);
      const module = JSON.stringify(url.href);
      await writeFile(
        script,
        `const { command } = await import(${module});\nprocess.exitCode = await command.run(process.argv.slice(2));\n`,
      );
      return script;
    }),
  );
}

const run = (script: string, flags: string[]) => outcomeOf(startScript(script, flags, scratch));

describe('an install', () => {
  test('makes the bundle without a warning', async () => {
    const { code, stderr } = await runCommand('tools/start-bundle/prepare.mjs', [], scratch);
    expect([code, stderr]).toEqual([0, '']);
    expect(fileURLToPath(startUrl(command))).toMatch(/\.mjs$/);
  });
});

describe('what starts from the bundle', () => {
  test('converts as the sources do', async () => {
    const [layout, file] = [join(scratch, 'small.json'), join(scratch, 'small_20250812.txt')];
    await writeFile(layout, smallLayout());
    await writeFile(file, smallFile(smallLine('a1', 1250), smallLine('a2', 99, 'B'), smallLine('', 7)));
    const summaries = [];
    for (const [index, script] of (await scripts()).entries()) {
      const flags = ['--layout', layout, '--input', file, '--out', join(scratch, String(index)), '--json'];
      const { code, stdout } = await run(script, flags);
      expect(code).toBe(0);
      summaries.push({ ...JSON.parse(stdout), seconds: 0 });
    }
    expect((await scripts())[1]).toMatch(/-bundle\.mjs$/);
    expect(summaries[1]).toEqual(summaries[0]);
    expect([summaries[0].rows, summaries[0].records.rejected]).toEqual([2, 1]);
  });

  test('says what is wrong as the sources do', async () => {
    const flags = ['--layout', 'contratcs', '--input', 'none.txt', '--out', scratch];
    const [ofSource, ofBundle] = await Promise.all((await scripts()).map((script) => run(script, flags)));
    expect(ofBundle).toEqual(ofSource);
    expect(ofBundle!.code).toBe(2);
  });
});

describe('the module itself is what starts', () => {
  const listed = async (change: (bundle: StartBundle) => void): Promise<URL> => {
    const dir = await mkdtemp(join(scratch, 'list-'));
    const bundle = JSON.parse(await readFile(new URL(START_BUNDLE_LIST, folder), 'utf8')) as StartBundle;
    change(bundle);
    await writeFile(join(dir, START_BUNDLE_LIST), JSON.stringify(bundle));
    return startUrl(command, pathToFileURL(`${dir}/`));
  };
  const aSource = 'shared/errors.ts';

  test('unless nothing has changed', async () => {
    expect((await listed(() => undefined)).href).toMatch(/convert-command\.mjs$/);
  });

  test.each<[string, (bundle: StartBundle) => void]>([
    ['if a source was changed since', ({ sources }) => sources[aSource]![1]--],
    ['if a source has another size', ({ sources }) => sources[aSource]![0]++],
    [
      'if a source is gone',
      ({ sources }) => {
        sources[`${aSource}.gone`] = [1, 1];
      },
    ],
    [
      'if it is not in the bundle',
      (bundle) => {
        bundle.modules = {};
      },
    ],
  ])('%s', async (_, change) => {
    expect(await listed(change)).toEqual(command);
  });

  test('if there is no bundle', () => {
    expect(startUrl(command, pathToFileURL(join(scratch, 'nowhere/')))).toEqual(command);
  });
});

describe('two checkouts that share their packages', () => {
  const old = '1000000000000-1';
  const shared = async (module: URL) => {
    const place = pathToFileURL(`${await mkdtemp(join(scratch, 'shared-'))}/`);
    const list = JSON.stringify({ sources: {}, modules: { [module.href]: `${old}/command.mjs` } });
    await writeFile(new URL('bundle-0badcafe.json', place), list);
    for (const name of [old, '1000000000000-2']) {
      await mkdir(new URL(name, place));
      await writeFile(new URL(`${name}/command.mjs`, place), '');
    }
    await bundleStart(place);
    return (await readdir(place)).filter(
      (name) => name !== START_BUNDLE_LIST && !/^[2-9]|^1[1-9]/.test(name),
    );
  };

  test('keep the files of each other: each has a list of its own', async () => {
    expect(await shared(command)).toEqual([old, 'bundle-0badcafe.json']);
  });

  test('do not keep those of one that is gone', async () => {
    expect(await shared(pathToFileURL(join(scratch, 'gone/convert-command.ts')))).toEqual([]);
  });
});

/** With one bit changed. */
function flipped(bytes: Buffer, at: number): Buffer {
  const altered = Buffer.from(bytes);
  altered[at]! ^= 1;
  return altered;
}

describe('what V8 compiled', () => {
  const loader = new URL('../../local/compiled-bundle.ts', import.meta.url).href;
  let bundle: string;
  beforeAll(async () => {
    bundle = await mkdtemp(join(scratch, 'compiled-'));
    const modules = `{ 'a.ts': () => ({ word: word('a') }), 'b.ts': () => ({ word: word('b'), join: require('node:path').join }) }`;
    const text = `(function (exports, require, module) {\nconst word = (name) => 'module ' + name;\nmodule.exports = { modules: ${modules} };\n})`;
    await writeFile(join(bundle, BUNDLE_SCRIPT), text);
  });

  /** Starts modules in a process of their own, and answers what they export. */
  const started = async (...sources: string[]) => {
    const script = join(bundle, 'start.mjs');
    await writeFile(
      script,
      `import { bundledModule } from ${JSON.stringify(loader)};
       const folder = new URL('./', import.meta.url);
       const modules = process.argv.slice(2).map((source) => bundledModule(folder, source, ['a.ts', 'b.ts']).word);
       console.log(JSON.stringify(modules));`,
    );
    const { code, stdout, stderr } = await run(script, sources);
    expect([code, stderr]).toEqual([0, '']);
    return JSON.parse(stdout) as unknown;
  };
  const kept = async () => {
    const names = (await readdir(bundle)).filter((name) => name.startsWith('compiled-'));
    return Promise.all(names.map(async (name) => (await stat(join(bundle, name))).ino));
  };

  test('is kept once all modules were used, and found from then on', async () => {
    expect(await started('a.ts')).toEqual(['module a']);
    expect(await kept()).toEqual([]);
    expect(await started('a.ts', 'b.ts')).toEqual(['module a', 'module b']);
    const first = await kept();
    expect(first).toHaveLength(1);
    expect(await started('b.ts', 'a.ts')).toEqual(['module b', 'module a']);
    expect(await kept()).toEqual(first);
  });

  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['empty', () => Buffer.alloc(0)],
    ['cut off', (bytes) => bytes.subarray(0, 40)],
    ['without its end', (bytes) => bytes.subarray(0, -1)],
    ['altered by one bit at its start', (bytes) => flipped(bytes, 0)],
    ['altered by one bit in its middle', (bytes) => flipped(bytes, bytes.length >> 1)],
    ['altered by one bit of its sum', (bytes) => flipped(bytes, bytes.length - 1)],
    ['blank, as after a loss of power', (bytes) => Buffer.alloc(bytes.length)],
  ])('is compiled anew, and kept again, if it is %s', async (_, damage) => {
    const [name] = (await readdir(bundle)).filter((file) => file.startsWith('compiled-'));
    const path = join(bundle, name!);
    const damaged = damage(await readFile(path));
    await writeFile(path, damaged);
    expect(await started('a.ts', 'b.ts')).toEqual(['module a', 'module b']);
    expect((await readFile(path)).equals(damaged)).toBe(false);
    const [kept] = await Promise.all([readFile(path), started('a.ts', 'b.ts')]);
    expect((await readFile(path)).equals(kept)).toBe(true);
  });
});
