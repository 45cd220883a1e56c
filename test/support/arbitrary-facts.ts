import fc from 'fast-check';
import type { Fact } from '../../src/facts/fact.ts';

/** Ids that differ in one thing that some storage loses. */
const HOSTILE = [
  'a',
  'A',
  'a\0',
  '\0',
  'ab',
  'a:b',
  'é',
  'e\u0301',
  '\uffff',
  '\u{10000}',
  '🦊',
  '"',
  '\\',
  '\n',
  '1',
  '01',
  '*',
];

/** Sets of up to 60 facts of arity 0 to 5 over few names, so that they collide, repeat and join; some ids are long. */
export function arbitraryFacts(): fc.Arbitrary<readonly Fact[]> {
  return fc.array(arbitraryFact(), { maxLength: 60 });
}

export function arbitraryFact(): fc.Arbitrary<Fact> {
  return fc.record({
    predicate: fc.constantFrom('p', 'q', 'q\0', '🦊', '__proto__'),
    args: fc.array(value(), { maxLength: 5 }),
  });
}

function value(): fc.Arbitrary<Fact['args'][number]> {
  return fc.record({ type: fc.constantFrom('T', 'U', 'String', 'Integer', '\uffff', '\u{10000}'), id: arbitraryId() });
}

/** Well formed, 1 to 512 bytes. */
export function arbitraryId(): fc.Arbitrary<string> {
  const short = fc.constantFrom(...HOSTILE);
  const long = fc.tuple(fc.constantFrom('x', 'é', '🦊'), fc.integer({ min: 14, max: 128 }), short);
  return fc.oneof(
    { weight: 8, arbitrary: short },
    {
      weight: 1,
      arbitrary: long.map(
        ([unit, times, end]) => unit.repeat(Math.floor((500 / Buffer.byteLength(unit) / 128) * times)) + end,
      ),
    },
    {
      weight: 2,
      arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter((id) => !/\p{Surrogate}/u.test(id)),
    },
  );
}
