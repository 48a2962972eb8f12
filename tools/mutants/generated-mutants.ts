import { parseSync } from 'oxc-parser';
import type { Mutant } from './mutant.ts';
import { isNode, isPartOfAlways, type Surroundings, type SyntaxNode, visit } from './syntax.ts';

/** A change that a rule makes, and the expression or statement that holds it: both are offsets in the text. */
export interface GeneratedMutant extends Mutant {
  at: number;
  around: { start: number; end: number; isStatement: boolean };
}

type Change = Pick<GeneratedMutant, 'at' | 'from' | 'to' | 'why' | 'around'>;

const BOUNDARIES: Record<string, string> = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' };
const BOUNDARIES_AND_SUMS: Record<string, string> = { ...BOUNDARIES, '-': '+', '*': '+' };
const OTHER_OPERATORS: Record<string, string> = { ...BOUNDARIES_AND_SUMS, '===': '!==', '!==': '===' };
const OTHER_QUANTIFIERS = new Map([
  ['some', 'every'],
  ['every', 'some'],
]);
const OTHER_DIRECTIONS: Record<string, string> = { '<': '>', '>': '<' };
const LONGEST_DIGIT = 9;

/**
 * Every change that the rules know for a source text, in its order. None is made that another one implies (if `true` and `false` in
 * the place of a condition are both seen, so is its negation), and none in what nobody decides by: words of messages, types, the
 * number that a comparison of a sort returns, how many objects are read at once.
 */
export function generatedMutants(file: string, text: string, tests: readonly string[]): GeneratedMutant[] {
  const changes: Change[] = [];
  const { program } = parseSync(file, text);
  visit(program, (node, where) => changes.push(...changesOf(node, where, text)));
  return changes.sort((a, b) => a.at - b.at).map((change) => ({ file, tests, ...change }));
}

function changesOf(node: SyntaxNode, where: Surroundings, text: string): Change[] {
  if (where.inSort) return otherOperator(node, text, OTHER_DIRECTIONS, 'a sort turns round');
  switch (node.type) {
    case 'BinaryExpression':
      // Inside a condition, its own `true` and `false` imply the other one of equal and unequal.
      return otherOperator(
        node,
        text,
        where.isCondition ? BOUNDARIES_AND_SUMS : OTHER_OPERATORS,
        'another operator',
      );
    case 'LogicalExpression':
      return termsOf(node, text);
    case 'IfStatement':
    case 'WhileStatement':
    case 'ConditionalExpression':
      return conditionOf(node, text);
    case 'UnaryExpression':
      return node.operator === '!' && isNode(node.argument) && !where.isCondition
        ? [whole(node, text, sourceOf(node.argument, text), 'a condition is turned round')]
        : [];
    case 'Literal':
      return otherLiteral(node, text);
    case 'CallExpression':
      return otherCall(node, text);
    case 'ExpressionStatement':
      return leftOut(node, text);
    default:
      return [];
  }
}

/** `a && b` → `a`, `b`; the same with `||`. In a chain each term is dropped once. */
function termsOf(node: SyntaxNode, text: string): Change[] {
  const { left, right, operator } = node;
  if (!isNode(left) || !isNode(right) || operator === '??') return [];
  const changes = [whole(node, text, sourceOf(left, text), 'a term is dropped')];
  if (left.operator !== operator) changes.push(whole(node, text, sourceOf(right, text), 'a term is dropped'));
  return changes;
}

/** What its terms imply is left out: `a && b` is never always true if `a` and `b` are both needed. */
function conditionOf({ test, consequent, type }: SyntaxNode, text: string): Change[] {
  if (!isNode(test)) return [];
  const operator = test.type === 'LogicalExpression' ? test.operator : undefined;
  const always = whole(test, text, 'true', 'a condition always holds');
  const never = whole(test, text, 'false', 'a condition never holds');
  const changes: Change[] = [];
  if (operator !== '&&' && type !== 'WhileStatement') changes.push(always);
  // `{ ...(x === undefined ? {} : { x }) }` → `{ x: undefined }`: JSON has no key for it.
  if (operator !== '||' && !isPartOfAlways(test, consequent)) changes.push(never);
  return changes;
}

function otherLiteral(node: SyntaxNode, text: string): Change[] {
  const { value } = node;
  if (typeof value === 'boolean') return [whole(node, text, String(!value), 'true and false are exchanged')];
  if (typeof value !== 'number') return [];
  const other = value > LONGEST_DIGIT ? value * 2 : value + 1;
  return [whole(node, text, String(other), 'a number is another one')];
}

/** `rows.filter(isOurs)` → `rows`; `some` for `every`. */
function otherCall(node: SyntaxNode, text: string): Change[] {
  const { callee } = node;
  if (!isNode(callee) || callee.type !== 'MemberExpression') return [];
  const { object, property } = callee;
  if (!isNode(object) || !isNode(property)) return [];
  const name = sourceOf(property, text);
  if (name === 'filter') return [whole(node, text, sourceOf(object, text), 'nothing is filtered')];
  const other = OTHER_QUANTIFIERS.get(name);
  const around = { start: node.start, end: node.end, isStatement: false };
  return other === undefined
    ? []
    : [{ at: property.start, from: name, to: other, why: 'some for all', around }];
}

/** A call whose result nobody takes is left out, or nobody waits for its end. */
function leftOut(node: SyntaxNode, text: string): Change[] {
  const { expression } = node;
  if (!isNode(expression)) return [];
  const isAwaited = expression.type === 'AwaitExpression';
  const call = isAwaited ? expression.argument : expression;
  if (!isNode(call) || call.type !== 'CallExpression') return [];
  const gone = whole(node, text, ';', 'a step is left out');
  gone.around.isStatement = true;
  if (!isAwaited) return [gone];
  const unwaited = whole(expression, text, `void ${sourceOf(call, text)}`, 'nobody waits for a step');
  return [gone, unwaited];
}

function otherOperator(
  node: SyntaxNode,
  text: string,
  others: Record<string, string>,
  why: string,
): Change[] {
  const { left, right, operator } = node;
  if (node.type !== 'BinaryExpression' || !isNode(left) || !isNode(right) || typeof operator !== 'string')
    return [];
  const to = others[operator];
  const at = text.indexOf(operator, left.end);
  if (to === undefined || at < 0 || at >= right.start) return [];
  return [{ at, from: operator, to, why, around: { start: node.start, end: node.end, isStatement: false } }];
}

function whole(node: SyntaxNode, text: string, to: string, why: string): Change {
  const { start, end } = node;
  return { at: start, from: sourceOf(node, text), to, why, around: { start, end, isStatement: false } };
}

function sourceOf({ start, end }: SyntaxNode, text: string): string {
  return text.slice(start, end);
}
