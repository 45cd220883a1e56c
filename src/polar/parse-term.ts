import type {
  BooleanNode,
  CallNode,
  ListNode,
  NameNode,
  NowNode,
  NumberNode,
  ObjectNode,
  StringNode,
  TermNode,
} from './ast.ts';
import type { Cursor } from './cursor.ts';
import { foreignHint } from './foreign-syntax.ts';
import { isReserved, type Token } from './token.ts';

const OBJECT_HINT = 'an object is written `User{"id"}`, with one literal between the braces';
const TERM = 'a value or a variable';

const TERM_HINTS: ReadonlyMap<string, string> = new Map([
  ['[', 'a list stands only behind `in`'],
  ['{', `there are no dictionaries; ${OBJECT_HINT}`],
  ['(', 'parentheses group conditions, not values'],
  ['=', 'equality is written with one `=`'],
  ['>', 'a comparison is written `<`, `<=`, `>`, `>=` or `!=`'],
]);

/** term : STRING | NUMBER | BOOLEAN | object | `@current_unix_time` | NAME */
export function parseTerm(cursor: Cursor): TermNode {
  const literal = parseLiteral(cursor);
  if (literal) return literal;
  const { token } = cursor;
  if (token.kind === 'flag') return parseNow(cursor);
  if (token.kind !== 'name' || isReserved(token.text)) return cursor.fail(TERM, TERM_HINTS.get(token.text));
  if (cursor.peek().text === '{') return parseObject(cursor);
  cursor.advance();
  return { kind: 'variable', name: token.text, span: cursor.spanFrom(token.start) };
}

/** Whether a term starts with this token. Others get a message of their own from the caller. */
export function startsTerm({ kind, text }: Token): boolean {
  if (kind === 'name') return !isReserved(text) || text === 'true' || text === 'false';
  return kind === 'string' || kind === 'number' || kind === 'flag' || text === '+' || text === '-';
}

/** STRING | NUMBER | BOOLEAN, where NUMBER : [ `+` | `-` ] digits. Absent when none of them stands here. */
function parseLiteral(cursor: Cursor): StringNode | NumberNode | BooleanNode | undefined {
  const { token } = cursor;
  if (token.kind === 'string') return parseString(cursor, 'a string');
  if (token.kind === 'number' || token.text === '+' || token.text === '-') return parseNumber(cursor);
  if (token.text !== 'true' && token.text !== 'false') return undefined;
  cursor.advance();
  return { kind: 'boolean', value: token.text === 'true', span: cursor.spanFrom(token.start) };
}

/** STRING. `expected` names the string in a message, as in `the name of the test`. */
export function parseString(cursor: Cursor, expected: string): StringNode {
  const { token } = cursor;
  if (token.kind !== 'string') return cursor.fail(expected);
  cursor.advance();
  return { kind: 'string', value: unescapeString(token.text), span: cursor.spanFrom(token.start) };
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['0', '\0'],
]);

/** The value of a string token; polar reference, 1.4. */
function unescapeString(text: string): string {
  return text.slice(1, -1).replace(/\\([\s\S])/gu, (_, escaped: string) => ESCAPES.get(escaped) ?? escaped);
}

function parseNumber(cursor: Cursor): NumberNode {
  const { start } = cursor.token;
  const sign = cursor.at('+') || cursor.at('-') ? cursor.advance().text : '';
  if (cursor.token.kind !== 'number') return cursor.fail('a number');
  const text = sign + cursor.advance().text;
  return { kind: 'number', text, value: integerOf(text), span: cursor.spanFrom(start) };
}

const LONGEST_INTEGER = '9223372036854775808'.length;

/** The value of a decimal integer of 64 bits, sign allowed; absent for all else. Leading zeros do not count. */
function integerOf(text: string): bigint | undefined {
  const digits = /^[+-]?0*([1-9][0-9]*|0)$/.exec(text)?.[1];
  if (digits === undefined || digits.length > LONGEST_INTEGER) return undefined;
  const value = BigInt(text.startsWith('-') ? `-${digits}` : digits);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

function parseNow(cursor: Cursor): NowNode {
  const { token } = cursor;
  if (token.text !== '@current_unix_time') return cursor.fail(TERM, 'the only constant is `@current_unix_time`');
  cursor.advance();
  return { kind: 'now', span: cursor.spanFrom(token.start) };
}

/** object : NAME `{` ( STRING | NUMBER | BOOLEAN ) `}` */
function parseObject(cursor: Cursor): ObjectNode {
  const type = parseName(cursor, 'a type');
  cursor.expect('{');
  const id = parseLiteral(cursor) ?? cursor.fail('a string, a number or a boolean', OBJECT_HINT);
  cursor.expect('}', OBJECT_HINT);
  return { kind: 'object', type, id, span: cursor.spanFrom(type.span.start) };
}

/** NAME, reserved words excluded. `expected` names it in a message. */
export function parseName(cursor: Cursor, expected: string, hint?: string): NameNode {
  const { token } = cursor;
  if (token.kind !== 'name' || isReserved(token.text)) return cursor.fail(expected, hint);
  return nameNode(cursor, cursor.advance());
}

/** The node of a name that has been taken. */
export function nameNode(cursor: Cursor, token: Token): NameNode {
  return { kind: 'name', text: token.text, span: { source: cursor.source, start: token.start, end: token.end } };
}

/** list : `[` [ term { `,` term } [ `,` ] ] `]` */
export function parseList(cursor: Cursor): ListNode {
  const { start } = cursor.expect('[', 'a list is written `["a", "b"]`');
  const items: TermNode[] = [];
  while (!cursor.at(']')) {
    items.push(parseTerm(cursor));
    if (!cursor.take(',') && !cursor.at(']')) cursor.fail('`,` or `]`');
  }
  cursor.advance();
  return { kind: 'list', items, span: cursor.spanFrom(start) };
}

/** call : NAME arguments. `typedHint` is for one who writes `x: Type` here. */
export function parseCall(cursor: Cursor, expected: string, typedHint: string): CallNode {
  const name = parseName(cursor, expected);
  const hintFor = (found: string) => foreignHint(name.text) ?? (found === ':' ? typedHint : undefined);
  const args = parseArguments(cursor, parseTerm, hintFor);
  return { kind: 'call', name, args, span: cursor.spanFrom(name.span.start) };
}

/**
 * arguments : `(` [ item { `,` item } ] `)`
 *
 * `hintFor` explains a token that cannot follow an item.
 */
export function parseArguments<T>(
  cursor: Cursor,
  parseItem: (cursor: Cursor) => T,
  hintFor: (found: string) => string | undefined,
): T[] {
  cursor.expect('(');
  const items: T[] = [];
  if (cursor.take(')')) return items;
  do {
    if (cursor.at(')')) cursor.fail('an argument', 'a comma stands between arguments, not behind the last one');
    items.push(parseItem(cursor));
  } while (cursor.take(','));
  if (!cursor.take(')')) cursor.fail('`,` or `)`', hintFor(cursor.token.text));
  return items;
}
