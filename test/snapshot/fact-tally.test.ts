import { expect, test } from 'vitest';
import type { FactSummary } from '../../src/facts/fact-sink.ts';
import { summaryDifferences } from '../../src/snapshot/fact-tally.ts';
import { FACTS, role, summaryOf } from './support/sample-snapshot.ts';

const READER = summaryOf(FACTS);

test.each<[string, FactSummary, FactSummary, readonly string[]]>([
  ['nothing', READER, { ...READER }, []],
  [
    'a fact less',
    summaryOf(FACTS.slice(1)),
    READER,
    [
      '2 facts instead of 3',
      '2 facts of `has_role(User,String,Organization)` instead of 3',
      expect.stringMatching(/^facts with digest [0-9a-f]{64} instead of [0-9a-f]{64}$/),
    ],
  ],
  [
    'a signature that only one of them has',
    { ...READER, countBySignature: { 'a(T)': 1 } },
    { ...READER, countBySignature: { 'b(T)': 2 } },
    ['0 facts of `b(T)` instead of 2', '1 facts of `a(T)` instead of 0'],
  ],
  [
    'other ids',
    summaryOf([role('a', 'b')]),
    summaryOf([role('a', 'c')]),
    [expect.stringMatching(/^facts with digest/)],
  ],
])('two summaries differ in %s', (_name, actual, promised, differences) => {
  expect(summaryDifferences(actual, promised)).toEqual(differences);
});
