import { assertNever } from '../util/assert-never.ts';
import type {
  AssertionNode,
  DeclarationNode,
  DictionaryNode,
  ExpressionNode,
  FactNode,
  FixtureReferenceNode,
  HeadNode,
  ItemNode,
  ListNode,
  NameNode,
  ParameterNode,
  PolicyNode,
  ShorthandNode,
  ShorthandRuleNode,
  TermNode,
} from './ast.ts';

/** Every kind of node. */
export type PolarNode =
  | PolicyNode
  | ItemNode
  | DeclarationNode
  | ListNode
  | DictionaryNode
  | ShorthandRuleNode
  | ShorthandNode
  | HeadNode
  | ParameterNode
  | ExpressionNode
  | TermNode
  | FactNode
  | FixtureReferenceNode
  | AssertionNode
  | NameNode;

/** Visits a node, then the nodes inside it, in the order of the text (a block's declarations before its rules). Recurses as deep as the tree. */
export function walk(node: PolarNode, visit: (node: PolarNode) => void): void {
  visit(node);
  for (const child of childrenOf(node)) walk(child, visit);
}

function childrenOf(node: PolarNode): readonly PolarNode[] {
  switch (node.kind) {
    case 'policy':
      return node.items;
    case 'block':
      return [node.name, ...node.parents, ...node.declarations, ...node.rules];
    case 'declaration':
      return [node.key, node.value];
    case 'list':
      return node.items;
    case 'dictionary':
      return node.fields.flatMap(({ name, type }) => present([name, type]));
    case 'shorthand-rule':
      return [...node.flags, node.head, node.body];
    case 'shorthand-or':
    case 'shorthand-and':
    case 'or':
    case 'and':
      return node.operands;
    case 'shorthand-term':
      return present([node.term, node.on]);
    case 'shorthand-global':
      return [node.term];
    case 'rule':
      return present([...node.flags, node.head, node.body]);
    case 'head':
      return [node.name, ...node.parameters];
    case 'parameter':
      return present([node.term, node.type]);
    case 'declare':
      return [node.name, ...node.types];
    case 'fixture':
      return [node.name, ...node.facts];
    case 'test':
      return [node.name, ...node.setup, ...node.assertions];
    case 'fact':
    case 'call':
      return [node.name, ...node.args];
    case 'fixture-reference':
      return [node.name];
    case 'assertion':
      return present([node.head, node.iff]);
    case 'not':
      return [node.operand];
    case 'compare':
      return [node.left, node.right];
    case 'in':
      return [node.item, node.list];
    case 'matches':
      return [node.variable, node.type];
    case 'object':
      return [node.type, node.id];
    case 'ignored':
    case 'boolean-expression':
    case 'string':
    case 'number':
    case 'boolean':
    case 'now':
    case 'variable':
    case 'name':
      return [];
    default:
      return assertNever(node);
  }
}

function present(nodes: readonly (PolarNode | undefined)[]): readonly PolarNode[] {
  return nodes.filter((node) => node !== undefined);
}
