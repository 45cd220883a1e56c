import { ElementScanner } from './element-scanner.ts';

/**
 * Members of all objects in a parsed value. Its text has more when an object has a key twice: `JSON.parse` keeps the
 * last, another reader the first, so nobody can tell what was meant.
 */
export function membersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) members += membersIn(item);
  } else {
    for (const key in value) members += 1 + membersIn((value as Record<string, unknown>)[key]);
  }
  return members;
}

/** Whether an object in a JSON text has a key twice; `parsed` is what `JSON.parse` makes of it. */
export function hasDoubledKey(text: Uint8Array, parsed: unknown): boolean {
  const scanner = new ElementScanner(Number.POSITIVE_INFINITY);
  for (let at = 0; scanner.scan(text, at) === 'comma'; ) at = scanner.position + 1;
  return scanner.members !== membersIn(parsed);
}
