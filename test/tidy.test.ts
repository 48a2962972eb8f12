import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What everything may import; they import nothing, apart from one another. */
const BASE = ['shared/errors.ts', 'shared/refusal.ts', 'shared/decimal.ts', 'shared/version.ts'];

/** Which folders a folder may import from, besides itself and BASE. */
const ARROWS: Record<string, string[]> = {
  ...Object.fromEntries(BASE.map((file) => [file, []])),
  'shared/layout': [],
  'shared/kernel': [],
  'shared/ranges': [],
  'shared/keys': [],
  'shared/decode': ['shared/kernel', 'shared/layout', 'shared/ranges'],
  'shared/parquet': ['shared/kernel', 'shared/decode', 'shared/layout', 'shared/ranges'],
  'shared/totals': ['shared/decode', 'shared/layout'],
  'shared/run': ['shared/totals', 'shared/parquet', 'shared/layout', 'shared/ranges', 'shared/keys'],
  'shared/operations': ['shared/run', 'shared/keys'],
  'shared/ports': ['shared/operations', 'shared/ranges'],
  'shared/day': [
    'shared/run',
    'shared/totals',
    'shared/layout',
    'shared/ranges',
    'shared/keys',
    'shared/ports',
  ],
  'shared/pipeline': [
    ...['shared/kernel', 'shared/parquet', 'shared/decode', 'shared/layout', 'shared/ports', 'shared/totals'],
    ...['shared/run', 'shared/day', 'shared/operations', 'shared/ranges', 'shared/keys'],
  ],
  'shared/aws': ['shared/ports', 'shared/operations', 'shared/ranges', 'shared/keys'],
  'shared/lambda': ['shared/operations'],
  functions: ['shared'],
  local: ['functions', 'shared'],
  terminal: ['local', 'shared'],
  generator: ['shared'],
  cli: ['terminal', 'generator', 'local', 'shared'],
  tools: ['terminal', 'generator', 'local', 'functions', 'shared'],
};

const PURE = [
  ...['shared/kernel', 'shared/layout', 'shared/decode', 'shared/parquet', 'shared/ranges', 'shared/keys'],
  ...['shared/totals', 'shared/run', 'shared/day', 'shared/operations'],
];
const IMPURE_IMPORT =
  /^(@aws-sdk|@middy|@aws-lambda-powertools|node:fs|node:http|node:child_process|node:worker_threads)/;
const IMPURE_CALL = /\bDate\.now\(|new Date\(\)|performance\.now\(|Math\.random\(/;

async function sources(): Promise<{ path: string; text: string }[]> {
  const found: { path: string; text: string }[] = [];
  for (const folder of ['functions', 'shared', 'local', 'terminal', 'generator', 'cli', 'tools']) {
    for (const entry of await readdir(`${ROOT}/${folder}`, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
      const path = `${entry.parentPath}/${entry.name}`;
      found.push({ path: path.slice(ROOT.length).replace(/^\/+/, ''), text: await readFile(path, 'utf8') });
    }
  }
  return found;
}

function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => match[1]!);
}

function resolved(path: string, specifier: string): string {
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}

/** The entry of ARROWS that a path belongs to. */
function areaOf(path: string): string | undefined {
  return Object.keys(ARROWS).find((area) => path === area || path.startsWith(`${area}/`));
}

describe('house rules', () => {
  it('arrows go one way (see docs/architecture.md)', async () => {
    const wrong: string[] = [];
    for (const { path, text } of await sources()) {
      const area = areaOf(path);
      if (!area) {
        wrong.push(
          `${path}: no rule knows this folder; put the file where it belongs, or add the folder to ARROWS`,
        );
        continue;
      }
      for (const specifier of importsOf(text).filter((name) => name.startsWith('.'))) {
        const target = resolved(path, specifier);
        if (target === 'package.json') continue;
        const allowed = [area, ...BASE, ...ARROWS[area]!].some(
          (ok) => target === ok || target.startsWith(`${ok}/`),
        );
        if (!allowed) {
          wrong.push(
            `${path} imports ${target}: move what is shared further down, or pass it in through a port`,
          );
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('pure folders touch neither SDK nor file system nor clock', async () => {
    const wrong = (await sources())
      .filter(({ path }) => PURE.some((folder) => path.startsWith(`${folder}/`)))
      .flatMap(({ path, text }) => [
        ...importsOf(text)
          .filter((name) => IMPURE_IMPORT.test(name))
          .map((name) => `${path} imports ${name}: let the pipeline do it, and pass the result in`),
        ...(IMPURE_CALL.test(text) ? [`${path} reads a clock or chance: pass the value in`] : []),
      ]);
    expect(wrong).toEqual([]);
  });

  it('files have one subject, and names that say which', async () => {
    const wrong = (await sources()).flatMap(({ path, text }) => {
      const name = path.slice(path.lastIndexOf('/') + 1);
      const lines = text.split('\n').length;
      return [
        ...(/^(utils?|helpers?|common|misc|index)\.ts$/.test(name) &&
        !/^functions\/\w+\/index\.ts$/.test(path)
          ? [`${path}: name it after the one thing in it`]
          : []),
        ...(lines > 420 ? [`${path} has ${lines} lines: split it where its second subject starts`] : []),
      ];
    });
    expect(wrong).toEqual([]);
  });
});
