import { OsoError } from '../../errors/oso-error.ts';

/** What a process died of, as Node.js tells it: the line of an exception or of the engine's end. */
const CAUSE = /^(?:Uncaught:?\s+)?(?:\w*Error\b|FATAL ERROR\b).*/m;

/** The one line that says what a process died of. What comes after it, a stack and the version of Node.js, does not. */
export function lastWords(text: string): string {
  return CAUSE.exec(text)?.[0] ?? text.trim().split('\n').at(-1) ?? '';
}

/** What there is to say of a child that has died without an answer; `how` is its signal or exit code. */
export function deathOf(how: string, said: string): Error {
  const words = lastWords(said);
  const isKilled = how === 'SIGKILL' && words === '';
  const why = isKilled ? 'killed from outside, as systems do that are short of memory' : words || 'it said nothing';
  const message = `the build process died (${how}): ${why}`;
  if (!isKilled && !words.includes('out of memory')) return new Error(message);
  return new OsoError('COPY_FAILED', message, { hint: 'give the machine or the container more memory' });
}
