import { didYouMean } from '../util/did-you-mean.ts';
import type { BlockNode, DeclarationNode, DictionaryNode, NameNode, ShorthandRuleNode } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { parseShorthandRule } from './parse-shorthand.ts';
import { nameNode, parseList, parseName } from './parse-term.ts';

/**
 * resource_block : ( ( `actor` | `resource` ) NAME [ extends ] | `global` ) `{` { declaration | shorthand_rule } `}`
 */
export function parseBlock(cursor: Cursor, container: BlockNode['container']): BlockNode {
  const keyword = cursor.advance();
  const name = container === 'global' ? nameNode(cursor, keyword) : parseName(cursor, `the name of the ${container}`);
  const parents = container === 'global' ? [] : parseExtends(cursor);
  const declarations: DeclarationNode[] = [];
  const rules: ShorthandRuleNode[] = [];
  const open = cursor.expect('{', didYouMean(cursor.token.text, ['extends']) && 'did you mean `extends`?');
  while (!cursor.take('}')) {
    if (cursor.token.kind === 'end') cursor.fail('a declaration, a rule or `}`', cursor.unclosed(open.start));
    if (startsDeclaration(cursor)) declarations.push(parseDeclaration(cursor));
    else rules.push(parseShorthandRule(cursor, open.start));
  }
  return { kind: 'block', container, name, parents, declarations, rules, span: cursor.spanFrom(keyword.start) };
}

/** extends : `extends` NAME { `,` NAME } [ `,` ] */
function parseExtends(cursor: Cursor): NameNode[] {
  const parents: NameNode[] = [];
  if (!cursor.take('extends')) return parents;
  do {
    parents.push(parseName(cursor, 'the name of a block'));
  } while (cursor.take(',') && !cursor.at('{'));
  return parents;
}

/** A declaration without its `=` gets a better message when it is read as one. */
function startsDeclaration(cursor: Cursor): boolean {
  if (cursor.token.kind !== 'name') return false;
  const { text } = cursor.peek();
  return text === '=' || text === ':' || text === '[' || (text === '{' && cursor.at('relations'));
}

/** declaration : NAME `=` ( list | dict ) `;` */
function parseDeclaration(cursor: Cursor): DeclarationNode {
  const key = nameNode(cursor, cursor.advance());
  cursor.expect('=', 'a declaration is written `roles = [ … ];`');
  const value = cursor.at('{') ? parseDictionary(cursor) : cursor.at('[') ? parseList(cursor) : failAtValue(cursor);
  cursor.expect(';', 'did you forget a semicolon behind the declaration?');
  return { kind: 'declaration', key, value, span: cursor.spanFrom(key.span.start) };
}

function failAtValue(cursor: Cursor): never {
  return cursor.fail('a list or a dictionary', 'write `roles = ["a", "b"];` or `relations = { name: Type };`');
}

/** dict : `{` [ field { `,` field } [ `,` ] ] `}` */
function parseDictionary(cursor: Cursor): DictionaryNode {
  const { start } = cursor.expect('{');
  const fields: DictionaryNode['fields'][number][] = [];
  while (!cursor.at('}')) {
    fields.push(parseField(cursor));
    if (!cursor.take(',') && !cursor.at('}')) cursor.fail('`,` or `}`', 'a relation is written `name: Type`');
  }
  cursor.advance();
  return { kind: 'dictionary', fields, span: cursor.spanFrom(start) };
}

/** field : NAME [ `:` NAME ]. The name may be any word. */
function parseField(cursor: Cursor): DictionaryNode['fields'][number] {
  const { token } = cursor;
  if (token.kind !== 'name')
    cursor.fail('the name of a relation', 'a relation is written `name: Type`, without quotes');
  const name = nameNode(cursor, cursor.advance());
  const type = cursor.take(':') ? parseName(cursor, 'a type') : undefined;
  return { name, type, span: cursor.spanFrom(token.start) };
}
