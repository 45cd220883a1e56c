import fc from 'fast-check';
import { expect, test } from 'vitest';
import { redact } from '../../src/cli/json-log.ts';

test('a known secret is replaced wherever it is', () => {
  expect(redact('{"a":"x s3cret y","b":"s3cret"}', ['s3cret'])).toBe('{"a":"x [secret] y","b":"[secret]"}');
});

test('anything in the form of an API key is replaced, known or not', () => {
  expect(redact('key e_0123456789_12345_osotesttoken01xiIn was refused', [])).toBe('key [secret] was refused');
});

test('an empty secret replaces nothing', () => {
  expect(redact('abc', [''])).toBe('abc');
});

test('no text around it lets an API key through', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9]{1,12}$/);
  fc.assert(
    fc.property(fc.string(), word, word, word, fc.string(), (before, environment, number, secret, after) => {
      const key = `e_${environment}_${number}_${secret}`;
      expect(redact(`${before} ${key} ${after}`, [key])).not.toContain(key);
    }),
  );
});
