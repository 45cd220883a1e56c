import { expect, test } from 'vitest';
import { nextToken } from '../../src/polar/lexer.ts';
import type { Token } from '../../src/polar/token.ts';

test.each([
  ['a b\tc\r\nd\u00a0e\u2003f\ufeffg', ['name a', 'name b', 'name c', 'name d', 'name e', 'name f', 'name g']],
  ['a # b\n# c "\n d#', ['name a', 'name d']],
  [
    'is_ok? a?b a?= b ?=c',
    ['name is_ok?', 'name a?', 'name b', 'name a', 'symbol ?=', 'name b', 'symbol ?=', 'name c'],
  ],
  ['A::B A:: B a:b', ['name A::B', 'name A', 'symbol :', 'symbol :', 'name B', 'name a', 'symbol :', 'name b']],
  ['_ _x x1 1x', ['name _', 'name _x', 'name x1', 'number 1', 'name x']],
  [
    'matches matches! matches!= rematches!',
    ['name matches', 'symbol matches!', 'name matches', 'symbol !=', 'name rematches', 'foreign !'],
  ],
  [
    '12 1.5 1e3 1.5e-2 1. 1e .5',
    [
      'number 12',
      'number 1.5',
      'number 1e3',
      'number 1.5e-2',
      'number 1',
      'foreign .',
      'number 1',
      'name e',
      'number .5',
    ],
  ],
  ['-3 +3 a<-3', ['symbol -', 'number 3', 'symbol +', 'number 3', 'name a', 'symbol <', 'symbol -', 'number 3']],
  ['<<=>>==!=', ['symbol <', 'symbol <=', 'symbol >', 'symbol >=', 'symbol =', 'symbol !=']],
  ['a==b:=c->d', ['name a', 'foreign ==', 'name b', 'foreign :=', 'name c', 'foreign ->', 'name d']],
  ['@flag @a::b @ c', ['flag @flag', 'flag @a::b', 'foreign @', 'name c']],
  [
    '"a" "" "\\"" "\\\\" "\\\n" "\\\r\n" "#"',
    ['string "a"', 'string ""', 'string "\\""', 'string "\\\\"', 'string "\\\n"', 'string "\\\r\n"', 'string "#"'],
  ],
  ['é文😀(', ['name é文😀', 'symbol (']],
])('%j', (text, expected) => {
  expect(tokensOf(text).map(({ kind, text: written }) => `${kind} ${written}`)).toEqual(expected);
});

test('offsets count UTF-16 units and the last token is an empty one at the end', () => {
  const source = { name: 'a.polar', text: ' "😀" x ' };
  expect(nextToken(source, 0)).toEqual({ kind: 'string', text: '"😀"', start: 1, end: 5 });
  expect(nextToken(source, 5)).toEqual({ kind: 'name', text: 'x', start: 6, end: 7 });
  expect(nextToken(source, 7)).toEqual({ kind: 'end', text: '', start: 8, end: 8 });
});

test.each([
  ['"abc', 'a string is not closed on its line'],
  ['"abc\\"', 'a string is not closed on its line'],
  ['"abc\ndef"', 'a string is not closed on its line'],
  ['"abc\rdef"', 'a string is not closed on its line'],
  ['"abc\\', 'a string is not closed on its line'],
  ['\0', 'the character U+0000 has no meaning here'],
  ['\x7f', 'the character U+007F has no meaning here'],
  ['\ud800', 'the character U+D800 has no meaning here'],
  ['"a\udc00b"', 'the character U+DC00 has no meaning here'],
  ['"a\\\ud800b"', 'the character U+D800 has no meaning here'],
])('%j is refused', (text, message) => {
  expect(() => tokensOf(text)).toThrow(expect.objectContaining({ code: 'POLAR_SYNTAX', message }));
});

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const source = { name: 'a.polar', text };
  for (let token = nextToken(source, 0); token.kind !== 'end'; token = nextToken(source, token.end)) tokens.push(token);
  return tokens;
}
