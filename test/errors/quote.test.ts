import { expect, test } from 'vitest';
import { quote } from '../../src/errors/quote.ts';

test.each([
  ['plain', '`plain`'],
  ['two\nlines\u2028and\ttab\0', '`two\ufffdlines\ufffdand\ufffdtab\ufffd`'],
  ['half \ud800 pair', '`half \ufffd pair`'],
  ['x'.repeat(61), `\`${'x'.repeat(60)}…\``],
  [`${'x'.repeat(59)}😀y`, `\`${'x'.repeat(59)}\ufffd…\``],
])('%j', (text, expected) => {
  expect(quote(text)).toBe(expected);
});
