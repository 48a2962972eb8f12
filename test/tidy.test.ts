import { beforeAll, describe, expect, it } from 'vitest';
import { ARROWS, BASE, PURE } from './support/house-arrows.ts';
import { circlesOf, parsed, readSources, type SourceFile } from './support/source-tree.ts';

const IMPURE_IMPORT =
  /^(@aws-sdk|@middy|@aws-lambda-powertools|node:fs|node:http|node:child_process|node:worker_threads)/;
const IMPURE_CALL = /\bDate\.now\(|new Date\(\)|performance\.now\(|Math\.random\(/;

const MOST_LINES = 300;
const MOST_TEST_LINES = 400;
const MOST_FUNCTION_LINES = 60;
/** A loop of the kernel stays one function: cut into steps that the compiler does not inline, it was up to a fifth slower. */
const MOST_LOOP_LINES = 80;

let sources: SourceFile[];
let tests: SourceFile[];

beforeAll(async () => {
  sources = await readSources([
    ...[
      'functions',
      'shared',
      'connector',
      'local',
      'terminal',
      'generator',
      'cli',
      'tools',
      'bin',
      'library',
      'resources',
      'studio',
    ],
  ]);
  tests = await readSources(['test']);
});

describe('house rules', () => {
  it('arrows go one way (docs/architecture.md draws them)', () => {
    expect(wrongArrows(sources)).toEqual([]);
  });

  it('no files, and no folders, import each other in a circle', () => {
    expect(circleMessages(sources)).toEqual([]);
  });

  it('pure folders touch neither SDK nor file system nor clock', () => {
    expect(sources.filter(({ path }) => PURE.some((place) => isIn(path, place))).flatMap(impurities)).toEqual(
      [],
    );
  });

  it('files have one subject, a name that says which, and a size one can read', () => {
    expect([...sources, ...tests].flatMap(sizeProblems)).toEqual([]);
  });

  it('nothing is exported that no other file imports', () => {
    expect(deadExports(sources, tests)).toEqual([]);
  });

  it('every function of the compiled kernel is called', () => {
    const kernel = sources.find(({ path }) => path === 'shared/kernel/assemblyscript/exports.ts');
    const callers = [...sources, ...tests].filter(
      ({ path }) => !path.startsWith('shared/kernel/assemblyscript/'),
    );
    const idle = (kernel?.exports ?? []).filter(
      (name) => !callers.some(({ text }) => new RegExp(`\\b${name}\\b`).test(text)),
    );
    expect(idle.map((name) => `exports.ts: nobody calls ${name}; take it out of the kernel`)).toEqual([]);
  });

  it('commands write to the terminal in one place, which escapes what names and values hold', () => {
    const places = ['bin', 'library', 'cli', 'terminal', 'local'].flatMap((room) =>
      sources.filter(({ path }) => isIn(path, room) && path !== 'terminal/print.ts'),
    );
    const direct = places.filter(({ text }) => /\bconsole\.|\bprocess\.std(out|err)\.write/.test(text));
    expect(direct.map(({ path }) => `${path}: print with terminal/print.ts`)).toEqual([]);
  });

  it('a command that a text tells people to type is whole: it runs if it is pasted', () => {
    expect(sources.flatMap(halfCommands)).toEqual([]);
  });

  it('no client of AWS waits for ever, and no tool has a parser of flags of its own', () => {
    expect(sources.flatMap(impatientClients)).toEqual([]);
    const parsers = sources.filter(({ text }) => /\bparseArgs\b/.test(text));
    expect(
      parsers.map(({ path }) => `${path}: runWithFlags of terminal/command-line.ts knows misspelt flags`),
    ).toEqual([]);
  });

  it('commands end by themselves: process.exit may hang (terminal/exit.ts)', () => {
    const places = ['terminal/exit.ts', 'tools/check-node.mjs'];
    const direct = sources.filter(
      ({ path, text }) => !places.includes(path) && /^(?!\s*(?:\*|\/\/)).*\bprocess\.exit\(/m.test(text),
    );
    expect(direct.map(({ path }) => `${path}: hand the exit code to runCommand of terminal/exit.ts`)).toEqual(
      [],
    );
  });

  it('no type is forced on a value that does not have it', () => {
    const forced = [...sources, ...tests].filter(({ text }) => /\bas unknown as [A-Za-z({[]/.test(text));
    expect(
      forced.map(
        ({ path }) => `${path}: 'as unknown as' hides a wrong type; parse the value, or correct the type`,
      ),
    ).toEqual([]);
  });

  it('tests share loaded modules: who replaces one is alone, and what they share registers nothing when it is loaded', () => {
    const isolated = ({ path }: SourceFile) => path.endsWith('.isolated.test.ts');
    const replacing = tests.filter((test) => /\bvi\.(mock|doMock)\(/.test(test.text) && !isolated(test));
    const registering = tests.filter(
      ({ path, text }) =>
        path.startsWith('test/support/') && /^(before|after)(Each|All)\(|^vi\.setConfig/m.test(text),
    );
    expect([
      ...replacing.map(({ path }) => `${path}: call it *.isolated.test.ts`),
      ...registering.map(({ path }) => `${path}: only the first file that imports it gets its hooks`),
    ]).toEqual([]);
  });

  it('ports are handed on one by one: a function makes each when it is asked for, and has no bucket for those that it never needs', () => {
    const spread = sources.filter(
      ({ path, text }) => path.startsWith('shared/') && /\.\.\.ports\b/.test(text),
    );
    expect(spread.map(({ path }) => path)).toEqual([]);
  });
});

describe('the rules see what they are for', () => {
  const file = (path: string, text: string) => parsed(path, text);

  it('a command without npx in a message', () => {
    const told =
      "const USAGE = {\n usage: 'positional-lake clean --lake DIR',\n};\nsay('Run positional-lake clean --lake lake');\nsay('npx positional-lake clean');";
    expect(halfCommands(file('cli/a.ts', told))).toEqual([
      'cli/a.ts:4: in the project only "npx positional-lake clean" runs; write it so',
    ]);
  });

  it('an arrow that goes up, and a folder that no rule knows', () => {
    expect(
      wrongArrows([
        file('shared/keys/a.ts', "import { b } from '../pipeline/split/b.ts';"),
        file('shared/new-room/c.ts', ''),
      ]),
    ).toEqual([
      'shared/keys/a.ts imports shared/pipeline/split/b.ts: move what both need further down, or pass it in through a port',
      'shared/new-room/c.ts: no rule knows this folder; put the file where it belongs, or add the folder to ARROWS',
    ]);
  });

  it('circles of files and of folders', () => {
    const messages = circleMessages([
      file('cli/a.ts', "import type { B } from './b.ts'; import { c } from '../local/c.ts';"),
      file('cli/b.ts', "export { a } from './a.ts';"),
      file('local/c.ts', "const later = import('../cli/d.ts');"),
      file('cli/d.ts', ''),
    ]);
    expect(messages).toHaveLength(2);
    expect(messages[0]).toContain('cli/a.ts, cli/b.ts');
    expect(messages[1]).toContain('cli, local');
  });

  it('an export that nobody imports, though the file itself uses it', () => {
    const messages = deadExports(
      [
        file(
          'shared/a.ts',
          'export const used = 1; export interface Idle {} export const idle: Idle = used;',
        ),
        file('shared/b.ts', "import { used } from './a.ts'; console.log(used);"),
      ],
      [],
    );
    expect(messages.map((message) => message.split(':')[0])).toEqual(['shared/a.ts', 'shared/a.ts']);
  });

  it('a long function and a long file', () => {
    const long = `export function f() {\n${'  g();\n'.repeat(60)}}\n`;
    expect(sizeProblems(file('shared/keys/a.ts', long))).toEqual([
      'shared/keys/a.ts:1: f has 62 lines; a name for each of its steps would make it shorter than 61',
    ]);
    expect(sizeProblems(file('test/a.test.ts', '\n'.repeat(401)))).toHaveLength(1);
  });
});

/** The SDK's own patience has no end: shared/aws/client-patience.ts. */
function impatientClients({ path, text }: SourceFile): string[] {
  const made = [...text.matchAll(/new (?:S3|Glue|SFN|SNS|SQS|STS|Athena|Lambda|CloudWatch)Client\(/g)];
  return made.flatMap(({ index }) =>
    path.startsWith('tools/cold-start/') || /patient\(|accessOf\(/.test(text.slice(index, index + 300))
      ? []
      : [`${path}: a client waits as long as patient() says`],
  );
}

function isIn(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

/** The entry of ARROWS that a path belongs to. */
function areaOf(path: string): string | undefined {
  return [...BASE, ...Object.keys(ARROWS)]
    .filter((area) => isIn(path, area))
    .sort((a, b) => b.length - a.length)[0];
}

function wrongArrows(files: SourceFile[]): string[] {
  return files.flatMap(({ path, imports }) => {
    const area = areaOf(path);
    if (area === undefined) {
      return `${path}: no rule knows this folder; put the file where it belongs, or add the folder to ARROWS`;
    }
    const allowed = [area, ...BASE, ...(ARROWS[area] ?? [])];
    return imports
      .filter(({ target }) => target.endsWith('.ts') && !allowed.some((place) => isIn(target, place)))
      .map(
        ({ target }) =>
          `${path} imports ${target}: move what both need further down, or pass it in through a port`,
      );
  });
}

function circleMessages(files: SourceFile[]): string[] {
  const byFile = new Map<string, Set<string>>();
  const byFolder = new Map<string, Set<string>>();
  const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/'));
  for (const { path, imports } of files) {
    byFile.set(path, new Set(imports.map(({ target }) => target)));
    const folder = byFolder.get(folderOf(path)) ?? new Set();
    for (const { target } of imports) if (target.endsWith('.ts')) folder.add(folderOf(target));
    byFolder.set(folderOf(path), folder);
  }
  return [
    ...circlesOf(byFile).map(
      (circle) => `${circle.join(', ')} import each other: give what they share a file of its own`,
    ),
    ...circlesOf(byFolder).map(
      (circle) => `the folders ${circle.join(', ')} import each other: move what they share below them`,
    ),
  ];
}

function impurities({ path, text, imports }: SourceFile): string[] {
  return [
    ...imports
      .filter(({ target }) => IMPURE_IMPORT.test(target))
      .map(({ target }) => `${path} imports ${target}: let the pipeline do it, and pass the result in`),
    ...(IMPURE_CALL.test(text) ? [`${path} reads a clock or chance: pass the value in`] : []),
  ];
}

function sizeProblems({ path, lineCount, functions }: SourceFile): string[] {
  const isTest = path.startsWith('test/');
  const most = isTest ? MOST_TEST_LINES : MOST_LINES;
  const mostInFunction = path.startsWith('shared/kernel/assemblyscript/')
    ? MOST_LOOP_LINES
    : MOST_FUNCTION_LINES;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const isEntry = /^functions\/\w+\/index\.ts$/.test(path);
  return [
    ...(/^(utils?|helpers?|common|misc|index)\.ts$/.test(name) && !isEntry
      ? [`${path}: name it after the one thing in it`]
      : []),
    ...(lineCount > most
      ? [`${path} has ${lineCount} lines, and ${most} are the most: split it where its second subject starts`]
      : []),
    ...(isTest ? [] : functions)
      .filter((one) => one.lineCount > mostInFunction)
      .map(
        (one) =>
          `${path}:${one.line}: ${one.name} has ${one.lineCount} lines; a name for each of its steps would make it shorter than ${mostInFunction + 1}`,
      ),
  ];
}

/** Lambda imports the entries of functions, people import the library, `serverless.yml` what resources/made.js passes on, and the kernel is what exports.ts names. */
const USED_FROM_OUTSIDE =
  /^(functions\/\w+\/index\.ts|library\/main\.ts|tools\/package\/(older-\w+|duckdb-if-installed|command-elsewhere|built-page)\.ts|resources\/made\.js|studio\/page\/stand-ins\/[\w-]+\.ts|shared\/kernel\/assemblyscript\/exports\.ts|tools\/mutants\/(vitest\.config|switching-runner)\.ts)$/;

function deadExports(files: SourceFile[], users: SourceFile[]): string[] {
  const used = new Map<string, Set<string>>();
  for (const { imports } of [...files, ...users]) {
    for (const { target, names } of imports) {
      const known = used.get(target) ?? new Set();
      for (const name of names) known.add(name);
      used.set(target, known);
    }
  }
  return files
    .filter(({ path }) => !USED_FROM_OUTSIDE.test(path) && !used.get(path)?.has('*'))
    .flatMap(({ path, exports }) =>
      exports
        .filter((name) => name !== '*' && !used.get(path)?.has(name))
        .map((name) => `${path}: nobody imports ${name}; take the word 'export' away, or the whole of it`),
    );
}

/** Commands with their arguments in texts, not in comments or in the usage that `--help` prints. */
function halfCommands({ path, text }: SourceFile): string[] {
  return text.split('\n').flatMap((line, at) => {
    if (/^\s*(\/?\*|\/\/)|\busage: |^positional-lake /.test(line)) return [];
    const half = /(?<!npx )(?<![\w-])positional-lake ([a-z][a-z -]*) (?:--(?!help)|\$\{|[A-Z]{2})/g;
    return [...line.matchAll(half)].map(
      ([, name]) => `${path}:${at + 1}: in the project only "npx positional-lake ${name}" runs; write it so`,
    );
  });
}
