import { describe, expect, test } from 'vitest';
import { MAX_TEST_RESULTS, runPolicyTests } from '../../src/engine/run-policy-tests.ts';
import { programOf, requestWith } from '../support/engine-world.ts';

const POLICY = `actor User {}
actor Bot extends User {}
resource Repo {
  roles = ["reader", "owner"];
  permissions = ["read", "delete"];
  "reader" if "owner";
  "read" if "reader" or is_public(resource);
  "delete" if "owner";
}
has_permission(_: User, "star", _: Repo);
has_permission(u: User, "now", _: Repo) if seen(u, @current_unix_time);
declare is_protected(Repo);
test fixture people {
  has_role(User{"ann"}, "owner", Repo{"a"});
  has_role(Bot{"b"}, "reader", Repo{"a"});
}
`;

function run(tests: string, options: { unixTime?: bigint; maxSteps?: number } = {}) {
  const { budget } = requestWith();
  return runPolicyTests(programOf(POLICY + tests), {
    unixTime: options.unixTime ?? 1000n,
    budget: { ...budget, maxSteps: options.maxSteps ?? budget.maxSteps },
  });
}

/** The messages of a run that must fail in every assertion. */
function failures(assertions: string): readonly string[] {
  const result = run(`test "t" { setup { fixture people; } ${assertions} }`);
  expect(result.success).toBe(false);
  for (const { error_type } of result.errors) expect(error_type).toBe('AssertionFailed');
  return result.errors.map(({ message }) => message);
}

describe('tests of a policy', () => {
  test('pass, and are counted by assertion', () => {
    const result = run(`
      test "owners" {
        setup { fixture people; has_role(User{"cyd"}, "reader", Repo{"b"}); }
        assert allow(User{"ann"}, "read", Repo{"a"});
        assert has_role(User{"cyd"}, "reader", Repo{"b"});
        assert_not allow(User{"cyd"}, "delete", Repo{"b"});
        assert allow(User{"ann"}, action: String, Repo{"a"}) iff action in ["delete", "read", "star", "read"];
      }
      test "nothing leaks between tests" {
        assert_not has_role(User{"ann"}, "owner", Repo{"a"});
        assert has_role(u: User, "owner", Repo{"a"}) iff u in [];
      }`);
    expect(result).toEqual({
      success: true,
      errors: [],
      tests: [
        { name: 'owners', passed: 4, total: 4 },
        { name: 'nothing leaks between tests', passed: 2, total: 2 },
      ],
    });
  });

  test('collect values of subtypes, which compare with their own type', () => {
    const result = run(`
      test "subtypes" {
        setup { fixture people; }
        assert has_role(u: User, "reader", Repo{"a"}) iff u in [User{"ann"}, Bot{"b"}];
        assert has_role(u: Bot, "reader", Repo{"a"}) iff u in [Bot{"b"}];
        assert has_role(u: Bot, "reader", Repo{"a"}) iff u = Bot{"b"};
      }`);
    expect(result.errors).toEqual([]);
  });

  test('may ask whether any value will do', () => {
    const result = run(`
      test "some" {
        setup { fixture people; }
        assert has_role(_, "owner", Repo{"a"});
        assert has_role(u: User, "owner", Repo{"a"});
        assert_not has_role(_, "owner", Repo{"z"});
        assert has_role(_, role: String, _) iff role in ["owner", "reader"];
      }`);
    expect(result.errors).toEqual([]);
  });

  test('judge wrong types and undeclared names as false', () => {
    const result = run(`
      test "wrong" {
        assert_not allow(true, "read", 7);
        assert_not allow(User{"ann"}, "undeclared", Repo{"a"});
      }`);
    expect(result.success).toBe(true);
  });

  test('see the time they are given', () => {
    const tests = `test "time" { setup { seen(User{"ann"}, 77); } assert allow(User{"ann"}, "now", Repo{"a"}); }`;
    expect(run(tests, { unixTime: 77n }).success).toBe(true);
    expect(run(tests, { unixTime: 78n }).success).toBe(false);
  });

  test('are none in a policy without tests', () => {
    expect(run('')).toEqual({ success: true, errors: [], tests: [] });
  });
});

