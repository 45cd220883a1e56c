import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/facts/fact.ts';
import { compareFacts, printFactLine } from '../../src/facts/fact-line.ts';
import { LineScanner, SLACK_BYTES } from '../../src/facts/line-scanner.ts';
import { fact } from '../support/fact-reader-conformance.ts';

const role = (user: string, name: string, organization: string) =>
  fact('has_role', ['User', user], ['String', name], ['Organization', organization]);

/** Some lines in a buffer, and a scanner of it that follows the first one. */
function linesAfter(first: Fact, ...lines: readonly string[]) {
  const bytes = Buffer.from(`before\n${printFactLine(first)}${lines.join('')}${'"'.repeat(SLACK_BYTES)}`);
  const scanner = new LineScanner(bytes);
  scanner.follow(first, 7);
  return { bytes, scanner, from: 7 + Buffer.byteLength(printFactLine(first)) };
}

/** Where the scanner says that a line ends, and the values that it found to differ, after a fact. */
function scanAfter(before: Fact, line: string) {
  const { bytes, scanner, from } = linesAfter(before, line);
  const end = scanner.scan(from);
  return { end: end === -1 ? -1 : end - from, differs: differing(scanner, before), scanner, bytes };
}

const differing = ({ differs }: LineScanner, { args }: Fact) => args.map((_, column) => (differs >> column) & 1);

/** The ids of the line before. */
function idsBefore({ start, starts, ends }: LineScanner, bytes: Buffer, arity: number): readonly string[] {
  return Array.from({ length: arity }, (_, column) =>
    bytes.toString('utf8', start + (starts[column] ?? 0), start + (ends[column] ?? 0)),
  );
}

describe('LineScanner recognizes', () => {
  test('the next line of the same signature, and says which ids differ and where they are', () => {
    const line = printFactLine(role('bob', 'member', 'acme'));
    const { end, differs, scanner, bytes } = scanAfter(role('alice', 'owner', 'acme'), line);
    expect(end).toBe(line.length);
    expect(differs).toEqual([1, 1, 0]);
    expect(idsBefore(scanner, bytes, 3)).toEqual(['bob', 'member', 'acme']);
  });

  test('line after line, each compared with the one before', () => {
    const facts = [
      role('a', 'x', '1'),
      role('a', 'x', '11'),
      role('a', 'x', '2'),
      role('a', 'xx', '1'),
      role('é', 'x', '1'),
    ];
    const first = role('A', 'x', '1');
    const { bytes, scanner, from } = linesAfter(first, ...facts.map(printFactLine), printFactLine(role('é', 'x', '1')));
    let at = from;
    for (const made of facts) {
      at = scanner.scan(at);
      expect(bytes.toString('utf8', 0, at).endsWith(printFactLine(made))).toBe(true);
      expect(idsBefore(scanner, bytes, 3)).toEqual(made.args.map(({ id }) => id));
    }
    expect(scanner.scan(at)).toBe(-1);
  });

  test('an id with escapes, as long as it stays the same', () => {
    const line = printFactLine(role('CORP\\alice', 'owner', 'acme'));
    expect(scanAfter(role('CORP\\alice', 'member', 'zoo'), line)).toMatchObject({
      end: line.length,
      differs: [0, 1, 1],
    });
  });

  test('the line behind one that was moved to the start of the buffer', () => {
    const facts = ['a', 'b', 'ba', 'c'].map((user) => role(user, 'member', `of-${user}`));
    const { bytes, scanner, from } = linesAfter(role('A', 'member', 'x'), ...facts.map(printFactLine));
    let at = from;
    for (const made of facts) {
      const { start } = scanner;
      bytes.copyWithin(0, start);
      scanner.movedBack(start);
      at = scanner.scan(at - start);
      expect(idsBefore(scanner, bytes, 3)).toEqual(made.args.map(({ id }) => id));
    }
  });

  test('an id that differs first in any byte of a word or of the next two, and ends anywhere', () => {
    for (let same = 0; same < 17; same++) {
      for (let rest = 1; rest < 9; rest++) {
        const before = role(`${'x'.repeat(same)}a`, 'member', 'acme');
        const after = role(`${'x'.repeat(same)}${'\u007f'.repeat(rest)}`, 'member', 'zoo');
        const { end, differs, scanner } = scanAfter(before, printFactLine(after));
        expect({ end, differs }).toEqual({ end: printFactLine(after).length, differs: [1, 0, 1] });
        expect((scanner.ends[0] ?? 0) - (scanner.starts[0] ?? 0)).toBe(same + rest);
        expect(scanAfter(after, printFactLine(before)).end).toBe(-1);
      }
    }
  });

  test('ids of 512 bytes', () => {
    const long = 'x'.repeat(512);
    expect(scanAfter(role('a', 'b', 'c'), printFactLine(role(long, 'b', long))).end).toBeGreaterThan(1024);
  });
});

