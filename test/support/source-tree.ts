import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type EcmaScriptModule, parseSync } from 'oxc-parser';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A TypeScript file of the project, read as an import graph needs it. */
export interface SourceFile {
  /** From the project's folder: `shared/errors.ts`. */
  path: string;
  text: string;
  lineCount: number;
  imports: Import[];
  /** Names that it exports; `default` is one. */
  exports: string[];
  functions: { name: string; line: number; lineCount: number }[];
}

/** A file of the project (or a package) that another one imports. */
export interface Import {
  /** Path from the project's folder, or the package's name as written. */
  target: string;
  /** `*` is everything: a namespace, a dynamic import, a re-export, a worker's file. */
  names: string[];
}

/** Every file of TypeScript, AssemblyScript or JavaScript below the folders; what a compiler wrote is left out. */
export async function readSources(folders: string[]): Promise<SourceFile[]> {
  const paths = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(`${ROOT}${folder}`, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && /(?<!\.d)\.(tsx?|js|mjs|cjs)$/.test(entry.name))
        .map((entry) => `${entry.parentPath}/${entry.name}`.slice(ROOT.length));
    }),
  );
  const wanted = paths.flat().filter((path) => !path.includes('/generated/'));
  return Promise.all(wanted.sort().map(async (path) => parsed(path, await readFile(ROOT + path, 'utf8'))));
}

/** One source text, as `readSources` gives it. */
export function parsed(path: string, text: string): SourceFile {
  const { module, program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  return {
    path,
    text,
    lineCount: text.split('\n').length - 1,
    imports: importsOf(path, text, module),
    exports: module.staticExports.flatMap(({ entries }) =>
      entries.map(({ exportName }) => (exportName.kind === 'Default' ? 'default' : (exportName.name ?? '*'))),
    ),
    functions: functionsOf(program, text),
  };
}

function importsOf(path: string, text: string, module: EcmaScriptModule): Import[] {
  const found = module.staticImports.map(({ moduleRequest, entries }) => ({
    target: targetOf(path, moduleRequest.value),
    names: entries.map(({ importName }) =>
      importName.kind === 'Default' ? 'default' : (importName.name ?? '*'),
    ),
  }));
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest, importName } of entries) {
      if (moduleRequest)
        found.push({ target: targetOf(path, moduleRequest.value), names: [importName.name ?? '*'] });
    }
  }
  // A dynamic import, or a file that is started as a worker or a process.
  for (const [, specifier] of text.matchAll(/(?:import\(|new URL\(\s*)'(\.[^']*\.ts)'/g)) {
    if (specifier !== undefined) found.push({ target: targetOf(path, specifier), names: ['*'] });
  }
  return found;
}

function targetOf(path: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
  // AssemblyScript leaves the ending out.
  return path.includes('/assemblyscript/') ? `${target}.ts` : target;
}

interface SyntaxNode {
  type: string;
  start: number;
  end: number;
  id?: { name?: string } | null;
  key?: { name?: string };
}

const FUNCTION = /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/;

function functionsOf(program: object, text: string): SourceFile['functions'] {
  const functions: SourceFile['functions'] = [];
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length;
  const walk = (value: unknown, name: string): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const item of value) walk(item, name);
      return;
    }
    const node = value as Partial<SyntaxNode>;
    const known = node.id?.name ?? node.key?.name ?? name;
    if (node.type !== undefined && FUNCTION.test(node.type)) {
      const { start = 0, end = 0 } = node;
      const line = lineAt(start);
      functions.push({ name: known, line, lineCount: lineAt(end) - line + 1 });
    }
    for (const inner of Object.values(node)) walk(inner, known);
  };
  walk(program, '(module)');
  return functions;
}

/** Groups of names that import each other in a circle, each in the order it was found. */
export function circlesOf(graph: Map<string, Iterable<string>>): string[][] {
  const state = new Map<string, { index: number; low: number; open: boolean }>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (name: string): { index: number; low: number; open: boolean } => {
    const node = { index: state.size, low: state.size, open: true };
    state.set(name, node);
    stack.push(name);
    for (const next of graph.get(name) ?? []) {
      if (!graph.has(next) || next === name) continue;
      const known = state.get(next);
      if (!known) node.low = Math.min(node.low, visit(next).low);
      else if (known.open) node.low = Math.min(node.low, known.index);
    }
    if (node.low === node.index) {
      const members = stack.splice(stack.indexOf(name));
      for (const member of members) {
        const closed = state.get(member);
        if (closed) closed.open = false;
      }
      if (members.length > 1) circles.push(members);
    }
    return node;
  };
  for (const name of graph.keys()) if (!state.has(name)) visit(name);
  return circles;
}
