import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseBody } from '../../src/http/parse-body.ts';

function parse(body: string | Buffer): unknown {
  return parseBody(Buffer.isBuffer(body) ? body : Buffer.from(body, 'utf8'));
}

const REFUSED: readonly (readonly [title: string, body: string | Buffer, message: string | RegExp])[] = [
  ['nothing', '', 'the body is empty: send JSON'],
  ['text', 'hello', /^the body is not JSON: /u],
  ['text over lines', '{\n"a"\n', /^the body is not JSON: [^\n]*$/u],
  ['two values', '{} {}', /^the body is not JSON: /u],
  ['invalid UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'the body is not UTF-8, at byte offset 1'],
  ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'the body is not UTF-8, at byte offset 1'],
  ['an overlong form', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 'the body is not UTF-8, at byte offset 1'],
  ['a letter that is cut', Buffer.from('"\ufffdé🌲').subarray(0, -1), 'the body is not UTF-8, at byte offset 6'],
  ['a letter cut in its middle', Buffer.from([0x22, 0xef, 0xbf, 0x22]), 'the body is not UTF-8, at byte offset 1'],
  ['UTF-16', Buffer.from('{"a":1}', 'utf16le'), /^the body is not JSON: /u],
  ['a byte order mark', '\ufeff{}', 'the body starts with a byte order mark: send plain UTF-8'],
  ['a lone high surrogate', '{"a":"\\ud800"}', 'the body has half a surrogate pair in a string, at offset 6'],
  ['a lone low surrogate', '["\\uDC00"]', 'the body has half a surrogate pair in a string, at offset 2'],
  ['two high surrogates', '["\\ud800\\ud800"]', 'the body has half a surrogate pair in a string, at offset 2'],
  ['a lone surrogate in a key', '{"\\udfff":1}', 'the body has half a surrogate pair in a string, at offset 2'],
  ['a key twice', '{"a":1,"b":2,"a":3}', 'the body has the key "a" twice in one object, at offset 13'],
  ['a key twice, once escaped', '{"a":1,"\\u0061":3}', 'the body has the key "a" twice in one object, at offset 7'],
  ['a key with an escape that JSON has not', '{"\\q":1}', /^the body is not JSON: /u],
  ['a key twice far below', '[[{"x":{"k":1,"k":1}}]]', 'the body has the key "k" twice in one object, at offset 14'],
  ['65 levels', '['.repeat(65), 'the body is nested deeper than 64 levels, at offset 64'],
  ['10 MB of brackets', '['.repeat(10_000_000), 'the body is nested deeper than 64 levels, at offset 64'],
  ['10 MB of objects', '{"a":'.repeat(2_000_000), 'the body is nested deeper than 64 levels, at offset 320'],
  ['a million elements', `[${'1,'.repeat(1_000_000)}1]`, 'the body has more than 1000000 elements, at offset 2000000'],
];

test.each(REFUSED)('%s is refused', (_, body, message) => {
  expect(() => parse(body)).toThrow(
    expect.objectContaining({
      code: 'REQUEST_INVALID',
      message: expect.toSatisfy((text: string) =>
        typeof message === 'string' ? text === message : message.test(text),
      ),
    }),
  );
});

test('an object with many keys finds the one that is there twice', () => {
  const keys = Array.from({ length: 100_000 }, (_, index) => `"key${index}":${index}`);
  expect(parse(`{${keys.join(',')}}`)).toHaveProperty('key99999', 99_999);
  expect(() => parse(`{${keys.join(',')},"key3":0}`)).toThrow('the body has the key "key3" twice in one object');
});

test('the same key in two objects is no duplicate', () => {
  const text = '{"a":{"a":1},"b":[{"a":1},{"a":{"a":[]}}],"c":"a"}';
  expect(parse(text)).toEqual(JSON.parse(text));
});

test('64 levels and escaped pairs, quotes and colons inside strings are fine', () => {
  const text = `${'['.repeat(64)}"\\ud83d\\ude00 \\" : , { [ \\\\"${']'.repeat(64)}`;
  expect(parse(text)).toEqual(JSON.parse(text));
});

test('everything that JSON.stringify writes is read as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      expect(parse(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('any text is either read or refused with REQUEST_INVALID', () => {
  const pieces = fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', '\\u', 'd800', 'a', '1', ' ', '\u0000', '😀');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
      const text = parts.join('');
      try {
        expect(parse(text)).toEqual(JSON.parse(text));
      } catch (error) {
        expect(error).toMatchObject({ code: 'REQUEST_INVALID' });
      }
    }),
  );
});
