/** Types whose values are written bare: `"text"`, `12`, `true` (polar reference, 3.1.1). */
export const PRIMITIVE_TYPES: ReadonlySet<string> = new Set(['String', 'Integer', 'Boolean']);

/** Types of variables that no value has: every block extends one of them (polar reference, 3.1.2 and 3.1.4). */
export const ABSTRACT_TYPES: ReadonlySet<string> = new Set(['Actor', 'Resource']);

export function isBuiltInType(type: string): boolean {
  return PRIMITIVE_TYPES.has(type) || ABSTRACT_TYPES.has(type);
}
