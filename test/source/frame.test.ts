import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printFrame, printPlace } from '../../src/source/frame.ts';
import { positionAt, type Span } from '../../src/source/source.ts';

const spanOf = (text: string, part: string): Span => {
  const start = text.indexOf(part);
  return { source: { name: 'a.polar', text }, start, end: start + part.length };
};

describe('a position', () => {
  test('counts lines and columns from 1; a CR belongs to the line break behind it', () => {
    const source = { name: 'a.polar', text: 'ab\r\ncd\n\ne' };
    expect([0, 2, 3, 4, 6, 7, 8, 9].map((offset) => positionAt(source, offset))).toEqual([
      { line: 1, column: 1 },
      { line: 1, column: 3 },
      { line: 1, column: 4 },
      { line: 2, column: 1 },
      { line: 2, column: 3 },
      { line: 3, column: 1 },
      { line: 4, column: 1 },
      { line: 4, column: 2 },
    ]);
  });

  test('is printed with the name of the source', () => {
    expect(printPlace(spanOf('one\n two', 'two'))).toBe('a.polar:2:2');
  });
});

describe('a frame', () => {
  test('underlines the span; tabs keep their width', () => {
    expect(printFrame(spanOf('one\n\ttwo three', 'two'))).toBe('2 | \ttwo three\n  | \t^^^');
  });

  test('stands below its text behind an emoji, which is as wide as two letters', () => {
    const text = 'p("🌲🌲", x);';
    expect(printFrame(spanOf(text, 'x'))).toBe(`1 | ${text}\n  | ${' '.repeat(10)}^`);
  });

  test('stands below its text among letters that are two columns wide, and accents that have none', () => {
    const text = 'p("日本語한글ＡｶがÅe\u0301", x);';
    expect(printFrame(spanOf(text, 'x'))).toBe(`1 | ${text}\n  | ${' '.repeat(3 + 12 + 1 + 2 + 2 + 3)}^`);
    expect(printFrame(spanOf(text, '日本語'))).toBe(`1 | ${text}\n  |    ${'^'.repeat(6)}`);
  });

  test('underlines a span over several lines to the end of its first line', () => {
    expect(printFrame(spanOf('one {\n  two\n}', '{\n  two\n}'))).toBe('1 | one {\n  |     ^');
  });

  test('shows nothing of a line break of Windows', () => {
    expect(printFrame(spanOf('one\r\n  two\r\n', 'two'))).toBe('2 |   two\n  |   ^^^');
    expect(printFrame(spanOf('one {\r\n  two\r\n}', '{\r\n  two'))).toBe('1 | one {\n  |     ^');
  });

  test('shows an empty span as one mark, also behind the text', () => {
    const source = { name: 'a.polar', text: 'one' };
    expect(printFrame({ source, start: 3, end: 3 })).toBe('1 | one\n  |    ^');
    expect(printFrame({ source: { name: 'a.polar', text: '' }, start: 0, end: 0 })).toBe('1 | \n  | ^');
  });

  test('cuts a long line around the span', () => {
    const [shown, underline] = printFrame(spanOf(`${'a'.repeat(500)}bb${'c'.repeat(500)}`, 'bb')).split('\n');
    expect(shown).toBe(`1 | ${'a'.repeat(60)}bb${'c'.repeat(58)}`);
    expect(underline).toBe(`  | ${' '.repeat(60)}^^`);
  });

  test('never underlines beyond what it shows', () => {
    const [shown, underline] = printFrame(spanOf(`${'a'.repeat(500)}${'b'.repeat(500)}`, 'b'.repeat(500))).split('\n');
    expect(underline?.length).toBe(shown?.length);
  });

  test('shows control characters as a replacement, so that a terminal stays as it is', () => {
    expect(printFrame(spanOf('a\u001b[31mb\0c', 'b'))).toBe('1 | a\ufffd[31mb\ufffdc\n  |       ^');
  });

  test('has two lines for any text and span', () => {
    const anyText = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(anyText, fc.nat(), fc.nat(), (text, from, to) => {
        const start = from % (text.length + 1);
        const end = start + (to % (text.length - start + 1));
        expect(printFrame({ source: { name: 'a.polar', text }, start, end }).split('\n')).toHaveLength(2);
      }),
    );
  });
});
