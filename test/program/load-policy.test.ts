import { describe, expect, test } from 'vitest';
import { loadPolicy } from '../../src/program/load-policy.ts';
import { printFactSignature, printHead } from '../../src/program/print-program.ts';
import { randomWorld } from '../support/random-world.ts';
import { programOf } from './load.ts';

describe('loading', () => {
  test('a syntax error stops before all others', () => {
    const loaded = loadPolicy([{ name: 'a.polar', text: 'p(x: User) if ;\nresource A extends B {}' }]);
    expect(loaded.ok).toBe(false);
    if (loaded.ok) return;
    expect(loaded.errors).toHaveLength(1);
    expect(loaded.errors[0]).toMatchObject({ severity: 'error', code: 'POLAR_SYNTAX', span: { start: 14 } });
    expect(loaded.warnings).toEqual([]);
  });

  test('an error about the policy as a whole points at its start', () => {
    const loaded = loadPolicy([{ name: 'a.polar', text: ' '.repeat(1024 * 1024) }]);
    expect(loaded).toMatchObject({
      ok: false,
      errors: [{ code: 'POLAR_COMPLEX', span: { source: { name: 'a.polar' }, start: 0, end: 0 } }],
    });
  });

  test('no source at all is an empty policy', () => {
    const loaded = loadPolicy([]);
    expect(loaded.ok && loaded.program.rules.map(({ predicate }) => predicate)).toEqual(['allow']);
  });

  test('a list may be as long as a policy', () => {
    const list = new Array<string>(230_000).fill('"a"').join();
    const loaded = loadPolicy([{ name: 'a.polar', text: `actor User {}\np(_: User, x) if x in [${list}];` }]);
    expect(loaded).toMatchObject({ ok: true, warnings: [] });
  });

  test('several sources are one policy, in any order', () => {
    const blocks = {
      name: 'blocks.polar',
      text: 'actor User {}\nresource Repo { roles = ["r"]; permissions = ["p"]; }',
    };
    const rules = { name: 'rules.polar', text: 'has_permission(u: User, "p", r: Repo) if has_role(u, "r", r);' };
    for (const sources of [
      [blocks, rules],
      [rules, blocks],
    ]) {
      const loaded = loadPolicy(sources);
      expect(loaded.ok && loaded.program.rules.map((rule) => printHead(rule, loaded.program.types))).toEqual([
        'has_permission(u: User, "p", r: Repo)',
        'allow(actor, action, resource)',
      ]);
      expect(loaded.ok && loaded.program.rules[0]?.span?.source.name).toBe('rules.polar');
    }
  });

  test('errors and warnings are told apart and sorted by place', () => {
    const text = [
      'actor User {}',
      'p(u: User) if q(u, x) and r(x);',
      'p(u: User) if s(u) and u < 3;',
      'p(u: User) if s(u) and not p(u);',
      'test "t" { setup { zz(1); } assert unheard(1); }',
    ].join('\n');
    const loaded = loadPolicy([{ name: 'a.polar', text }]);
    expect(!loaded.ok && loaded.errors.map(({ code }) => code)).toEqual([
      'POLAR_TYPE',
      'POLAR_NEGATION',
      'POLAR_FACT',
      'POLAR_TEST',
    ]);
    expect(loaded.warnings.map(({ message }) => message)).toEqual([
      'the type of `x` is unknown, so it accepts every value',
    ]);
  });

  test('a flood of findings is cut, errors first, and says so', () => {
    const unknown = Array.from({ length: 300 }, (_, n) => `p${n}(_: User) if q${n}(_y${n});`);
    const warned = loadPolicy([{ name: 'a.polar', text: ['actor User {}', ...unknown].join('\n') }]);
    expect(warned.ok && warned.warnings).toHaveLength(101);
    expect(warned.warnings.at(-1)?.message).toBe('the report ends here: 200 more findings, the first of them here');
    const wrong = 'p(u: User) if q(u) and u > 1;';
    const refused = loadPolicy([{ name: 'a.polar', text: ['actor User {}', ...unknown, wrong].join('\n') }]);
    expect(!refused.ok && refused.errors.map(({ message }) => message)).toEqual([
      'only Integers can be compared, `u` is User',
    ]);
  });

  test('signatures do not depend on the order of the rules', () => {
    const lines = [
      'actor User {}',
      'actor Group {}',
      'resource Repo {}',
      'declare tag(Repo, String);',
      'declare tag(Group, Integer);',
      'p(r) if tag(r, t) and uses(t);',
      'chain(x) if p(x) and member(_y, x) and tag(x, _v);',
      'reach(a, c) if edge(a, b) and reach(b, c);',
      'reach(a, b) if edge(a, b);',
      'member(_: User, _: Group);',
      'edge(_: Repo, _: Repo);',
      'edge(_: Group, _: Repo);',
      'alias(a) if a = b and b = c and p(c);',
    ];
    const printed = (order: readonly string[]) => {
      const { signatures, types } = programOf(order.join('\n'));
      return signatures.map((signature) => printFactSignature(signature, types)).sort();
    };
    const expected = printed(lines);
    expect(expected).toEqual([
      'edge(Group|Repo, Repo)',
      'has_permission(Actor, String, Resource)',
      'member(User, Group)',
      'p(Group)',
      'p(Group|Repo)',
      'reach(Repo, Repo)',
      'tag(Group, Integer)',
      'tag(Group, Integer|String)',
      'tag(Group|Repo, Integer|String)',
      'tag(Repo, String)',
      'uses(Integer|String)',
    ]);
    for (let turn = 1; turn < lines.length; turn++) {
      expect(printed([...lines.slice(turn), ...lines.slice(0, turn)])).toEqual(expected);
      expect(printed([...lines.slice(turn), ...lines.slice(0, turn)].reverse())).toEqual(expected);
    }
  });

  test('every finding is on one line, in lower case, without a period', () => {
    const text =
      'actor User {}\np(u: User, s: String) if q(u, x) and s > 1;\ntest "t" { setup { zz("\\n", 1); } assert a(1); }';
    const loaded = loadPolicy([{ name: 'a.polar', text }]);
    expect(loaded.ok).toBe(false);
    for (const { message } of [...(loaded.ok ? [] : loaded.errors), ...loaded.warnings]) {
      expect(message).toMatch(/^[a-z`][^\n]*[^.\n]$/u);
    }
  });

  test('a program keeps nothing of the tree', () => {
    const program = programOf(
      'actor User {}\np(u: User) if (q(u) or r(u)) and not s(u);\ntest "t" { setup { q(User{"a"}); } assert p(User{"a"}); }',
    );
    const seen = new Set<unknown>();
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null || seen.has(value)) return;
      seen.add(value);
      const kind = Reflect.get(value, 'kind');
      expect(['rule', 'head', 'name', 'policy', 'block', 'string', 'test', 'assertion']).not.toContain(kind);
      for (const inner of value instanceof Map ? value.values() : Object.values(value)) visit(inner);
    };
    visit(program);
    expect(seen.size).toBeGreaterThan(20);
  });
});

describe('random policies', () => {
  test('1,000 valid ones become programs', () => {
    for (let seed = 1; seed <= 1_000; seed++) {
      const { policy } = randomWorld(seed);
      const loaded = loadPolicy([{ name: 'policy.polar', text: policy }]);
      const messages = loaded.ok ? [] : loaded.errors.map(({ code, message }) => `${code} ${message}`);
      const others = messages.filter((message) => !message.startsWith('POLAR_NEGATION'));
      expect(others, `seed ${seed}\n${policy}`).toEqual([]);
      if (!loaded.ok) continue;
      for (const { params, body, variables } of loaded.program.rules) {
        const used = JSON.stringify([params, body]).matchAll(/"(?:index|variable)":(\d+)/gu);
        for (const [, index] of used) expect(variables[Number(index)], `seed ${seed}`).toBeDefined();
        expect(JSON.stringify(body), `seed ${seed}`).not.toContain('"false"');
      }
    }
  });
});

describe('large policies', () => {
  test('ten thousand rules with negation load', () => {
    const rules = Array.from({ length: 3_300 }, (_, n) =>
      [
        `resource T${n} { roles = ["a", "b"]; permissions = ["p"]; "a" if "b"; "p" if "a"; }`,
        `has_permission(u: User, "q", r: T${n}) if has_role(u, "a", r) and not has_permission(u, "p", r);`,
      ].join('\n'),
    );
    const program = programOf(`actor User {}\n${rules.join('\n')}`);
    expect(program.rules).toHaveLength(9_901);
  });

  test.each([
    ['conditions', `p() if (${Array(135_000).fill('a()').join('and ')}) and b();`],
    [
      'types that contradict each other',
      `${Array.from({ length: 65_000 }, (_, n) => `actor A${n}{}`).join('')} p(x: Resource) if x matches Actor and x matches String and q(x);`,
    ],
  ])('so many %s that the stack has no room for them are no trouble', (_, text) => {
    expect(programOf(text).rules.length).toBeGreaterThan(0);
  });

  test.each([
    ['a `not`', `p() if not (${Array(260).fill('a()').join(' and ')}) and`],
    ['a list', `p(x: String) if x in [${Array(1_100).fill('"a"')}] and`],
    ['a call', `p() if q(${Array(1_100).fill('"a"')}) and`],
    ['a head', `p(${Array(1_100).fill('"a"')}) if`],
  ])('what is long in %s counts again for each combination', (_, rule) => {
    const text = `${rule} (${Array(4_000).fill('b()').join(' or ')});`;
    const loaded = loadPolicy([{ name: 'policy.polar', text }]);
    expect(loaded.ok ? [] : loaded.errors.map(({ message }) => message)).toEqual([
      'the rules of the policy have more than 1000000 conditions once split',
    ]);
  });

  test('twenty thousand equalities in a row are no trouble', () => {
    const chain = Array.from({ length: 20_000 }, (_, n) => `v${20_000 - n} = v${19_999 - n}`);
    const program = programOf(`actor User {}\np(u: User) if ${chain.join(' and ')} and v0 = u and q(v20000);`);
    expect(program.signatures.find(({ predicate }) => predicate === 'q')?.types).toEqual([
      { kind: 'some', types: new Set(['User']) },
    ]);
  });
});
