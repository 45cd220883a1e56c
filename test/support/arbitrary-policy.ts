import fc from 'fast-check';
import type {
  AssertionNode,
  BlockNode,
  CallNode,
  DeclarationNode,
  DeclareNode,
  ExpressionNode,
  FactNode,
  FixtureNode,
  FixtureReferenceNode,
  HeadNode,
  IgnoredNode,
  ItemNode,
  ListNode,
  NameNode,
  ParameterNode,
  PolicyNode,
  RuleNode,
  ShorthandNode,
  ShorthandRuleNode,
  StringNode,
  TermNode,
  TestNode,
} from '../../src/polar/ast.ts';
import type { Span } from '../../src/source/source.ts';

/*
 * Any tree that the parser can give, with made-up spans: a test compares trees without them.
 */

const span: Span = { source: { name: 'made-up.polar', text: '' }, start: 0, end: 0 };

const WORDS = [
  'a',
  'user',
  'User',
  'Repo::Issue',
  'is_ok?',
  '_',
  '_x',
  'role',
  'actor',
  'resource',
  'test',
  'type',
  'é',
  '文',
];
const word = fc.constantFrom(...WORDS);
const nameNode = (text: string): NameNode => ({ kind: 'name', text, span });
const name: fc.Arbitrary<NameNode> = word.map(nameNode);

const string: fc.Arbitrary<StringNode> = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('"', '\\', '\n', '\r', '\u2028', '#', 'n', '\0') }),
  )
  .map((value) => ({ kind: 'string', value, span }));
const number: fc.Arbitrary<Extract<TermNode, { kind: 'number' }>> = fc
  .oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({ text: `${value}`, value })),
    fc.constantFrom('1.5', '1e3', '-1.5E-2', '9223372036854775808').map((text) => ({ text, value: undefined })),
  )
  .map((literal) => ({ kind: 'number', ...literal, span }));
const boolean: fc.Arbitrary<Extract<TermNode, { kind: 'boolean' }>> = fc
  .boolean()
  .map((value) => ({ kind: 'boolean', value, span }));
const object = fc
  .record({ type: name, id: fc.oneof(string, number, boolean) })
  .map((parts): TermNode => ({ kind: 'object', ...parts, span }));
const variable = word.map((text): TermNode => ({ kind: 'variable', name: text, span }));
const term: fc.Arbitrary<TermNode> = fc.oneof(
  string,
  number,
  boolean,
  object,
  variable,
  fc.constant<TermNode>({ kind: 'now', span }),
);

const few = <T>(item: fc.Arbitrary<T>, minLength = 0) => fc.array(item, { minLength, maxLength: 3 });
const list: fc.Arbitrary<ListNode> = few(term).map((items) => ({ kind: 'list', items, span }));
const call: fc.Arbitrary<CallNode> = fc
  .record({ name, args: few(term) })
  .map((parts) => ({ kind: 'call', ...parts, span }));
const operator = fc.constantFrom('=' as const, '!=' as const, '<' as const, '<=' as const, '>' as const, '>=' as const);

const { expression } = fc.letrec<{ expression: ExpressionNode }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    call,
    fc.boolean().map((value): ExpressionNode => ({ kind: 'boolean-expression', value, span })),
    fc
      .record({ operator, left: term, right: term })
      .map((parts): ExpressionNode => ({ kind: 'compare', ...parts, span })),
    fc.record({ item: term, list }).map((parts): ExpressionNode => ({ kind: 'in', ...parts, span })),
    fc
      .record({ variable: name, type: name, exact: fc.boolean() })
      .map((parts): ExpressionNode => ({ kind: 'matches', ...parts, span })),
    tie('expression').map((operand): ExpressionNode => ({ kind: 'not', operand, span })),
    fc
      .record({ kind: fc.constantFrom('or' as const, 'and' as const), operands: few(tie('expression'), 2) })
      .map((parts): ExpressionNode => ({ ...parts, span })),
  ),
}));

const short = fc.oneof(string, name);
const { shorthand } = fc.letrec<{ shorthand: ShorthandNode }>((tie) => ({
  shorthand: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    call,
    fc
      .record({ term: short, on: fc.option(short, { nil: undefined }) })
      .map((parts): ShorthandNode => ({ kind: 'shorthand-term', ...parts, span })),
    short.map((of): ShorthandNode => ({ kind: 'shorthand-global', term: of, span })),
    fc
      .record({
        kind: fc.constantFrom('shorthand-or' as const, 'shorthand-and' as const),
        operands: few(tie('shorthand'), 2),
      })
      .map((parts): ShorthandNode => ({ ...parts, span })),
  ),
}));

