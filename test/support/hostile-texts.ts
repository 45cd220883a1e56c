import type { Random } from './random.ts';

const PIECES = [
  `'`,
  `''`,
  `"`,
  '\\',
  `\\'`,
  '--',
  '/*',
  '*/',
  '#',
  ';',
  '$$',
  '$1',
  '%',
  '%s',
  '?',
  ':x',
  '::text',
  '@x',
  '\n',
  '\r',
  '\t',
  '\u0001',
  '\u001a',
  '\u2028',
  'é',
  '🦊',
  '`',
  '(',
  ')',
  'a',
  'OR 1=1',
  'x',
];

/** A text made to escape from a literal, or to be changed on its way. */
export function hostileText(random: Random): string {
  return random.picks(PIECES, 1 + random.below(6)).join('');
}
