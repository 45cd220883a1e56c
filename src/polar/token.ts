/**
 * `name` covers keywords too: they are keywords only where the grammar asks for them (polar reference, 1.12).
 * `flag` is `@name`. `foreign` is what the language has no use for, such as `==`; the parser explains it. `end` has
 * no text and stands behind the last token.
 */
export type TokenKind = 'name' | 'string' | 'number' | 'flag' | 'symbol' | 'foreign' | 'end';

/** A token as written: strings with their quotes, numbers without a sign. Texts of different kinds never coincide. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** UTF-16 offsets, half-open. */
  readonly start: number;
  readonly end: number;
}

/** Words that are never a variable or a predicate (polar reference, 1.12). */
const RESERVED: ReadonlySet<string> = new Set(['if', 'and', 'or', 'not', 'in', 'matches', 'true', 'false']);

export function isReserved(word: string): boolean {
  return RESERVED.has(word);
}
