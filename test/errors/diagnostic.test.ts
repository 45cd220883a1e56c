import { expect, test } from 'vitest';
import { compareDiagnostics } from '../../src/errors/diagnostic.ts';
import type { Span } from '../../src/source/source.ts';

const spanIn = (name: string, start: number, end: number): { span: Span } => ({
  span: { source: { name, text: 'x'.repeat(20) }, start, end },
});

test('diagnostics go by source name, then by start, then by end', () => {
  const sorted = [spanIn('a', 1, 2), spanIn('a', 1, 3), spanIn('a', 2, 2), spanIn('b', 0, 0), spanIn('b', 0, 9)];
  for (const [index, item] of sorted.entries()) {
    for (const [other, otherItem] of sorted.entries()) {
      expect(Math.sign(compareDiagnostics(item, otherItem))).toBe(Math.sign(index - other));
    }
  }
});

test('two sources of one name are compared by place', () => {
  expect(compareDiagnostics(spanIn('a', 1, 2), spanIn('a', 1, 2))).toBe(0);
});
