import type {
  BlockNode,
  CallNode,
  ExpressionNode,
  HeadNode,
  NameNode,
  ParameterNode,
  RuleNode,
  ShorthandNode,
  ShorthandRuleNode,
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
  return block.rules.map((rule) => new ShorthandExpansion(block, rule, table).expand());
}

type Short = StringNode | NameNode;
type HeadName = 'role' | 'permission';

const PREDICATE = { role: 'has_role', permission: 'has_permission' } as const;

/** One shorthand rule; an object because the variables made up for `on` are numbered within the rule. */
class ShorthandExpansion {
  readonly #block: BlockNode;
  readonly #rule: ShorthandRuleNode;
  readonly #table: BlockTable;
  #relatedCount = 0;

  constructor(block: BlockNode, rule: ShorthandRuleNode, table: BlockTable) {
    this.#block = block;
    this.#rule = rule;
    this.#table = table;
  }

  expand(): RuleNode {
    const { span, flags, body } = this.#rule;
    return { kind: 'rule', flags, head: this.#head(), body: this.#expression(body), span };
  }

  #head(): HeadNode {
    const { head } = this.#rule;
    const { span } = head;
    const kind = this.#headKind();
    const middle: ParameterNode =
      head.kind === 'string'
        ? { kind: 'parameter', term: head, type: undefined, span }
        : parameter(variable(kind, span), 'String');
    const parameters = [parameter(variable('actor', span), 'Actor'), middle];
    if (this.#block.container !== 'global') {
      parameters.push(parameter(variable('resource', span), this.#block.name.text));
    }
    return { kind: 'head', name: name(PREDICATE[kind], span), parameters, span };
  }

  #headKind(): HeadName {
    const { head } = this.#rule;
    if (head.kind === 'variable' && (head.name === 'role' || head.name === 'permission')) return head.name;
    const kind = head.kind === 'string' ? this.#ownKind(head.value)?.kind : undefined;
    if (kind === 'role' || kind === 'permission') return kind;
    throw new Error('a checked block has a shorthand rule whose head is neither role nor permission');
  }

  #ownKind(text: string): DeclaredName | undefined {
    return this.#block.container === 'global'
      ? this.#table.global.get(text)
      : findDeclared(this.#table, this.#block.name.text, text);
  }

  #expression(node: ShorthandNode): ExpressionNode {
    const { span } = node;
    switch (node.kind) {
      case 'shorthand-or':
        return { kind: 'or', operands: node.operands.map((operand) => this.#expression(operand)), span };
      case 'shorthand-and':
        return { kind: 'and', operands: node.operands.map((operand) => this.#expression(operand)), span };
      case 'call':
        return node;
      case 'shorthand-global':
        return this.#global(node.term, span);
      case 'shorthand-term':
        return node.on?.kind === 'string'
          ? this.#onRelation(node.term, node.on, span)
          : this.#plain(node.term, span);
    }
  }

  /** `"x"`, also written `"x" on resource`. */
  #plain(term: Short, span: Span): ExpressionNode {
    if (this.#block.container === 'global') return this.#global(term, span);
    const resource = variable('resource', span);
    if (term.kind === 'name') return this.#anyName(term, resource, span);
    return holds(term, this.#ownKind(term.value), resource, span);
  }

  #global(term: Short, span: Span): ExpressionNode {
    if (term.kind === 'name') return this.#anyName(term, undefined, span);
    return holds(term, this.#table.global.get(term.value), undefined, span);
  }

  /** The related thing is a fresh variable at each occurrence. */
  #onRelation(term: Short, relation: StringNode, span: Span): ExpressionNode {
    const declared = this.#ownKind(relation.value);
    if (declared?.kind !== 'relation') throw new Error(`a checked block has no relation ${relation.value}`);
    this.#relatedCount += 1;
    // A number sign starts a comment, so no variable of the text has such a name.
    const related = variable(`${relation.value}#${this.#relatedCount}`, span);
    const type = declared.type.text;
    const held =
      term.kind === 'name'
        ? this.#anyName(term, related, span)
        : holds(term, findDeclared(this.#table, type, term.value), related, span);
    return conjunction(span, [
      matches(related, type),
      call('has_relation', [variable('resource', span), relation, related], span),
      held,
    ]);
  }

  /** `role` or `permission`: the variable of the head when it has that name, else any such String. */
  #anyName(term: NameNode, target: VariableNode | undefined, span: Span): ExpressionNode {
    if (term.text !== 'role' && term.text !== 'permission') {
      throw new Error(`a checked block uses the bare name ${term.text}`);
    }
    const { head } = this.#rule;
    const bound = variable(term.text, term.span);
    const held = call(PREDICATE[term.text], [variable('actor', span), bound, ...(target ? [target] : [])], span);
    if (head.kind === 'variable' && head.name === term.text) return held;
    return conjunction(span, [matches(bound, 'String'), held]);
  }
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
  if (declared.kind !== 'relation') return call(PREDICATE[declared.kind], [actor, term, ...(target ? [target] : [])], span);
  if (!target) throw new Error('a global block declares a relation');
  return call('has_relation', [target, term, actor], span);
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
