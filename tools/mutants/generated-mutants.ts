import { parseSync } from 'oxc-parser';
import type { Mutant } from './mutant.ts';

/** A node of the syntax tree, as far as the changes look at it; offsets are in the text. */
interface SyntaxNode {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

type Change = Pick<Mutant, 'from' | 'to' | 'why'> & { at: number };

const OTHER_OPERATORS: Record<string, string> = {
  '===': '!==',
  '!==': '===',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '-': '+',
  '*': '+',
  '&&': '||',
  '||': '&&',
};

/** Every change that the rules know for a source text, in its order: operators, conditions, numbers and calls for their effect. */
export function generatedMutants(file: string, text: string, tests: readonly string[]): Mutant[] {
  const changes: Change[] = [];
  const { program } = parseSync(file, text);
  visit(program, (node) => changes.push(...changesOf(node, text)));
  return changes.sort((a, b) => a.at - b.at).map((change) => ({ file, tests, ...change }));
}

function changesOf(node: SyntaxNode, text: string): Change[] {
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression':
      return otherOperator(node, text);
    case 'IfStatement':
    case 'ConditionalExpression':
      return isNode(node.test)
        ? [
            whole(node.test, text, 'true', 'a condition always holds'),
            whole(node.test, text, 'false', 'a condition never holds'),
          ]
        : [];
    case 'UnaryExpression':
      return node.operator === '!' && isNode(node.argument)
        ? [
            whole(
              node,
              text,
              text.slice(node.argument.start, node.argument.end),
              'a condition is turned round',
            ),
          ]
        : [];
    case 'Literal':
      return typeof node.value === 'number'
        ? [whole(node, text, String(node.value + 1), 'a number is one more')]
        : [];
    case 'ExpressionStatement':
      return isEffect(node.expression) ? [whole(node, text, ';', 'a step is left out')] : [];
    default:
      return [];
  }
}

/** A call, awaited or not, whose result nobody takes. */
function isEffect(expression: unknown): boolean {
  if (!isNode(expression)) return false;
  return expression.type === 'AwaitExpression'
    ? isEffect(expression.argument)
    : expression.type === 'CallExpression';
}

function otherOperator({ left, right, operator }: SyntaxNode, text: string): Change[] {
  if (!isNode(left) || !isNode(right) || typeof operator !== 'string') return [];
  const other = OTHER_OPERATORS[operator];
  const at = text.indexOf(operator, left.end);
  if (other === undefined || at < 0 || at >= right.start) return [];
  return [{ at, from: operator, to: other, why: 'another operator' }];
}

function whole({ start, end }: SyntaxNode, text: string, to: string, why: string): Change {
  return { at: start, from: text.slice(start, end), to, why };
}

/** Calls `look` for each node; types hold nothing that runs. */
function visit(node: unknown, look: (node: SyntaxNode) => void): void {
  if (Array.isArray(node)) {
    for (const each of node) visit(each, look);
    return;
  }
  if (!isNode(node) || /^TS(Type|Interface)|^Import/.test(node.type)) return;
  look(node);
  for (const part of Object.values(node)) if (typeof part === 'object') visit(part, look);
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value && 'end' in value;
}
