/** What a process died of, as Node.js tells it: the line of an exception or of the engine's end. */
const CAUSE = /^(?:Uncaught:?\s+)?(?:\w*Error\b|FATAL ERROR\b).*/m;

/** The one line that says what a process died of. What comes after it, a stack and the version of Node.js, does not. */
export function lastWords(text: string): string {
  return CAUSE.exec(text)?.[0] ?? text.trim().split('\n').at(-1) ?? '';
}
