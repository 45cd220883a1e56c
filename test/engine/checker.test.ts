import { describe, expect, test } from 'vitest';
import { Catalog } from '../../src/engine/catalog.ts';
import { Checker } from '../../src/engine/checker.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import type { Program } from '../../src/program/program.ts';
import { readFact, readValue } from '../support/engine-cases.ts';
import { programOf, requestWith } from '../support/engine-world.ts';
import { atom, program, rule } from './program-builder.ts';

type Ask = (actor: string, action: string, resource: string, maxSteps?: number) => boolean | undefined;

function checkerOf(rules: Program | string, facts: readonly (readonly string[])[] = []): Ask {
  const catalog = new Catalog(
    typeof rules === 'string' ? programOf(rules) : rules,
    createMemoryFacts(facts.map(readFact)),
  );
  const checker = new Checker(catalog);
  return (actor, action, resource, maxSteps = 1e9) =>
    checker.authorize(
      { actor: readValue(actor), action, resource: readValue(resource) },
      requestWith({ budget: { ...requestWith().budget, maxSteps } }),
    );
}

const REPOS = `
actor User {}
resource Org { roles = ["member", "admin"]; "member" if "admin"; }
resource Repo {
  roles = ["reader", "editor", "owner"];
  permissions = ["read", "edit"];
  relations = { org: Org };
  "reader" if "member" on "org";
  "owner" if "admin" on "org";
  "reader" if "editor";
  "editor" if "owner";
  "read" if "reader";
  "edit" if "editor";
}`;

describe('the checker decides', () => {
  const ask = checkerOf(REPOS, [
    ['has_relation', 'Repo:r', 'org', 'Org:o'],
    ['has_role', 'User:admin', 'admin', 'Org:o'],
    ['has_role', 'User:member', 'member', 'Org:o'],
    ['has_role', 'User:owner', 'owner', 'Repo:r'],
  ]);

  test('hierarchies of roles over relations', () => {
    expect(ask('User:admin', 'edit', 'Repo:r')).toBe(true);
    expect(ask('User:owner', 'read', 'Repo:r')).toBe(true);
    expect(ask('User:member', 'read', 'Repo:r')).toBe(true);
    expect(ask('User:member', 'edit', 'Repo:r')).toBe(false);
    expect(ask('User:admin', 'read', 'Repo:other')).toBe(false);
  });

  test('about ids and actions that nothing mentions', () => {
    expect(ask('User:nobody', 'read', 'Repo:r')).toBe(false);
    expect(ask('User:owner', 'read', 'Repo:nothing')).toBe(false);
    expect(ask('User:owner', 'unheard-of', 'Repo:r')).toBe(false);
  });

  test('wildcards, also for what nothing mentions', () => {
    const wild = checkerOf(
      'actor User {} resource Page {} allow(u: User, _, _: Page); allow(u: User, "self", u: User);',
    );
    expect(wild('User:new', 'anything', 'Page:new')).toBe(true);
    expect(wild('User:new', 'self', 'User:new')).toBe(true);
    expect(wild('User:new', 'self', 'User:old')).toBe(false);
  });

  test('a look for many roles of a user with more rows than a look may go through', () => {
    const many = Array.from({ length: 40 }, (_, at) => ['has_role', 'User:busy', `role ${at}`, 'Repo:r']);
    const busy = checkerOf(REPOS, [...many, ['has_role', 'User:fan', 'editor', 'Repo:r']]);
    expect(busy('User:busy', 'read', 'Repo:r')).toBe(false);
    const owner = checkerOf(REPOS, [...many, ['has_role', 'User:busy', 'owner', 'Repo:r']]);
    expect(owner('User:busy', 'read', 'Repo:r')).toBe(true);
  });

  test('recursion over cyclic facts, by refusing to repeat a goal on its own path', () => {
    const folders = checkerOf(
      'actor User {} resource Folder { roles = ["viewer"]; relations = { parent: Folder }; role if role on "parent"; } allow(u, "view", f) if has_role(u, "viewer", f);',
      [
        ['has_relation', 'Folder:a', 'parent', 'Folder:b'],
        ['has_relation', 'Folder:b', 'parent', 'Folder:a'],
        ['has_role', 'User:u', 'viewer', 'Folder:b'],
      ],
    );
    expect(folders('User:u', 'view', 'Folder:a')).toBe(true);
    expect(folders('User:v', 'view', 'Folder:a')).toBe(false);
  });

  test('facts without arguments, when no fact mentions any value', () => {
    const switches = checkerOf(
      'actor User {} resource Doc {} allow(_: User, "read", _: Doc) if is_open(); allow(_: User, "edit", _: Doc) if not is_closed();',
      [['is_open'], ['is_closed']],
    );
    expect(switches('User:u', 'read', 'Doc:d')).toBe(true);
    expect(switches('User:u', 'edit', 'Doc:d')).toBe(false);
  });

  test('negation whose variables are bound, nested too', () => {
    const notes = checkerOf(
      'actor User {} resource Note {} allow(u: User, "read", n: Note) if not is_banned(u, n); allow(u: User, "edit", n: Note) if owns(u, n) and not (is_banned(u, n) and not is_forgiven(u));',
      [
        ['is_banned', 'User:a', 'Note:n'],
        ['owns', 'User:a', 'Note:n'],
        ['owns', 'User:b', 'Note:n'],
        ['is_banned', 'User:b', 'Note:n'],
        ['is_forgiven', 'User:b'],
      ],
    );
    expect(notes('User:a', 'read', 'Note:n')).toBe(false);
    expect(notes('User:z', 'read', 'Note:n')).toBe(true);
    expect(notes('User:a', 'edit', 'Note:n')).toBe(false);
    expect(notes('User:b', 'edit', 'Note:n')).toBe(true);
  });

  test('comparisons, lists and equalities', () => {
    const quotas = checkerOf(
      'actor User {} resource Plan {} allow(u: User, "buy", p: Plan) if n matches Integer and used(u, n) and n < 9007199254740993 and n != 4 and kind(p, k) and k in ["a", "b"]; allow(u: User, "see", p: Plan) if p = Plan{"x"} and used(u, _); allow(u: User, "wait", _: Plan) if n matches Integer and used(u, n) and n > @current_unix_time;',
      [
        ['used', 'User:few', 'Integer:3'],
        ['used', 'User:four', 'Integer:4'],
        ['used', 'User:much', 'Integer:9007199254740993'],
        ['kind', 'Plan:x', 'b'],
        ['kind', 'Plan:y', 'c'],
      ],
    );
    expect(quotas('User:few', 'buy', 'Plan:x')).toBe(true);
    expect(quotas('User:few', 'buy', 'Plan:y')).toBe(false);
    expect(quotas('User:four', 'buy', 'Plan:x')).toBe(false);
    expect(quotas('User:much', 'buy', 'Plan:x')).toBe(false);
    expect(quotas('User:few', 'see', 'Plan:x')).toBe(true);
    expect(quotas('User:few', 'see', 'Plan:y')).toBe(false);
    expect(quotas('User:much', 'wait', 'Plan:y')).toBe(true);
    expect(quotas('User:few', 'wait', 'Plan:y')).toBe(false);
  });

  test('derived conditions with a free variable, by unfolding their rules', () => {
    const shared = checkerOf(
      'actor User {} resource Doc {} teams(u: User, t: String) if leads(u, t); teams(u: User, t: String) if joins(u, t); allow(u: User, "read", d: Doc) if teams(u, t) and shared(d, t);',
      [
        ['leads', 'User:a', 'x'],
        ['joins', 'User:b', 'y'],
        ['teams', 'User:c', 'y'],
        ['shared', 'Doc:d', 'y'],
      ],
    );
    expect(shared('User:a', 'read', 'Doc:d')).toBe(false);
    expect(shared('User:b', 'read', 'Doc:d')).toBe(true);
    expect(shared('User:c', 'read', 'Doc:d')).toBe(true);
  });
});