describe('LineScanner leaves to the parser', () => {
  const before = role('bob', 'member', 'acme');
  test.each([
    ['a line of another signature', '["has_role","Users","c","String","member","Organization","acme"]\n'],
    ['a line with fewer arguments', '["has_role","User","c","String","member"]\n'],
    ['a line with more arguments', '["has_role","User","c","String","member","Organization","acme","A","b"]\n'],
    ['a blank', '["has_role", "User","c","String","member","Organization","acme"]\n'],
    ['a blank at the end', '["has_role","User","c","String","member","Organization","acme"] \n'],
    ['an escape', '["has_role","User","c\\u0041","String","member","Organization","acme"]\n'],
    ['a control character', '["has_role","User","c\t","String","member","Organization","acme"]\n'],
    ['an empty id', '["has_role","User","c","String","","Organization","acme"]\n'],
    ['an id of 513 bytes', `["has_role","User","${'c'.repeat(513)}","String","member","Organization","acme"]\n`],
    ['an id whose change makes it empty', '["has_role","User","","String","member","Organization","acme"]\n'],
    ['the same line again', printFactLine(before)],
    ['an earlier line', printFactLine(role('alice', 'member', 'acme'))],
    ['a line that is earlier because an id is shorter', printFactLine(role('bo', 'zzz', 'zzz'))],
    ['a line that is later only in a later column', printFactLine(role('bob', 'a', 'zzz'))],
    ['a line cut short', '["has_role","User","c","String","mem\n'],
  ])('%s', (_, line) => {
    expect(scanAfter(before, line).end).toBe(-1);
  });

  test.each(['a\0b', 'a"b', 'a\\b'])('another id after %j, whose bytes are escaped', (id) => {
    expect(scanAfter(role(id, 'x', 'y'), printFactLine(role('b', 'x', 'z'))).end).toBe(-1);
  });

  test('the first line, and a line without arguments', () => {
    expect(new LineScanner(Buffer.from('["on"]\n')).scan(0)).toBe(-1);
    expect(scanAfter(fact('on'), '["on"]\n').end).toBe(-1);
  });
});

test('LineScanner recognizes a line only when it is in order, and then finds what has changed', () => {
  const id = fc.string({
    unit: fc.constantFrom('a', 'b', '!', '"', '\\', ' ', '\0', 'é', '𝄞'),
    minLength: 1,
    maxLength: 4,
  });
  const isPlain = (text: string) => !/["\\\0]/.test(text);
  // An id with escapes is recognized only as the same one again.
  const isUsual = (before: string, after: string) => before === after || (isPlain(before) && isPlain(after));
  fc.assert(
    fc.property(id, id, id, id, fc.constantFrom('first', 'second', 'none'), (a, b, c, d, same) => {
      const first = fact('p', ['T', a], ['T', b]);
      const second = fact('p', ['T', same === 'first' ? a : c], ['T', same === 'second' ? b : d]);
      const { end, differs, scanner, bytes } = scanAfter(first, printFactLine(second));
      const ids = second.args.map((value) => value.id);
      const usual = first.args.every((value, column) => isUsual(value.id, ids[column] ?? ''));
      expect(end !== -1).toBe(usual && compareFacts(first, second) < 0);
      if (end === -1) return;
      expect(differs).toEqual([Number(a !== ids[0]), Number(b !== ids[1])]);
      const unescaped = idsBefore(scanner, bytes, 2).map((text) => JSON.parse(`"${text}"`));
      expect(unescaped).toEqual(ids);
    }),
    { numRuns: 5000 },
  );
});
