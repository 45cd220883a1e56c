import { Buffer } from 'node:buffer';
import { OsoError } from '../errors/oso-error.ts';
import type { Source } from '../source/source.ts';
import { didYouMean } from '../util/did-you-mean.ts';
import type { DeclareNode, IgnoredNode, ItemNode, PolicyNode, RuleNode } from './ast.ts';
import { Cursor } from './cursor.ts';
import { parseBlock } from './parse-block.ts';
import { parseExpression, parseFlags, parseHead } from './parse-expression.ts';
import { parseArguments, parseName } from './parse-term.ts';
import { parseTestOrFixture } from './parse-test.ts';

/** Most text that one policy may have, all sources together: the largest write that Oso Cloud takes (polar reference, 8 and 12.34). */
export const MAX_POLICY_BYTES = 960 * 1024;

/**
 * The tree of a policy. Several sources are one policy; an item does not cross from one to the next. Linear in the
 * length of the text.
 *
 * Throws POLAR_SYNTAX for the first thing that is not Polar, POLAR_COMPLEX beyond MAX_POLICY_BYTES or MAX_NESTING.
 */
export function parsePolicy(sources: readonly Source[]): PolicyNode {
  const sizeBytes = sources.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  if (sizeBytes > MAX_POLICY_BYTES) {
    throw new OsoError('POLAR_COMPLEX', `the policy has ${sizeBytes} bytes, the limit is ${MAX_POLICY_BYTES}`, {
      hint: 'move values that differ only by id from rules into facts',
    });
  }
  return { kind: 'policy', items: sources.flatMap((source) => parseItems(new Cursor(source))) };
}

/** policy : { resource_block | rule | rule_type | declare | inline_query | fixture_def | test | `;` } */
export function parseItems(cursor: Cursor): ItemNode[] {
  const items: ItemNode[] = [];
  while (cursor.token.kind !== 'end') {
    if (!cursor.take(';')) items.push(parseItem(cursor));
  }
  return items;
}

/** A word that starts an item is a predicate when an argument list follows. */
function parseItem(cursor: Cursor): ItemNode {
  const { text } = cursor.token;
  if (text === '?=') return parseInlineQuery(cursor);
  if (cursor.token.kind !== 'name' || cursor.peek().text === '(') return parseRule(cursor);
  switch (text) {
    case 'actor':
    case 'resource':
    case 'global':
      return parseBlock(cursor, text);
    case 'test':
      return parseTestOrFixture(cursor);
    case 'declare':
      return parseDeclare(cursor);
    case 'type':
      return parseRuleType(cursor);
    default:
      return failAtItem(cursor);
  }
}

const ITEM = 'a block, a rule, `declare` or `test`';
const KEYWORDS = ['actor', 'resource', 'global', 'test', 'declare'];

const ITEM_HINTS: ReadonlyMap<string, string> = new Map([
  ['roles', 'declarations stand inside a block'],
  ['permissions', 'declarations stand inside a block'],
  ['relations', 'declarations stand inside a block'],
  ['setup', '`setup` stands inside a test'],
  ['assert', 'assertions stand inside a test'],
  ['assert_not', 'assertions stand inside a test'],
  ['fixture', 'write `test fixture name { … }`'],
  ['}', 'this `}` closes nothing'],
]);

function failAtItem(cursor: Cursor): never {
  const { kind, text } = cursor.token;
  if (kind === 'string') cursor.fail(ITEM, 'a rule whose head is a name in quotes stands inside a block');
  const guess = didYouMean(text, KEYWORDS);
  cursor.fail(ITEM, ITEM_HINTS.get(text) ?? (guess && `did you mean \`${guess}\`?`));
}

/** rule : { FLAG } head [ `if` expr ] `;` */
function parseRule(cursor: Cursor): RuleNode {
  const { start } = cursor.token;
  const flags = parseFlags(cursor);
  if (cursor.token.kind !== 'name' || cursor.peek().text !== '(') failAtItem(cursor);
  const head = parseHead(cursor, 'the name of a predicate');
  const body = cursor.take('if') ? parseExpression(cursor) : undefined;
  if (!cursor.take(';')) failBehindRule(cursor, body !== undefined);
  return { kind: 'rule', flags, head, body, span: cursor.spanFrom(start) };
}

function failBehindRule(cursor: Cursor, hasBody: boolean): never {
  cursor.fail(
    hasBody ? '`and`, `or` or `;`' : '`if` or `;`',
    cursor.at(',')
      ? 'write `and`'
      : cursor.at('on')
        ? '`on` stands only in the rules of a block'
        : 'did you forget a semicolon?',
  );
}

/** declare : `declare` NAME `(` [ NAME { `,` NAME } ] `)` `;` */
function parseDeclare(cursor: Cursor): DeclareNode {
  const { start } = cursor.expect('declare');
  const name = parseName(cursor, 'the name of a predicate');
  const types = parseArguments(
    cursor,
    (at) => parseName(at, 'a type'),
    (found) => (found === ':' ? '`declare` lists types alone, without names' : undefined),
  );
  cursor.expect(';');
  return { kind: 'declare', name, types, span: cursor.spanFrom(start) };
}

/** rule_type : `type` head `;` */
function parseRuleType(cursor: Cursor): IgnoredNode {
  const { start } = cursor.expect('type');
  parseHead(cursor, 'the name of a predicate');
  cursor.expect(';');
  return { kind: 'ignored', form: 'rule-type', span: cursor.spanFrom(start) };
}

/** inline_query : `?=` expr `;` */
function parseInlineQuery(cursor: Cursor): IgnoredNode {
  const { start } = cursor.expect('?=');
  parseExpression(cursor);
  cursor.expect(';');
  return { kind: 'ignored', form: 'inline-query', span: cursor.spanFrom(start) };
}