test('the checker tests types also where no text can ask for it', () => {
  const typed = checkerOf(
    program(
      rule(atom('allow', '?a:U', '?x', '?r:R'), atom('near', '?a', '?b'), { matches: '?b', type: 'U' }),
      rule(atom('near', '?a', '?b'), atom('link', '?a', '?b'), { matches: '?b', type: 'U' }),
      rule(atom('near', '?a', '?b'), { matches: '?b', type: 'V' }, atom('link', '?b', '?a')),
    ),
    [
      ['link', 'U:a', 'U:b'],
      ['link', 'U:c', 'V:d'],
      ['link', 'V:d', 'U:e'],
    ],
  );
  expect(typed('U:a', 'x', 'R:r')).toBe(true);
  expect(typed('U:c', 'x', 'R:r')).toBe(false);
  expect(typed('U:e', 'x', 'R:r')).toBe(false);
});

test('the checker takes nothing for a number but Integers of 64 bits', () => {
  const ranked = program(rule(atom('allow', '?a:U', '?x', '?r'), ['?r', '<', 'Integer:5']));
  const known = ['U:a', 'R:4', 'Integer:4', 'Integer:5', 'Integer:four', `Integer:-1${'0'.repeat(20)}`];
  const ask = checkerOf(
    ranked,
    known.map((value) => ['known', value]),
  );
  const below = [...known, 'R:new'].filter((value) => ask('U:a', 'x', value));
  expect(below).toEqual(['Integer:4']);
  expect(ask('U:a', 'x', 'R:new')).toBe(false);
});

