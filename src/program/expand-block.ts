import type {
  BlockNode,
  CallNode,
  ExpressionNode,
  HeadNode,
  NameNode,
  ParameterNode,
  RuleNode,
  ShorthandNode,
  StringNode,
  TermNode,
  VariableNode,
} from '../polar/ast.ts';
import { type BlockTable, type DeclaredName, findDeclared } from '../polar/block-table.ts';
import type { Span } from '../source/source.ts';

/**
 * Each shorthand rule of a checked block as the plain rule that it stands for (polar reference, 4.1 and 4.2). Every
 * part of the plain rule has the span of the shorthand it comes from.
 */
export function expandBlock(block: BlockNode, table: BlockTable): RuleNode[] {
  return block.rules.map((rule) => {
    let relatedCount = 0;
    const { flags, head, body, span } = rule;
    const context: Context = {
      block,
      table,
      headName: head.kind === 'variable' ? head.name : undefined,
      // A number sign starts a comment, so no variable of the text has such a name.
      nameRelated: (relation) => `${relation}#${++relatedCount}`,
    };
    return { kind: 'rule', flags, head: expandHead(head, context), body: expandBody(body, context), span };
  });
}

type Short = StringNode | NameNode;

interface Context {
  readonly block: BlockNode;
  readonly table: BlockTable;
  /** The variable that the head is, if it is one. */
  readonly headName: string | undefined;
  /** Makes up a variable for what a relation leads to: fresh at each occurrence. */
  nameRelated(relation: string): string;
}

const PREDICATE = { role: 'has_role', permission: 'has_permission' } as const;

function expandHead(head: TermNode, context: Context): HeadNode {
  const { span } = head;
  const kind = headKind(head, context);
  const middle: ParameterNode =
    head.kind === 'string'
      ? { kind: 'parameter', term: head, type: undefined, span }
      : parameter(variable(kind, span), 'String');
  const parameters = [parameter(variable('actor', span), 'Actor'), middle];
  const { container, name: type } = context.block;
  if (container !== 'global') parameters.push(parameter(variable('resource', span), type.text));
  return { kind: 'head', name: name(PREDICATE[kind], span), parameters, span };
}

function headKind(head: TermNode, context: Context): 'role' | 'permission' {
  if (head.kind === 'variable' && (head.name === 'role' || head.name === 'permission')) return head.name;
  const kind = head.kind === 'string' ? findOwn(head.value, context)?.kind : undefined;
  if (kind === 'role' || kind === 'permission') return kind;
  throw new Error('a checked block has a shorthand rule whose head is neither role nor permission');
}

function findOwn(text: string, { block, table }: Context): DeclaredName | undefined {
  return block.container === 'global' ? table.global.get(text) : findDeclared(table, block.name.text, text);
}

function expandBody(node: ShorthandNode, context: Context): ExpressionNode {
  const { span } = node;
  switch (node.kind) {
    case 'shorthand-or':
      return { kind: 'or', operands: node.operands.map((operand) => expandBody(operand, context)), span };
    case 'shorthand-and':
      return { kind: 'and', operands: node.operands.map((operand) => expandBody(operand, context)), span };
    case 'call':
      return node;
    case 'shorthand-global':
      return holdsGlobally(quoted(node.term), context, span);
    case 'shorthand-term':
      if (node.on?.kind === 'string') return expandOn(node.term, node.on, { context, span });
      return expandPlain(quoted(node.term), context, span);
  }
}

/** `"x"`, also written `"x" on resource`. */
function expandPlain(term: StringNode, context: Context, span: Span): ExpressionNode {
  if (context.block.container === 'global') return holdsGlobally(term, context, span);
  return holds(term, findOwn(term.value, context), variable('resource', span), span);
}

function holdsGlobally(term: StringNode, { table }: Context, span: Span): ExpressionNode {
  return holds(term, table.global.get(term.value), undefined, span);
}

/** `"x" on "relation"`, `role on "relation"` */
function expandOn(
  term: Short,
  relation: StringNode,
  { context, span }: { readonly context: Context; readonly span: Span },
): ExpressionNode {
  const declared = findOwn(relation.value, context);
  if (declared?.kind !== 'relation') throw new Error(`a checked block has no relation ${relation.value}`);
  const related = variable(context.nameRelated(relation.value), span);
  const type = declared.type.text;
  return conjunction(span, [
    matches(related, type),
    call('has_relation', [variable('resource', span), relation, related], span),
    term.kind === 'name'
      ? holdsAny(term, related, context)
      : holds(term, findDeclared(context.table, type, term.value), related, span),
  ]);
}

/** `role` or `permission`: the variable of the head when it has that name, else any such String. */
function holdsAny(term: NameNode, target: VariableNode, context: Context): ExpressionNode {
  const { text, span } = term;
  if (text !== 'role' && text !== 'permission') throw new Error(`a checked block uses the bare name ${text}`);
  const bound = variable(text, span);
  const held = call(PREDICATE[text], [variable('actor', span), bound, target], span);
  return context.headName === text ? held : conjunction(span, [matches(bound, 'String'), held]);
}

/** That the actor has a role or permission on `target` (on nothing: globally), or that the relation leads to the actor. */
function holds(
  term: StringNode,
  declared: DeclaredName | undefined,
  target: VariableNode | undefined,
  span: Span,
): CallNode {
  if (!declared) throw new Error(`a checked block uses the undeclared name ${term.value}`);
  const actor = variable('actor', span);
  const on = target ? [target] : [];
  if (declared.kind === 'relation') return call('has_relation', [...on, term, actor], span);
  return call(PREDICATE[declared.kind], [actor, term, ...on], span);
}

/** Only `on "relation"` has a meaning for a bare name. */
function quoted(term: Short): StringNode {
  if (term.kind === 'name') throw new Error(`a checked block uses the bare name ${term.text}`);
  return term;
}

function conjunction(span: Span, operands: readonly ExpressionNode[]): ExpressionNode {
  return { kind: 'and', operands, span };
}

function call(predicate: string, args: readonly TermNode[], span: Span): CallNode {
  return { kind: 'call', name: name(predicate, span), args, span };
}

function matches(subject: VariableNode, type: string): ExpressionNode {
  const { span } = subject;
  return { kind: 'matches', variable: name(subject.name, span), type: name(type, span), exact: false, span };
}

function parameter(term: VariableNode, type: string): ParameterNode {
  return { kind: 'parameter', term, type: name(type, term.span), span: term.span };
}

function variable(text: string, span: Span): VariableNode {
  return { kind: 'variable', name: text, span };
}

function name(text: string, span: Span): NameNode {
  return { kind: 'name', text, span };
}