const flags = fc.array(
  word.map((text) => nameNode(`@${text}`)),
  { maxLength: 1 },
);
const parameter: fc.Arbitrary<ParameterNode> = fc.oneof(
  term.map((of) => ({ kind: 'parameter' as const, term: of, type: undefined, span })),
  fc.record({ term: variable, type: name }).map((parts) => ({ kind: 'parameter' as const, ...parts, span })),
);
const head: fc.Arbitrary<HeadNode> = fc
  .record({ name, parameters: few(parameter) })
  .map((parts) => ({ kind: 'head', ...parts, span }));
const rule: fc.Arbitrary<RuleNode> = fc
  .record({ flags, head, body: fc.option(expression, { nil: undefined }) })
  .map((parts) => ({ kind: 'rule', ...parts, span }));
const shorthandRule: fc.Arbitrary<ShorthandRuleNode> = fc
  .record({ flags, head: fc.oneof(string, variable), body: shorthand })
  .map((parts) => ({ kind: 'shorthand-rule', ...parts, span }));

const field = fc.record({
  name: fc.oneof(name, fc.constantFrom('in', 'if', 'not').map(nameNode)),
  type: fc.option(name, { nil: undefined }),
  span: fc.constant(span),
});
const declaration: fc.Arbitrary<DeclarationNode> = fc
  .record({
    key: fc.oneof(name, fc.constantFrom('roles', 'permissions', 'relations').map(nameNode)),
    value: fc.oneof(
      list,
      few(field).map((fields) => ({ kind: 'dictionary' as const, fields, span })),
    ),
  })
  .map((parts) => ({ kind: 'declaration', ...parts, span }));

const contents = { declarations: few(declaration), rules: few(shorthandRule) };
const block: fc.Arbitrary<BlockNode> = fc.oneof(
  fc
    .record({
      ...contents,
      container: fc.constantFrom('actor' as const, 'resource' as const),
      name,
      parents: few(name),
    })
    .map((parts) => ({ kind: 'block' as const, ...parts, span })),
  fc
    .record(contents)
    .map((parts) => ({ ...parts, kind: 'block' as const, container: 'global' as const, parents: [], span }))
    .map((parts) => ({ ...parts, name: nameNode('global') })),
);

const declare: fc.Arbitrary<DeclareNode> = fc
  .record({ name, types: few(name) })
  .map((parts) => ({ kind: 'declare', ...parts, span }));
const ignored: fc.Arbitrary<IgnoredNode> = fc.constantFrom(
  ignoredNode('rule-type', 'type f(x: T, "y");'),
  ignoredNode('inline-query', '?= f("x")   # a comment\n  and g();'),
);
const fact: fc.Arbitrary<FactNode> = fc
  .record({ name, args: few(term) })
  .map((parts) => ({ kind: 'fact', ...parts, span }));
const reference: fc.Arbitrary<FixtureReferenceNode> = name.map((of) => ({ kind: 'fixture-reference', name: of, span }));
const fixture: fc.Arbitrary<FixtureNode> = fc
  .record({ name, facts: few(fact) })
  .map((parts) => ({ kind: 'fixture', ...parts, span }));
const assertion: fc.Arbitrary<AssertionNode> = fc
  .record({ negated: fc.boolean(), head, iff: fc.option(expression, { nil: undefined }) })
  .map((parts) => ({ kind: 'assertion', ...parts, span }));
const testBlock: fc.Arbitrary<TestNode> = fc
  .record({ name: string, setup: few(fc.oneof(fact, reference)), assertions: few(assertion) })
  .map((parts) => ({ kind: 'test', ...parts, span }));

const item: fc.Arbitrary<ItemNode> = fc.oneof(block, rule, declare, ignored, fixture, testBlock);

export const anyPolicy: fc.Arbitrary<PolicyNode> = fc
  .array(item, { maxLength: 5 })
  .map((items) => ({ kind: 'policy', items }));

function ignoredNode(form: IgnoredNode['form'], text: string): IgnoredNode {
  return { kind: 'ignored', form, span: { source: { name: 'made-up.polar', text }, start: 0, end: text.length } };
}

/** A copy of a tree without its spans, for comparison. */
export function withoutSpans(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutSpans);
  if (typeof node !== 'object' || node === null) return node;
  const kept = Object.entries(node).filter(([key]) => key !== 'span');
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutSpans(value)]));
}
