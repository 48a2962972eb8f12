/** A node of the syntax tree, as far as the changes look at it; offsets are in the text. */
export interface SyntaxNode {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

/** Where a node stands. */
export interface Surroundings {
  /** Its value decides which way an `if` goes, alone or as one of several terms. */
  isCondition: boolean;
  /** In a function that compares for a sort. */
  inSort: boolean;
}

const SORTS = new Set(['sort', 'toSorted']);
const ABOUT_TYPES = /^TS|^Import|^Export(All|Named)/;
const TYPED_VALUES = new Set(['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression']);

/** Calls `look` for each node that runs and decides something: not types, nor words of messages. */
export function visit(node: unknown, look: (node: SyntaxNode, where: Surroundings) => void): void {
  walk(node, { isCondition: false, inSort: false }, look);
}

function walk(
  node: unknown,
  where: Surroundings,
  look: (node: SyntaxNode, where: Surroundings) => void,
): void {
  if (Array.isArray(node)) {
    for (const each of node) walk(each, where, look);
    return;
  }
  if (!isNode(node) || decidesNothing(node)) return;
  look(node, where);
  for (const [name, part] of Object.entries(node)) {
    if (typeof part === 'object' && !isName(node, name)) walk(part, surroundings(node, name, where), look);
  }
}

function surroundings(node: SyntaxNode, part: string, where: Surroundings): Surroundings {
  const isTest = part === 'test';
  const isTerm = where.isCondition && (node.type === 'LogicalExpression' || node.operator === '!');
  const inSort = where.inSort || (part === 'arguments' && SORTS.has(calledName(node)));
  return { isCondition: isTest || isTerm, inSort };
}

function decidesNothing(node: SyntaxNode): boolean {
  if (node.type === 'TemplateLiteral') return true;
  if (node.type === 'ExportNamedDeclaration' && isNode(node.declaration)) return false;
  if (ABOUT_TYPES.test(node.type)) return !TYPED_VALUES.has(node.type);
  // const PARALLEL_READS = 16
  return node.type === 'VariableDeclarator' && isNode(node.id) && /^PARALLEL_/.test(String(node.id.name));
}

/** The key of `{ 1: x }` is a name. */
function isName(node: SyntaxNode, part: string): boolean {
  return part === 'key' && node.computed !== true;
}

function calledName({ type, callee }: SyntaxNode): string {
  if (type !== 'CallExpression' || !isNode(callee) || !isNode(callee.property)) return '';
  return String(callee.property.name);
}

/** `x === undefined` in `x === undefined ? {} : { x }`. */
export function isPartOfAlways(test: SyntaxNode, consequent: unknown): boolean {
  const isEmpty =
    isNode(consequent) &&
    consequent.type === 'ObjectExpression' &&
    Array.isArray(consequent.properties) &&
    consequent.properties.length === 0;
  const { right } = test;
  return isEmpty && test.operator === '===' && isNode(right) && right.name === 'undefined';
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value && 'end' in value;
}