test('the checker follows nested groups to a group that is known', () => {
  const groups = checkerOf(
    'actor User {} actor Group {} resource Doc {} in_group(u: Actor, g: Group) if h matches Group and in_group(u, h) and in_group(h, g); allow(u: User, "read", d: Doc) if g matches Group and in_group(u, g) and shared(d, g);',
    [
      ['in_group', 'User:nested', 'Group:inner'],
      ['in_group', 'Group:inner', 'Group:g'],
      ['in_group', 'Group:g', 'Group:inner'],
      ['shared', 'Doc:d', 'Group:g'],
    ],
  );
  expect(groups('User:nested', 'read', 'Doc:d')).toBe(true);
  expect(groups('User:other', 'read', 'Doc:d')).toBe(false);
});

describe('the checker gives up', () => {
  const links = Array.from({ length: 3_000 }, (_, at) => ['link', `N:${at}`, `N:${at + 1}`]);
  const climbing = program(
    rule(atom('allow', '?a:N', '?x', '?r:N'), atom('up', '?a', '?r')),
    rule(atom('up', '?a', '?b'), atom('link', '?a', '?c'), atom('up', '?c', '?b')),
    rule(atom('up', '?a', '?b'), atom('link', '?a', '?b')),
  );

  test('on a path that is too deep', () => {
    const ask = checkerOf(climbing, links);
    expect(ask('N:0', 'x', 'N:50')).toBe(true);
    expect(ask('N:0', 'x', 'N:2999')).toBeUndefined();
  });

  test('before long bodies within one another overflow the stack', () => {
    const conditions = Array.from({ length: 90 }, () => atom('good', '?a'));
    const long = program(
      rule(atom('allow', '?a:N', '?x', '?r:N'), atom('up', '?a', '?r')),
      rule(atom('up', '?a', '?b'), ...conditions, atom('link', '?a', '?c'), atom('up', '?c', '?b')),
      rule(atom('up', '?a', '?b'), atom('link', '?a', '?b')),
    );
    const good = Array.from({ length: 3_000 }, (_, at) => ['good', `N:${at}`]);
    expect(checkerOf(long, [...links, ...good])('N:0', 'x', 'N:2999')).toBeUndefined();
  });

  test('beyond its own steps, or those of the request', () => {
    const sides = Array.from({ length: 5_000 }, (_, at) => [
      ['knows', 'U:hub', `U:left ${at}`],
      ['knows', `U:right ${at}`, 'U:star'],
    ]);
    const both = program(
      rule(atom('allow', '?a:U', '?x', '?r:U'), atom('knows', '?a', '?b'), atom('knows', '?b', '?r')),
    );
    expect(checkerOf(both, sides.flat())('U:hub', 'x', 'U:star')).toBeUndefined();
    const ask = checkerOf(climbing, links);
    expect(ask('N:0', 'x', 'N:20', 5)).toBeUndefined();
  });

  test('under `not` too, which may not take that for a failure', () => {
    const ask = checkerOf(
      program(
        rule(atom('allow', '?a:N', '?x', '?r:N'), atom('known', '?r'), { not: [atom('up', '?a', '?r')] }),
        ...climbing.rules.slice(1),
      ),
      [...links, ['known', 'N:50'], ['known', 'N:2999'], ['known', 'N:0']],
    );
    expect(ask('N:0', 'x', 'N:50')).toBe(false);
    expect(ask('N:0', 'x', 'N:2999')).toBeUndefined();
    expect(ask('N:2999', 'x', 'N:0')).toBe(true);
  });

  test('where a recursive condition has a free variable and facts alone do not decide', () => {
    const groups = checkerOf(
      'actor User {} actor Group {} resource Doc {} in_group(u: Actor, g: Group) if h matches Group and in_group(u, h) and in_group(h, g); allow(u: User, "read", d: Doc) if g matches Group and in_group(u, g) and is_open(d) and not is_shut(g);',
      [
        ['in_group', 'User:direct', 'Group:g'],
        ['in_group', 'User:nested', 'Group:inner'],
        ['in_group', 'Group:inner', 'Group:g'],
        ['is_shut', 'Group:inner'],
        ...Array.from({ length: 100 }, (_, at) => ['in_group', `Group:${at}`, `Group:${at + 1}`]),
        ['is_open', 'Doc:d'],
      ],
    );
    expect(groups('User:direct', 'read', 'Doc:d')).toBe(true);
    expect(groups('User:direct', 'read', 'Doc:shut')).toBe(false);
    expect(groups('User:nested', 'read', 'Doc:d')).toBeUndefined();
  });

  test('on types that neither policy nor facts name', () => {
    const ask = checkerOf(REPOS);
    expect(ask('Alien:x', 'read', 'Repo:r')).toBeUndefined();
    expect(ask('User:x', 'read', 'Planet:p')).toBeUndefined();
  });

  test('on primitives that nothing mentions, which could be equal', () => {
    const equal = checkerOf('allow(_, x: String, x: String); allow(_: Integer, "small", _: String);');
    expect(equal('String:a', 'b', 'String:b')).toBeUndefined();
    expect(equal('Integer:5', 'small', 'String:small')).toBeUndefined();
  });

  test('on a policy that allows nothing at all', () => {
    expect(checkerOf(program())('User:x', 'read', 'Repo:r')).toBeUndefined();
  });
});
