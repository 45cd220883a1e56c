import { createHash } from 'node:crypto';

/** Up to so many characters a text is its own key. */
const SHORT = 64;

/** A short text that is equal for equal texts in equal order, and for no others. */
export function digest(texts: readonly string[]): string {
  const text = JSON.stringify(texts);
  return text.length <= SHORT ? text : createHash('sha256').update(text).digest('base64');
}
