import type { Value } from '../facts/fact.ts';
import type { BooleanNode, NumberNode, ObjectNode, StringNode } from '../polar/ast.ts';
import { canonicalId } from './normalize-value.ts';

export type LiteralNode = StringNode | NumberNode | BooleanNode | ObjectNode;

/**
 * The value that a literal of a checked policy denotes. `User{1}` has the id `1`; `Integer{"007"}` is the Integer `7`
 * (polar reference, 1 and 12.7).
 */
export function literalValue(node: LiteralNode): Value {
  switch (node.kind) {
    case 'string':
      return { type: 'String', id: node.value };
    case 'number':
      return { type: 'Integer', id: numberText(node) };
    case 'boolean':
      return { type: 'Boolean', id: String(node.value) };
    case 'object': {
      const type = node.type.text;
      const id = literalValue(node.id).id;
      return { type, id: canonicalId(type, id) ?? id };
    }
  }
}

function numberText(node: NumberNode): string {
  if (node.value === undefined) throw new Error(`a checked policy holds the number ${node.text}`);
  return node.value.toString();
}
