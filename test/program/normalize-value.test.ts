import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalizeValue } from '../../src/program/normalize-value.ts';

test.each([
  ['007', '7'],
  ['+1', '1'],
  ['-0', '0'],
  ['-007', '-7'],
  ['9223372036854775807', '9223372036854775807'],
  ['-9223372036854775808', '-9223372036854775808'],
])('the Integer %s is stored as %s', (written, stored) => {
  expect(normalizeValue({ type: 'Integer', id: written })).toEqual({ type: 'Integer', id: stored });
});

test.each([
  '',
  ' 1',
  '1 ',
  '1.0',
  '1e3',
  '0x10',
  '１',
  '--1',
  '+',
  'one',
  '9223372036854775808',
  '-9223372036854775809',
  '1'.repeat(10_000),
])('%j is no Integer', (id) => {
  expect(normalizeValue({ type: 'Integer', id })).toBeUndefined();
});

test('only true and false are Booleans', () => {
  expect(normalizeValue({ type: 'Boolean', id: 'true' })).toEqual({ type: 'Boolean', id: 'true' });
  expect(normalizeValue({ type: 'Boolean', id: 'false' })).toEqual({ type: 'Boolean', id: 'false' });
  for (const id of ['True', '1', '', 'yes']) expect(normalizeValue({ type: 'Boolean', id })).toBeUndefined();
});

test('other values stay as they are', () => {
  for (const type of ['String', 'User']) {
    const value = { type, id: '007' };
    expect(normalizeValue(value)).toBe(value);
  }
});

test('every 64-bit integer is its own canonical text, with any sign and zeros before it', () => {
  fc.assert(
    fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.nat(5), (integer, zeros) => {
      const digits = (integer < 0n ? -integer : integer).toString();
      const id = `${integer < 0n ? '-' : ''}${'0'.repeat(zeros)}${digits}`;
      expect(normalizeValue({ type: 'Integer', id })?.id).toBe(integer.toString());
    }),
  );
});
