import { ElementScanner, MAX_DEPTH } from './element-scanner.ts';

export const DOUBLED_KEY = 'has a key twice in one object';
export const TOO_DEEP = `nests deeper than ${MAX_DEPTH} levels`;

/**
 * Members of all objects in a parsed value. Its text has more when an object has a key twice: `JSON.parse` keeps the
 * last, another reader the first, so nobody can tell what was meant. Calls itself once a level: see `MAX_DEPTH`.
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

/**
 * What of a JSON text nobody should rely on: a key twice, or more levels than may be followed. `parsed` is what `JSON.parse`
 * makes of it.
 */
export function troubleIn(text: Uint8Array, parsed: unknown): string | undefined {
  const scanner = new ElementScanner(MAX_DEPTH);
  let found = scanner.scan(text, 0);
  while (found === 'comma') found = scanner.scan(text, scanner.position + 1);
  if (found === 'too-deep') return TOO_DEEP;
  return scanner.members === membersIn(parsed) ? undefined : DOUBLED_KEY;
}
