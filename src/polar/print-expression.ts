import { assertNever } from '../util/assert-never.ts';
import type { CallNode, ExpressionNode, NameNode, ShorthandNode, StringNode, TermNode } from './ast.ts';

/** The canonical text of an expression: parentheses around every `and` and `or` that stands inside another operator, and nowhere else. */
export function printExpression(node: ExpressionNode): string {
  switch (node.kind) {
    case 'or':
    case 'and':
      return node.operands.map(printOperand).join(` ${node.kind} `);
    case 'not':
      return `not ${printOperand(node.operand)}`;
    case 'call':
      return printCall(node);
    case 'boolean-expression':
      return `${node.value}`;
    case 'compare':
      return `${printTerm(node.left)} ${node.operator} ${printTerm(node.right)}`;
    case 'in':
      return `${printTerm(node.item)} in [${node.list.items.map(printTerm).join(', ')}]`;
    case 'matches':
      return `${node.variable.text} matches${node.exact ? '!' : ''} ${node.type.text}`;
    default:
      return assertNever(node);
  }
}

function printOperand(operand: ExpressionNode): string {
  const printed = printExpression(operand);
  return operand.kind === 'or' || operand.kind === 'and' ? `(${printed})` : printed;
}

/** The canonical text of the body of a shorthand rule. */
export function printShorthand(node: ShorthandNode): string {
  switch (node.kind) {
    case 'shorthand-or':
      return node.operands.map(printShorthandOperand).join(' or ');
    case 'shorthand-and':
      return node.operands.map(printShorthandOperand).join(' and ');
    case 'call':
      return printCall(node);
    case 'shorthand-term':
      return node.on ? `${printShort(node.term)} on ${printShort(node.on)}` : printShort(node.term);
    case 'shorthand-global':
      return `global ${printShort(node.term)}`;
    default:
      return assertNever(node);
  }
}

function printShorthandOperand(operand: ShorthandNode): string {
  const printed = printShorthand(operand);
  return operand.kind === 'shorthand-or' || operand.kind === 'shorthand-and' ? `(${printed})` : printed;
}

function printShort(node: StringNode | NameNode): string {
  return node.kind === 'string' ? printString(node.value) : node.text;
}

function printCall({ name, args }: CallNode): string {
  return `${name.text}(${args.map(printTerm).join(', ')})`;
}

/** A term as the parser reads it. */
export function printTerm(node: TermNode): string {
  switch (node.kind) {
    case 'string':
      return printString(node.value);
    case 'number':
      return node.text;
    case 'boolean':
      return `${node.value}`;
    case 'object':
      return `${node.type.text}{${printTerm(node.id)}}`;
    case 'now':
      return '@current_unix_time';
    case 'variable':
      return node.name;
    default:
      return assertNever(node);
  }
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\0', '\\0'],
]);

function printString(value: string): string {
  return `"${value.replace(/["\\\n\r\t\0]/g, (character) => ESCAPES.get(character) ?? character)}"`;
}
