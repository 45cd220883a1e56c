import type { NameNode, ShorthandNode, ShorthandRuleNode, StringNode, TermNode } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { parseFlags } from './parse-expression.ts';
import { parseCall, parseName, parseString, parseTerm, startsTerm } from './parse-term.ts';
import { isReserved, type Token } from './token.ts';

const SHORT = 'a name in quotes, a call or `global`';
const FULL_RULE_HINT =
  'rules of a block combine names, `on`, `global` and calls by `and` and `or`; for more, write a rule outside the block, such as `has_permission(actor: Actor, "read", resource: Type) if …;`';

/**
 * shorthand_rule : { FLAG } term `if` sh_or `;`
 *
 * `blockStart` is the opening brace of the block, for hints.
 */
export function parseShorthandRule(cursor: Cursor, blockStart: number): ShorthandRuleNode {
  const { start } = cursor.token;
  const flags = parseFlags(cursor);
  if (!startsTerm(cursor.token)) cursor.fail('a declaration, a rule or `}`');
  const head = parseTerm(cursor);
  if (!cursor.take('if')) cursor.fail('`if`', headHint(cursor, head, blockStart));
  const body = parseOr(cursor);
  if (!cursor.take(';')) cursor.fail('`and`, `or` or `;`', bodyHint(cursor.token.text));
  return { kind: 'shorthand-rule', flags, head, body, span: cursor.spanFrom(start) };
}

function headHint(cursor: Cursor, head: TermNode, blockStart: number): string | undefined {
  if (cursor.at('(')) return 'a rule with arguments stands outside the block';
  if (cursor.token.kind === 'name' || cursor.token.kind === 'string') return cursor.unclosed(blockStart);
  return head.kind === 'string' ? 'a rule of a block is written `"read" if "member";`' : undefined;
}

const BEYOND_SHORTHAND: ReadonlySet<string> = new Set([
  '=',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'in',
  'matches',
  'matches!',
  'not',
]);

function bodyHint(found: string): string | undefined {
  if (found === ',') return 'write `and`';
  if (found === 'on') return '`on` joins one name with one relation: it does not chain, and a call has no `on`';
  return BEYOND_SHORTHAND.has(found) ? FULL_RULE_HINT : 'did you forget a semicolon?';
}

/** sh_or : sh_and { `or` sh_and } */
function parseOr(cursor: Cursor): ShorthandNode {
  return parseOperands(cursor, 'or', parseAnd);
}

/** sh_and : sh_prim { `and` sh_prim } */
function parseAnd(cursor: Cursor): ShorthandNode {
  return parseOperands(cursor, 'and', parsePrimary);
}

function parseOperands(
  cursor: Cursor,
  word: 'or' | 'and',
  parseOperand: (cursor: Cursor) => ShorthandNode,
): ShorthandNode {
  const { start } = cursor.token;
  const first = parseOperand(cursor);
  if (!cursor.at(word)) return first;
  const operands = [first];
  while (cursor.take(word)) operands.push(parseOperand(cursor));
  return { kind: `shorthand-${word}`, operands, span: cursor.spanFrom(start) };
}

/** sh_prim : `(` sh_or `)` | call | `global` short | short [ `on` short ] */
function parsePrimary(cursor: Cursor): ShorthandNode {
  const { token } = cursor;
  if (token.text === '(') return parseParentheses(cursor);
  if (token.kind === 'name' && cursor.peek().text === '(') {
    return parseCall(cursor, SHORT, 'a type stands only in a rule outside the block');
  }
  if (token.text === 'global' && startsShort(cursor.peek())) {
    cursor.advance();
    return { kind: 'shorthand-global', term: parseShort(cursor), span: cursor.spanFrom(token.start) };
  }
  const term = parseShort(cursor);
  const on = cursor.take('on') ? parseShort(cursor) : undefined;
  return { kind: 'shorthand-term', term, on, span: cursor.spanFrom(token.start) };
}

/** Behind the word `global`, which is an ordinary name when something else follows. */
function startsShort({ kind, text }: Token): boolean {
  return kind === 'string' || (kind === 'name' && text !== 'on' && !isReserved(text));
}

/** The span of a body in parentheses includes them. */
function parseParentheses(cursor: Cursor): ShorthandNode {
  const { start } = cursor.expect('(');
  const inner = cursor.nested(parseOr);
  if (!cursor.take(')')) {
    cursor.fail(
      '`and`, `or` or `)`',
      BEYOND_SHORTHAND.has(cursor.token.text) ? FULL_RULE_HINT : cursor.unclosed(start),
    );
  }
  return { ...inner, span: cursor.spanFrom(start) };
}

/** short : STRING | NAME */
function parseShort(cursor: Cursor): StringNode | NameNode {
  if (cursor.token.kind === 'string') return parseString(cursor, SHORT);
  const { kind, text } = cursor.token;
  const beyond =
    BEYOND_SHORTHAND.has(text) || text === 'true' || text === 'false' || kind === 'number' || kind === 'flag';
  return parseName(cursor, SHORT, beyond ? FULL_RULE_HINT : undefined);
}
