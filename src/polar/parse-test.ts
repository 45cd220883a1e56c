import type { AssertionNode, FactNode, FixtureNode, FixtureReferenceNode, TestNode } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { parseExpression, parseHead } from './parse-expression.ts';
import { parseCall, parseName, parseString } from './parse-term.ts';

const FACT_HINT = 'a fact holds values, such as `has_role(User{"alice"}, "member", Team{"a"});`';

/** fixture_def | test : both start with `test`. */
export function parseTestOrFixture(cursor: Cursor): FixtureNode | TestNode {
  const { start } = cursor.expect('test');
  return cursor.take('fixture') ? parseFixture(cursor, start) : parseTest(cursor, start);
}

/** fixture_def : `test` `fixture` NAME `{` { fact } `}` */
function parseFixture(cursor: Cursor, start: number): FixtureNode {
  const name = parseName(cursor, 'the name of the fixture', 'the name of a fixture has no quotes');
  const facts: FactNode[] = [];
  const open = cursor.expect('{');
  while (!cursor.take('}')) {
    if (startsReference(cursor)) cursor.fail('a fact or `}`', 'a fixture cannot include another');
    facts.push(parseFact(cursor, open.start));
  }
  return { kind: 'fixture', name, facts, span: cursor.spanFrom(start) };
}

/** test : `test` STRING `{` [ setup ] assertion { assertion } `}`. No assertion at all is left to validation. */
function parseTest(cursor: Cursor, start: number): TestNode {
  const name = parseString(cursor, 'the name of the test in quotes, or `fixture`');
  const open = cursor.expect('{');
  const setup = cursor.at('setup') ? parseSetup(cursor) : [];
  const assertions: AssertionNode[] = [];
  while (!cursor.take('}')) assertions.push(parseAssertion(cursor, open.start));
  return { kind: 'test', name, setup, assertions, span: cursor.spanFrom(start) };
}

/** setup : `setup` `{` { fact | `fixture` NAME `;` } `}` */
function parseSetup(cursor: Cursor): TestNode['setup'] {
  cursor.expect('setup');
  const items: (FactNode | FixtureReferenceNode)[] = [];
  const open = cursor.expect('{');
  while (!cursor.take('}')) {
    items.push(startsReference(cursor) ? parseReference(cursor) : parseFact(cursor, open.start));
  }
  return items;
}

function startsReference(cursor: Cursor): boolean {
  return cursor.at('fixture') && cursor.peek().text !== '(';
}

function parseReference(cursor: Cursor): FixtureReferenceNode {
  const { start } = cursor.expect('fixture');
  const name = parseName(cursor, 'the name of a fixture', 'the name of a fixture has no quotes');
  cursor.expect(';', 'did you forget a semicolon behind the fixture?');
  return { kind: 'fixture-reference', name, span: cursor.spanFrom(start) };
}

/** fact : NAME arguments `;`, of values; other terms are left to validation. */
function parseFact(cursor: Cursor, blockStart: number): FactNode {
  if (cursor.token.kind === 'end') cursor.fail('a fact or `}`', cursor.unclosed(blockStart));
  const hint =
    cursor.at('assert') || cursor.at('assert_not') ? 'close the setup with `}` before the assertions' : undefined;
  if (hint && cursor.peek().text !== '(') cursor.fail('a fact or `}`', hint);
  const { name, args, span } = parseCall(cursor, 'a fact or `}`', FACT_HINT);
  cursor.expect(';', cursor.at('if') ? 'facts hold always; a rule stands outside the test' : undefined);
  return { kind: 'fact', name, args, span: cursor.spanFrom(span.start) };
}

/** assertion : ( `assert` | `assert_not` ) head [ `iff` expr ] `;` */
function parseAssertion(cursor: Cursor, blockStart: number): AssertionNode {
  const { start, text } = cursor.token;
  if (text !== 'assert' && text !== 'assert_not') failOutsideAssertion(cursor, blockStart);
  cursor.advance();
  const head = parseHead(cursor, 'what to assert', cursor.at('not') ? 'write `assert_not`' : undefined);
  const iff = cursor.take('iff') ? parseExpression(cursor) : undefined;
  if (!cursor.take(';')) cursor.fail(iff ? '`;`' : '`iff` or `;`', afterAssertionHint(cursor.token.text));
  return { kind: 'assertion', negated: text === 'assert_not', head, iff, span: cursor.spanFrom(start) };
}

function failOutsideAssertion(cursor: Cursor, blockStart: number): never {
  const expected = '`assert`, `assert_not` or `}`';
  if (cursor.token.kind === 'end') cursor.fail(expected, cursor.unclosed(blockStart));
  if (cursor.at('setup')) cursor.fail(expected, '`setup` comes once, before the assertions');
  cursor.fail(expected, 'facts of a test stand in `setup { … }`');
}

function afterAssertionHint(found: string): string {
  if (found === 'if') return 'write `iff`';
  if (found === 'and' || found === 'or') return 'an assertion holds one call: write two assertions';
  return 'did you forget a semicolon?';
}
