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
  const any = { type: fc.constantFrom('T', 'U', 'String', 'Integer', '\uffff', '\u{10000}'), id: arbitraryId() };
  return fc.oneof(
    { weight: 3, arbitrary: fc.record(any) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('K'), id: arbitraryUuid() }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('L'), id: fc.oneof(arbitraryUuid(), nearUuid(), any.id) }) },
  );
}

/** Canonical UUIDs: any, some that are close together, the first and the last. */
export function arbitraryUuid(): fc.Arbitrary<string> {
  const close = fc.integer({ min: 0, max: 40 }).map((n) => `01890a5d-ac96-774b-bcce-b302099a80${hex(n * 5)}`);
  return fc.oneof(fc.uuid(), close, fc.constantFrom(NIL_UUID, NIL_UUID.replaceAll('0', 'f')));
}

/** Texts that are nearly canonical UUIDs, but other ids. */
export function nearUuid(): fc.Arbitrary<string> {
  const changed = [
    (uuid: string) => uuid.toUpperCase(),
    (uuid: string) => `${uuid.slice(0, 35)}F`,
    (uuid: string) => uuid.replaceAll('-', ''),
    (uuid: string) => uuid.replace('-', '0'),
    (uuid: string) => uuid.replace('-', ':'),
    (uuid: string) => `{${uuid}}`,
    (uuid: string) => `${uuid}\0`,
    (uuid: string) => uuid.slice(0, 35),
    (uuid: string) => `g${uuid.slice(1)}`,
    (uuid: string) => `${uuid.slice(0, 10)}é${uuid.slice(12)}`,
  ];
  return fc.tuple(arbitraryUuid(), fc.constantFrom(...changed)).map(([uuid, change]) => change(uuid));
}

const NIL_UUID = '00000000-0000-0000-0000-000000000000';

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
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
