import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OsoError } from '../../src/errors/oso-error.ts';
import { parsePolicy } from '../../src/polar/parser.ts';
import { MAX_DIAGNOSTICS, validatePolicy } from '../../src/polar/validate.ts';

const CASES = new URL('../cases/polar/', import.meta.url);
const policies = readdirSync(CASES)
  .filter((name) => !name.includes('deep') && !name.includes('many'))
  .map((name) => readFileSync(new URL(`${name}/policy.polar`, CASES), 'utf8'));

const TOKENS = [
  ...'( ) { } [ ] , ; : = != < <= > >= ?= + - == := . | & ! \' ` @ / * # \\ " \n'.split(' '),
  ...'actor resource global extends type declare test fixture setup assert assert_not on iff'.split(' '),
  ...'if and or not in matches matches! true false roles permissions relations role permission _'.split(' '),
  ...'User Repo has_role x "a" "" User{"a"} 1 1.5 99999999999999999999 @current_unix_time @flag'.split(' '),
];

describe('any text is a policy or an error for people', () => {
  test.each([
    ['graphemes', fc.string({ unit: 'grapheme', maxLength: 200 })],
    ['any code points', fc.string({ unit: 'binary', maxLength: 200 })],
    ['any UTF-16 units, broken surrogates included', fc.string({ unit: anyUnit(), maxLength: 200 })],
    ['token soup', fc.array(fc.constantFrom(...TOKENS), { maxLength: 60 }).map((tokens) => tokens.join(' '))],
    [
      'token soup without spaces',
      fc.array(fc.constantFrom(...TOKENS), { maxLength: 60 }).map((tokens) => tokens.join('')),
    ],
    ['policies with a stretch removed, doubled, swapped or replaced', anyMutation()],
  ])('%s', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => checkOutcome(text)),
      { numRuns: 3_000 },
    );
  });

  test('every prefix of every case', () => {
    for (const policy of policies) {
      for (let length = 0; length <= policy.length; length += 1) checkOutcome(policy.slice(0, length));
    }
  });
});

/** Fails when something else than an OsoError is thrown, or a message is not one that people can read. */
function checkOutcome(text: string): void {
  try {
    const diagnostics = validatePolicy(parsePolicy([{ name: 'any.polar', text }]));
    expect(diagnostics.length).toBeLessThanOrEqual(MAX_DIAGNOSTICS + 1);
    for (const { message, hint, span } of diagnostics) checkMessage({ message, hint }, span, text);
  } catch (error) {
    if (!(error instanceof OsoError)) throw error;
    checkMessage(error, error.span, text);
    expect(error.code).toMatch(/^POLAR_(SYNTAX|COMPLEX)$/);
  }
}

interface Message {
  readonly message: string;
  readonly hint: string | undefined;
}

function checkMessage({ message, hint }: Message, span: OsoError['span'], text: string): void {
  expect(message).toMatch(/^[^\n\r]+[^.\n\r]$/);
  expect(hint ?? 'a hint').toMatch(/^[^\n\r]{1,300}$/);
  expect(message.length).toBeLessThan(300);
  expect(span?.source.text).toBe(text);
  expect(span?.start).toBeGreaterThanOrEqual(0);
  expect(span?.end).toBeGreaterThanOrEqual(span?.start ?? 0);
  expect(span?.end).toBeLessThanOrEqual(text.length);
}

function anyUnit(): fc.Arbitrary<string> {
  return fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit));
}

function anyMutation(): fc.Arbitrary<string> {
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  const edit = fc.record({
    kind: fc.constantFrom('remove', 'double', 'swap', 'replace', 'splice'),
    from: place,
    to: place,
    token: fc.constantFrom(...TOKENS),
    other: fc.constantFrom(...policies),
  });
  return fc
    .record({ policy: fc.constantFrom(...policies), edits: fc.array(edit, { minLength: 1, maxLength: 3 }) })
    .map(({ policy, edits }) =>
      edits.reduce((text, { kind, from, to, token, other }) => {
        const start = Math.floor(Math.min(from, to) * text.length);
        const end = Math.min(Math.floor(Math.max(from, to) * text.length), start + 30);
        const [before, part, after] = [text.slice(0, start), text.slice(start, end), text.slice(end)];
        if (kind === 'remove') return before + after;
        if (kind === 'double') return before + part + part + after;
        if (kind === 'swap') return after + part + before;
        if (kind === 'replace') return before + token + after;
        return before + other.slice(Math.floor(from * other.length)) + after;
      }, policy),
    );
}