describe('a failing assertion', () => {
  test('says where it is and that it does not hold', () => {
    expect(failures('assert allow(User{"bob"}, "read", Repo{"a"});')).toEqual([
      'test `t`, policy.polar:17:38: `assert allow(User{"bob"}, "read", Repo{"a"});` fails, because it does not hold',
    ]);
  });

  test('says that it holds', () => {
    expect(failures('assert_not allow(User{"ann"}, "read", Repo{"a"});')).toEqual([
      'test `t`, policy.polar:17:38: `assert_not allow(User{"ann"}, "read", Repo{"a"});` fails, because it holds',
    ]);
  });

  test('names missing and unexpected values', () => {
    const [message] = failures('assert has_role(u: User, "reader", Repo{"a"}) iff u in [User{"zoe"}, User{"ann"}];');
    expect(message).toContain(' fails: missing `User:zoe`; unexpected `Bot:b`');
  });

  test('names a wildcard, which no list equals', () => {
    const [message] = failures('assert allow(u: User, "star", Repo{"a"}) iff u in [User{"ann"}];');
    expect(message).toContain(' fails: missing `User:ann`; unexpected `*` (every value)');
  });

  test('names at most ten values of each side', () => {
    const people = Array.from({ length: 12 }, (_, at) => `User{"u${at + 10}"}`).join(', ');
    const [message] = failures(`assert has_role(u: User, "x", Repo{"a"}) iff u in [${people}];`);
    expect(message).toContain('missing `User:u10`, `User:u11`');
    expect(message).toContain('`User:u19` and 2 more');
  });

  test('lowers what passed', () => {
    const result = run(`
      test "half" { assert allow(User{"a"}, "star", Repo{"r"}); assert allow(User{"a"}, "read", Repo{"r"}); }`);
    expect(result.tests).toEqual([{ name: 'half', passed: 1, total: 2 }]);
    expect(result.success).toBe(false);
  });
});

test('an assertion may name the time', () => {
  const tests = 'test "t" { setup { seen(User{"ann"}, 1000); } assert seen(User{"ann"}, @current_unix_time); }';
  expect(run(tests, { unixTime: 1000n }).success).toBe(true);
  expect(run(tests, { unixTime: 1001n }).errors[0]?.message).toContain('fails, because it does not hold');
});

test('an error that no policy causes is no result', () => {
  const monotonicMs = () => {
    throw new Error('the clock is gone');
  };
  const facts = Array.from({ length: 5_000 }, (_, at) => `seen(User{"${at}"}, 1);`).join('');
  const program = programOf(`${POLICY} test "t" { setup { ${facts} } assert seen(u: User, 1) iff u in []; }`);
  const budget = { maxSteps: 1e9, deadlineMs: 1, monotonicMs };
  expect(() => runPolicyTests(program, { unixTime: 0n, budget })).toThrow('the clock is gone');
});

describe('an assertion that cannot be judged is a server error', () => {
  test('beyond the steps', () => {
    const { errors, success } = run(
      `test "t" { setup { fixture people; } assert allow(User{"ann"}, "read", Repo{"a"}); }`,
      { maxSteps: 2 },
    );
    expect(success).toBe(false);
    expect(errors).toEqual([
      {
        error_type: 'ServerError',
        message: 'test `t`, policy.polar:17:38: the question needs more than 2 steps',
      },
    ]);
  });

  describe('beyond the time of all', () => {
    const facts = Array.from({ length: 5_000 }, (_, at) => `has_role(User{"${at}"}, "owner", Repo{"a"});`).join('');
    const asserted = 'assert has_role(User{"7"}, "owner", Repo{"a"});';
    const program = programOf(`${POLICY} test "t" { setup { ${facts} } ${asserted} ${asserted} ${asserted} }`);
    const runUntil = (look: number) => {
      let looks = 0;
      const monotonicMs = () => (++looks > look ? 6 : 0);
      const { errors } = runPolicyTests(program, {
        unixTime: 0n,
        budget: { maxSteps: 1e9, deadlineMs: 5, monotonicMs },
      });
      for (const { error_type, message } of errors) {
        expect(error_type).toBe('ServerError');
        expect(message).toContain('the question needs more time than one question may take');
      }
      return { errors: errors.length, looks };
    };

    test('which the facts of a long setup take too', () => {
      expect(runUntil(1).errors).toBe(3);
    });

    test('after which none is begun', () => {
      expect(runUntil(0)).toEqual({ errors: 3, looks: 3 });
    });
  });

  test('beyond the number of results', () => {
    const facts = (count: number) =>
      Array.from({ length: count }, (_, at) => `has_role(User{"${at}"}, "reader", Repo{"a"});`).join('');
    const withResults = (count: number) =>
      run(`test "t" { setup { ${facts(count)} } assert has_role(u: User, "reader", Repo{"a"}); }`);
    expect(withResults(MAX_TEST_RESULTS).success).toBe(true);
    const [error] = withResults(MAX_TEST_RESULTS + 1).errors;
    expect(error?.error_type).toBe('ServerError');
    expect(error?.message).toMatch(/^test `t`, policy\.polar:17:\d+: more than 10000 results$/);
  });

  test('with a variable that stays unbound under a negation', () => {
    const result = run(`
      allow(_: User, "open", r: Repo) if not is_protected(r);
      test "t" { setup { is_protected(Repo{"a"}); } assert allow(User{"ann"}, "open", r: Repo) iff r in [Repo{"b"}]; }`);
    expect(result.errors[0]?.error_type).toBe('ServerError');
    expect(result.errors[0]?.message).toContain('unbounded negation: the rule for `allow` at policy.polar:18:7');
  });
});
