import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareFacts, parseFactLine, printFactLine } from '../../src/facts/fact-line.ts';
import { arbitraryFact } from '../support/arbitrary-facts.ts';
import { fact } from '../support/fact-reader-conformance.ts';

describe('printFactLine', () => {
  test('prints a flat array without blanks, ended by a line feed', () => {
    expect(printFactLine(fact('has_role', ['User', 'alice'], ['String', 'member'], ['Organization', 'acme']))).toBe(
      '["has_role","User","alice","String","member","Organization","acme"]\n',
    );
    expect(printFactLine(fact('on'))).toBe('["on"]\n');
  });

  test('is undone by parseFactLine, and holds one line feed', () => {
    fc.assert(
      fc.property(arbitraryFact(), (made) => {
        const line = printFactLine(made);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(parseFactLine(line.slice(0, -1))).toEqual(made);
      }),
    );
  });
});

describe('parseFactLine', () => {
  test.each([
    ['', 'a fact line is not JSON'],
    ['["p"', 'a fact line is not JSON'],
    ['["p"]x', 'a fact line is not JSON'],
    ['null', 'a fact line must be a JSON array of strings, found null'],
    ['{}', 'a fact line must be a JSON array of strings, found an object'],
    ['"p"', 'a fact line must be a JSON array of strings, found a string'],
    ['["p",1]', 'a fact line must be a JSON array of strings, found a number at position 2'],
    ['["p",["T","x"]]', 'a fact line must be a JSON array of strings, found an array at position 2'],
    ['[]', 'a fact line is an empty array; it needs at least a predicate'],
    ['["p","T"]', 'a fact line holds a predicate and a type and an id for each argument, found 2 strings'],
    ['["","T","x"]', 'the predicate of a fact is empty'],
    ['["p","","x"]', 'the type of a fact is empty'],
    ['["p","T",""]', 'the id of a fact is empty'],
    ['["p","T","a\\ud800b"]', 'the id `a\ufffdb` of a fact is not well-formed Unicode'],
    ['["p","\\udfff","a"]', 'the type `\ufffd` of a fact is not well-formed Unicode'],
    [`["p"${',"T","x"'.repeat(6)}]`, 'a fact has at most 5 arguments, `p` has 6'],
    [`["p","T","${'x'.repeat(513)}"]`, `the id \`${'x'.repeat(60)}…\` of a fact has 513 bytes, more than 512`],
    [`["p","T","${'é'.repeat(257)}"]`, `the id \`${'é'.repeat(60)}…\` of a fact has 514 bytes, more than 512`],
    ['['.repeat(1_000_000), 'a fact line has 1000000 characters, more than any fact needs'],
  ])('refuses %.40s', (line, message) => {
    expect(() => parseFactLine(line)).toThrow(expect.objectContaining({ code: 'FACT_INVALID', message }));
  });

  test('accepts the longest fact there can be, escaped as far as JSON allows', () => {
    const text = '\0'.repeat(512);
    const longest = fact(text, [text, text], [text, text], [text, text], [text, text], [text, text]);
    expect(parseFactLine(printFactLine(longest).trimEnd())).toEqual(longest);
  });
});

describe('compareFacts', () => {
  test('orders by predicate, number of arguments, types, then ids', () => {
    const sorted = [
      fact('a'),
      fact('a', ['Z', 'z']),
      fact('a', ['B', 'x'], ['B', '1']),
      fact('a', ['B', 'x'], ['B', '2']),
      fact('a', ['B', 'y'], ['B', '1']),
      fact('a', ['B', 'a'], ['C', 'a']),
      fact('b'),
    ];
    expect([...sorted].reverse().sort(compareFacts)).toEqual(sorted);
    expect(sorted.map((item) => compareFacts(item, item))).toEqual(sorted.map(() => 0));
  });

  test('orders ids as their UTF-8 bytes are ordered, not by UTF-16 units', () => {
    expect(compareFacts(fact('p', ['T', '\u{10000}']), fact('p', ['T', '\uffff']))).toBeGreaterThan(0);
    fc.assert(
      fc.property(arbitraryFact(), arbitraryFact(), (a, b) => {
        const byBytes = Buffer.compare(Buffer.from(a.predicate), Buffer.from(b.predicate));
        if (byBytes !== 0) expect(Math.sign(compareFacts(a, b))).toBe(byBytes);
      }),
    );
  });
});
