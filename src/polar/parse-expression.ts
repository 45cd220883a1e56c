import type { CallNode, CompareNode, ExpressionNode, HeadNode, ParameterNode, TermNode } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { nameNode, parseArguments, parseCall, parseList, parseName, parseTerm, startsTerm } from './parse-term.ts';

const CONDITION = 'a condition';
const TYPED_HINT = 'a type is given before the call: `x matches Type and …`';

/** expr : and_e { `or` and_e } */
export function parseExpression(cursor: Cursor): ExpressionNode {
  return parseOperands(cursor, 'or', parseConjunction);
}

/** and_e : not_e { `and` not_e } */
function parseConjunction(cursor: Cursor): ExpressionNode {
  return parseOperands(cursor, 'and', parseNegation);
}

function parseOperands(
  cursor: Cursor,
  kind: 'or' | 'and',
  parseOperand: (cursor: Cursor) => ExpressionNode,
): ExpressionNode {
  const { start } = cursor.token;
  const first = parseOperand(cursor);
  if (!cursor.at(kind)) return first;
  const operands = [first];
  while (cursor.take(kind)) operands.push(parseOperand(cursor));
  return { kind, operands, span: cursor.spanFrom(start) };
}

/** not_e : `not` not_e | prim */
function parseNegation(cursor: Cursor): ExpressionNode {
  const { start } = cursor.token;
  if (!cursor.take('not')) return parsePrimary(cursor);
  const operand = cursor.nested(parseNegation);
  return { kind: 'not', operand, span: cursor.spanFrom(start) };
}

/** prim : `(` expr `)` | call | BOOLEAN | relation */
function parsePrimary(cursor: Cursor): ExpressionNode {
  const { token } = cursor;
  if (token.text === '(') return parseParentheses(cursor);
  if (token.kind === 'name' && cursor.peek().text === '(') return parseBodyCall(cursor);
  if (!startsTerm(token)) cursor.fail(CONDITION);
  return parseRelation(cursor, parseTerm(cursor));
}

/** The span of an expression in parentheses includes them. */
function parseParentheses(cursor: Cursor): ExpressionNode {
  const { start } = cursor.expect('(');
  const inner = cursor.nested(parseExpression);
  if (!cursor.take(')')) cursor.fail('`and`, `or` or `)`', cursor.unclosed(start));
  return { ...inner, span: cursor.spanFrom(start) };
}

function parseBodyCall(cursor: Cursor): CallNode {
  return parseCall(cursor, CONDITION, TYPED_HINT);
}

/**
 * relation : term `=` term
 *          | term ( `<` | `<=` | `>` | `>=` | `!=` ) term
 *          | term `in` list
 *          | NAME ( `matches` | `matches!` ) NAME
 */
function parseRelation(cursor: Cursor, left: TermNode): ExpressionNode {
  const { text } = cursor.token;
  const operator = comparisonOperator(text);
  if (operator) return parseComparison(cursor, left, operator);
  if (text === 'in') return parseMembership(cursor, left);
  if (text === 'matches' || text === 'matches!') return parseMatches(cursor, left);
  if (left.kind !== 'boolean') return cursor.fail('a comparison, `in` or `matches`', bareTermHint(left, text));
  return { kind: 'boolean-expression', value: left.value, span: left.span };
}

function comparisonOperator(text: string): CompareNode['operator'] | undefined {
  switch (text) {
    case '=':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return text;
    default:
      return undefined;
  }
}

function bareTermHint(left: TermNode, found: string): string | undefined {
  if (found === 'not') return 'write `not x in [ … ]`';
  if (found === ':') return TYPED_HINT;
  if (found === 'on') return '`on` stands only in the rules of a block';
  if (left.kind === 'string')
    return 'a name in quotes is a condition only in the rules of a block; call `has_role` or `has_permission`';
  return 'a value alone is not a condition';
}

function parseComparison(cursor: Cursor, left: TermNode, operator: CompareNode['operator']): CompareNode {
  cursor.advance();
  const right = parseTerm(cursor);
  if (comparisonOperator(cursor.token.text))
    cursor.fail('`and`, `or` or the end of the condition', 'comparisons do not chain: join two with `and`');
  return { kind: 'compare', operator, left, right, span: cursor.spanFrom(left.span.start) };
}

function parseMembership(cursor: Cursor, item: TermNode): ExpressionNode {
  cursor.advance();
  const list = parseList(cursor);
  return { kind: 'in', item, list, span: cursor.spanFrom(item.span.start) };
}

function parseMatches(cursor: Cursor, left: TermNode): ExpressionNode {
  if (left.kind !== 'variable')
    return cursor.fail('a comparison or `in`', 'only a variable can be matched with a type');
  const exact = cursor.advance().text === 'matches!';
  const type = parseName(cursor, 'a type', 'compare with a value by `=`');
  if (cursor.at('{'))
    cursor.fail('the end of the condition', '`matches` takes a type alone: compare with a value by `=`');
  const variable = { kind: 'name', text: left.name, span: left.span } as const;
  return { kind: 'matches', variable, type, exact, span: cursor.spanFrom(left.span.start) };
}

/** head : NAME arguments, of param */
export function parseHead(cursor: Cursor, expected: string, hint?: string): HeadNode {
  const name = parseName(cursor, expected, hint);
  const parameters = parseArguments(cursor, parseParameter, (found) =>
    found === ':' ? 'only a variable takes a type' : undefined,
  );
  return { kind: 'head', name, parameters, span: cursor.spanFrom(name.span.start) };
}

/** param : NAME `:` NAME | term */
function parseParameter(cursor: Cursor): ParameterNode {
  const term = parseTerm(cursor);
  const typed = term.kind === 'variable' && cursor.take(':');
  const type = typed ? parseName(cursor, 'a type', 'a parameter is written `x: Type`') : undefined;
  return { kind: 'parameter', term, type, span: cursor.spanFrom(term.span.start) };
}

/** { FLAG } */
export function parseFlags(cursor: Cursor) {
  const flags = [];
  while (cursor.token.kind === 'flag') flags.push(nameNode(cursor, cursor.advance()));
  return flags;
}
