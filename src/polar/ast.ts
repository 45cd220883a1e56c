import type { Span } from '../source/source.ts';

/*
 * The tree of a policy as written, before any expansion. Every node knows its span.
 * Grammar: reference of the language, sections 1 and 2; each parse function quotes its production.
 */

export interface PolicyNode {
  readonly kind: 'policy';
  /** In the order of the sources and of the text. */
  readonly items: readonly ItemNode[];
}

export type ItemNode = BlockNode | RuleNode | DeclareNode | FixtureNode | TestNode | IgnoredNode;

/** A name where it stands in the text. */
export interface NameNode {
  readonly kind: 'name';
  readonly text: string;
  readonly span: Span;
}

/** `actor User extends Person { … }`, `resource Repo { … }`, `global { … }`. */
export interface BlockNode {
  readonly kind: 'block';
  readonly container: 'actor' | 'resource' | 'global';
  /** `global` for the global block, spanning its keyword. */
  readonly name: NameNode;
  readonly parents: readonly NameNode[];
  readonly declarations: readonly DeclarationNode[];
  readonly rules: readonly ShorthandRuleNode[];
  readonly span: Span;
}

/** `roles = [ … ];`, `permissions = [ … ];`, `relations = { … };`, or another key, which validation refuses. */
export interface DeclarationNode {
  readonly kind: 'declaration';
  readonly key: NameNode;
  readonly value: ListNode | DictionaryNode;
  readonly span: Span;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly TermNode[];
  readonly span: Span;
}

/** `{ parent: Organization, owner: User }`. A field may lack its type in the grammar; validation refuses that. */
export interface DictionaryNode {
  readonly kind: 'dictionary';
  readonly fields: readonly { readonly name: NameNode; readonly type: NameNode | undefined; readonly span: Span }[];
  readonly span: Span;
}

/** `"read" if "member" or "viewer" on "parent";` */
export interface ShorthandRuleNode {
  readonly kind: 'shorthand-rule';
  readonly flags: readonly NameNode[];
  readonly head: TermNode;
  readonly body: ShorthandNode;
  readonly span: Span;
}

export type ShorthandNode =
  | {
      readonly kind: 'shorthand-or' | 'shorthand-and';
      readonly operands: readonly ShorthandNode[];
      readonly span: Span;
    }
  | CallNode
  /** `"x"`, `name`, `x on rel`; `on` is absent for a plain term. */
  | {
      readonly kind: 'shorthand-term';
      readonly term: StringNode | NameNode;
      readonly on: StringNode | NameNode | undefined;
      readonly span: Span;
    }
  | { readonly kind: 'shorthand-global'; readonly term: StringNode | NameNode; readonly span: Span };

/** `allow(actor: Actor, "read", resource) if …;` No body: holds always. */
export interface RuleNode {
  readonly kind: 'rule';
  readonly flags: readonly NameNode[];
  readonly head: HeadNode;
  readonly body: ExpressionNode | undefined;
  readonly span: Span;
}

/** The head of a rule, or what a test asserts. */
export interface HeadNode {
  readonly kind: 'head';
  readonly name: NameNode;
  readonly parameters: readonly ParameterNode[];
  readonly span: Span;
}

/** `x: Type`, where the term is a variable, or any term without a type. */
export interface ParameterNode {
  readonly kind: 'parameter';
  readonly term: TermNode;
  readonly type: NameNode | undefined;
  readonly span: Span;
}

export interface DeclareNode {
  readonly kind: 'declare';
  readonly name: NameNode;
  readonly types: readonly NameNode[];
  readonly span: Span;
}

/** `type f(x: T);` and `?= f(x);`: they parse and have no effect. */
export interface IgnoredNode {
  readonly kind: 'ignored';
  readonly form: 'rule-type' | 'inline-query';
  readonly span: Span;
}

export type ExpressionNode =
  | { readonly kind: 'or' | 'and'; readonly operands: readonly ExpressionNode[]; readonly span: Span }
  | { readonly kind: 'not'; readonly operand: ExpressionNode; readonly span: Span }
  | CallNode
  | { readonly kind: 'boolean-expression'; readonly value: boolean; readonly span: Span }
  | CompareNode
  | { readonly kind: 'in'; readonly item: TermNode; readonly list: ListNode; readonly span: Span }
  /** `x matches T`; `exact` for `matches!`, which excludes subtypes. */
  | {
      readonly kind: 'matches';
      readonly variable: NameNode;
      readonly type: NameNode;
      readonly exact: boolean;
      readonly span: Span;
    };

export interface CompareNode {
  readonly kind: 'compare';
  readonly operator: '=' | '!=' | '<' | '<=' | '>' | '>=';
  readonly left: TermNode;
  readonly right: TermNode;
  readonly span: Span;
}

export interface CallNode {
  readonly kind: 'call';
  readonly name: NameNode;
  readonly args: readonly TermNode[];
  readonly span: Span;
}

export type TermNode = StringNode | NumberNode | BooleanNode | ObjectNode | NowNode | VariableNode;

/** `value` has its escapes resolved. */
export interface StringNode {
  readonly kind: 'string';
  readonly value: string;
  readonly span: Span;
}

/** `text` is as written, sign included; `value` is absent for a float, or outside 64 bits, both of which validation refuses. */
export interface NumberNode {
  readonly kind: 'number';
  readonly text: string;
  readonly value: bigint | undefined;
  readonly span: Span;
}

export interface BooleanNode {
  readonly kind: 'boolean';
  readonly value: boolean;
  readonly span: Span;
}

/** `User{"alice"}`. */
export interface ObjectNode {
  readonly kind: 'object';
  readonly type: NameNode;
  readonly id: StringNode | NumberNode | BooleanNode;
  readonly span: Span;
}

/** `@current_unix_time` */
export interface NowNode {
  readonly kind: 'now';
  readonly span: Span;
}

/** `_` is a variable too, fresh at each occurrence. */
export interface VariableNode {
  readonly kind: 'variable';
  readonly name: string;
  readonly span: Span;
}

/** `test fixture name { facts }` */
export interface FixtureNode {
  readonly kind: 'fixture';
  readonly name: NameNode;
  readonly facts: readonly FactNode[];
  readonly span: Span;
}

/** A fact of a setup or fixture: arguments are values (validation refuses variables and `_`). */
export interface FactNode {
  readonly kind: 'fact';
  readonly name: NameNode;
  readonly args: readonly TermNode[];
  readonly span: Span;
}

/** `test "name" { setup { … } assert …; }` */
export interface TestNode {
  readonly kind: 'test';
  readonly name: StringNode;
  /** In order; a reference stands for the facts of the fixture. */
  readonly setup: readonly (FactNode | FixtureReferenceNode)[];
  readonly assertions: readonly AssertionNode[];
  readonly span: Span;
}

export interface FixtureReferenceNode {
  readonly kind: 'fixture-reference';
  readonly name: NameNode;
  readonly span: Span;
}

/** `assert p(…);`, `assert_not p(…);`, `assert p(x: T) iff x in [ … ];` */
export interface AssertionNode {
  readonly kind: 'assertion';
  readonly negated: boolean;
  readonly head: HeadNode;
  readonly iff: ExpressionNode | undefined;
  readonly span: Span;
}
