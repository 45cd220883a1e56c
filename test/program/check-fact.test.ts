import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/facts/fact.ts';
import { checkFact } from '../../src/program/check-fact.ts';
import { programOf } from './load.ts';

const program = programOf(`
  actor User {}
  actor Admin extends User {}
  resource Organization { roles = ["member"]; }
  resource Repo { relations = { parent: Organization }; }
  declare is_weird(Integer, String, Boolean);
  has_permission(u: User, "read", r: Repo) if has_role(u, "reader", r) and not is_protected(r, true);
`);

function fact(predicate: string, ...args: readonly string[]): Fact {
  return {
    predicate,
    args: args.map((text) => {
      const [type = '', ...id] = text.split(':');
      return { type, id: id.join(':') };
    }),
  };
}

describe('a fact that the policy uses may be stored', () => {
  test.each([
    ['a role that a rule reads', fact('has_role', 'User:a', 'String:reader', 'Repo:r')],
    ['a subtype', fact('has_role', 'Admin:a', 'String:reader', 'Repo:r')],
    ['a role that no block declares', fact('has_role', 'User:a', 'String:whatever', 'Repo:r')],
    ['a role that only its block mentions', fact('has_role', 'Admin:a', 'String:member', 'Organization:o')],
    ['a relation that only its block mentions', fact('has_relation', 'Repo:r', 'String:parent', 'Organization:o')],
    ['a permission, through the default allow', fact('has_permission', 'User:a', 'String:x', 'Organization:o')],
    ['either truth value', fact('is_protected', 'Repo:r', 'Boolean:false')],
    ['a declared fact', fact('is_weird', 'Integer:10', 'String:a', 'Boolean:true')],
    ['an id with an asterisk among other characters', fact('has_role', 'User:*a', 'String:*', 'Repo:r')],
  ])('%s', (_, given) => {
    expect(checkFact(program, given)).toBeUndefined();
    expect(checkFact(program, given)).toBeUndefined();
  });
});

const HELP = (predicate: string) =>
  ` is not used in policy. Help: use this fact in your policy, or add 'declare ${predicate}(...)' to your policy to force Oso to accept facts of this type.`;

describe('a fact that the policy does not use is refused', () => {
  test.each([
    [
      'an unknown predicate, with Strings as they are',
      fact('grants_badge', 'User:a', 'String:go"ld', 'Repo:r'),
      `grants_badge(User, "go\\"ld", Repo)${HELP('grants_badge')}`,
    ],
    [
      'a misspelt predicate',
      fact('has_rol', 'User:a', 'String:reader', 'Repo:r'),
      `has_rol(User, "reader", Repo)${HELP('has_rol')} Did you mean \`has_role\`?`,
    ],
    [
      'a missing argument',
      fact('has_role', 'User:a', 'String:reader'),
      `has_role(User, "reader")${HELP('has_role')} The policy uses has_role(Actor, String, Organization), has_role(Actor, String, Repo).`,
    ],
    [
      'another type',
      fact('is_protected', 'User:a', 'Boolean:true'),
      `is_protected(User, Boolean)${HELP('is_protected')} The policy uses is_protected(Repo, Boolean).`,
    ],
    [
      'a supertype where a rule wants the subtype only',
      fact('is_weird', 'Integer:1', 'String:a', 'String:true'),
      `is_weird(Integer, "a", "true")${HELP('is_weird')} The policy uses is_weird(Integer, String, Boolean).`,
    ],
    [
      'a predicate that only has rules',
      fact('allow', 'User:a', 'String:x', 'Repo:r'),
      `allow(User, "x", Repo)${HELP('allow')}`,
    ],
  ])('%s', (_, given, message) => {
    expect(checkFact(program, given)).toBe(message);
  });

  test('names a few of many signatures', () => {
    const many = programOf(Array.from({ length: 9 }, (_, n) => `resource R${n} {}\ndeclare p(R${n});`).join('\n'));
    expect(checkFact(many, fact('p', 'User:a'))).toBe(
      `p(User)${HELP('p')} The policy uses p(R0), p(R1), p(R2), p(R3), p(R4), 4 more.`,
    );
  });
});

describe('a fact that nothing could use is refused', () => {
  test.each([
    [fact('p', 'Actor:a'), '`Actor` is an abstract type, so no value has it, in a fact of `p`'],
    [fact('p', 'Resource:a'), '`Resource` is an abstract type, so no value has it, in a fact of `p`'],
    [fact('p', 'User:*'), 'the id `*` is the mark of a wildcard, so no object has it, in a fact of `p`'],
    [fact('p', 'Integer:x'), 'the id "x" of a value of type `Integer` is not an integer of 64 bits, in a fact of `p`'],
    [fact('p', 'Integer:007'), 'the id "007" of a value of type `Integer` is not written `7`, in a fact of `p`'],
    [fact('p', 'Boolean:1'), 'the id "1" of a value of type `Boolean` is not `true` or `false`, in a fact of `p`'],
    [fact('p', 'User:'), 'the id of a fact is empty'],
    [fact('p', ':a'), 'the type of a fact is empty'],
    [fact('p', 'A:1', 'A:1', 'A:1', 'A:1', 'A:1', 'A:1'), 'a fact has at most 5 arguments, `p` has 6'],
  ])('%j', (given, message) => {
    expect(checkFact(program, given)).toBe(message);
  });

  test('an id of 512 bytes is the longest', () => {
    expect(checkFact(program, fact('has_role', `User:${'a'.repeat(512)}`, 'String:x', 'Repo:r'))).toBeUndefined();
    expect(checkFact(program, fact('has_role', `User:${'a'.repeat(513)}`, 'String:x', 'Repo:r'))).toMatch(
      /^the id .* of a fact has 513 bytes, more than 512$/u,
    );
  });
});
