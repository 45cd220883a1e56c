import { Buffer } from 'node:buffer';
import { quote } from '../../errors/quote.ts';
import { MAX_ID_BYTES } from '../../facts/fact.ts';
import type { ObjectNode } from '../ast.ts';
import { ABSTRACT_TYPES, PRIMITIVE_TYPES } from '../built-in-types.ts';
import type { Finding, ValidationContext } from '../validation-context.ts';

/**
 * Object literals
 *
 * `Type{"id"}` has a concrete type and an id that a stored value could have; a primitive type takes its own values
 * (polar reference, 3.1.4, 3.1.8 and 12.7).
 */
export function objectLiterals({ nodesOf, report }: ValidationContext): void {
  for (const node of nodesOf('object')) {
    const fault = faultOf(node);
    if (fault) report({ severity: 'error', code: 'POLAR_LITERAL', span: node.span, ...fault });
  }
}

type Fault = Pick<Finding, 'message' | 'hint'> & Partial<Pick<Finding, 'severity' | 'code'>>;

const PRIMITIVE_LITERALS: ReadonlyMap<string, ObjectNode['id']['kind']> = new Map([
  ['String', 'string'],
  ['Integer', 'number'],
  ['Boolean', 'boolean'],
]);

function faultOf({ type, id }: ObjectNode): Fault | undefined {
  const { text } = type;
  if (ABSTRACT_TYPES.has(text)) {
    const hint = 'name the type of an `actor` or `resource` block';
    return { code: 'POLAR_ABSTRACT', message: `no object has the abstract type ${quote(text)}`, hint };
  }
  if (PRIMITIVE_TYPES.has(text)) {
    if (PRIMITIVE_LITERALS.get(text) === id.kind) return undefined;
    return {
      message: `the type ${quote(text)} does not hold a ${id.kind}`,
      hint: `write the value alone, without ${quote(text)}`,
    };
  }
  if (id.kind === 'string') return faultOfId(id.value);
  return {
    severity: 'warning',
    code: 'POLAR_STYLE',
    message: `the id of an object is a string, not a ${id.kind}`,
    hint: 'put the id in double quotes',
  };
}

function faultOfId(id: string): Fault | undefined {
  if (id === '') return { message: 'the id of an object is empty', hint: 'give it at least one character' };
  if (id === '*')
    return { message: 'the id of an object cannot be `*`', hint: 'for any object, write a variable: `_: Type`' };
  const sizeBytes = Buffer.byteLength(id);
  if (sizeBytes <= MAX_ID_BYTES) return undefined;
  return {
    message: `the id of an object has ${sizeBytes} bytes, the limit is ${MAX_ID_BYTES}`,
    hint: 'shorten the id',
  };
}
