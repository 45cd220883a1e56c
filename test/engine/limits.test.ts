import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Constraint, Engine, RequestContext } from '../../src/engine/engine.ts';
import { OsoError } from '../../src/errors/oso-error.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import { readFact, readValue } from '../support/engine-cases.ts';
import { programOf, requestWith } from '../support/engine-world.ts';
import { atom, program, rule } from './program-builder.ts';

const CHAIN = 20_000;
const engine = createEngine(
  programOf(`
    actor User {}
    resource Folder {
      roles = ["viewer"]; permissions = ["view"]; relations = { parent: Folder };
      role if role on "parent";
      "view" if "viewer";
    }`),
  createMemoryFacts([
    readFact(['has_role', 'User:ann', 'viewer', `Folder:${CHAIN}`]),
    ...Array.from({ length: CHAIN }, (_, at) =>
      readFact(['has_relation', `Folder:${at}`, 'parent', `Folder:${at + 1}`]),
    ),
  ]),
);
const actor = readValue('User:ann');
const resource = readValue('Folder:0');

const QUESTIONS: readonly [string, (request: RequestContext) => unknown][] = [
  ['authorize', (request) => engine.authorize({ actor, action: 'view', resource }, request)],
  ['list', (request) => engine.list({ actor, action: 'view', resourceType: 'Folder' }, request)],
  ['actions', (request) => engine.actions({ actor, resource }, request)],
  [
    'authorizeResources',
    (request) => engine.authorizeResources({ actor, action: 'view', resources: [resource] }, request),
  ],
  [
    'query',
    (request) => engine.query({ predicate: 'allow', args: [actor, { type: null, id: null }, resource] }, request),
  ],
];

describe.each(QUESTIONS)('%s beyond its budget is an error and no decision', (_, ask) => {
  test('of steps', () => {
    const budget = { maxSteps: 10_000, deadlineMs: Number.POSITIVE_INFINITY, monotonicMs: () => 0 };
    const error = errorOf(() => ask(requestWith({ budget })));
    expect(error.code).toBe('EVAL_LIMIT');
    expect(error.message).toBe('the question needs more than 10000 steps');
    expect(error.hint).toBe('ask a narrower question, or raise the limit of steps for one request');
  });

  test('of time', () => {
    let looks = 0;
    const budget = { maxSteps: 1e9, deadlineMs: 5, monotonicMs: () => (++looks > 2 ? 6 : 0) };
    const error = errorOf(() => ask(requestWith({ budget })));
    expect(error.code).toBe('EVAL_DEADLINE');
    expect(error.message).toBe('the question needs more time than one question may take');
    expect(error.hint).toBe('ask a narrower question, or raise `--question-timeout` of the node');
    expect(looks).toBe(3);
  });

  test('and within it, an answer', () => {
    expect(() => ask(requestWith())).not.toThrow();
  });
});

test('the clock is asked once every 4,096 steps', () => {
  let looks = 0;
  const monotonicMs = () => {
    looks++;
    return 0;
  };
  engine.list(
    { actor, action: 'view', resourceType: 'Folder' },
    requestWith({ budget: { maxSteps: 1e9, deadlineMs: 1, monotonicMs } }),
  );
  expect(looks).toBeGreaterThan(5);
  expect(looks).toBeLessThan((CHAIN * 10) / 4096);
});

test('a query has at most 1,000 conditions', () => {
  const ask = (count: number) =>
    engine.evaluateQuery(
      {
        calls: Array.from({ length: count }, () => ({ predicate: 'allow', variables: ['u', 'x', 'f'] })),
        constraints: new Map([
          ['u', { type: 'User', ids: ['ann'] }],
          ['x', { type: 'String', ids: ['view'] }],
          ['f', { type: 'Folder', ids: [`${CHAIN}`] }],
        ]),
      },
      requestWith(),
    );
  expect(ask(997)).toHaveLength(1);
  const error = errorOf(() => ask(998));
  expect(error.code).toBe('EVAL_LIMIT');
  expect(error.message).toBe('the query has more than 1000 conditions');
  expect(error.hint).toBe('ask several smaller queries');
});

test.each([
  [50, undefined],
  [900, 'EVAL_LIMIT'],
])('choosing one of the conditions of a long query is work: %d', (count, code) => {
  const ids = { u: 'User:ann', r: 'String:viewer', f: `Folder:${CHAIN}` };
  const constraints = new Map<string, Constraint>(
    Object.entries(ids).map(([name, text]) => {
      const { type, id } = readValue(text);
      return [name, { type: type ?? '', ids: [id ?? ''] }];
    }),
  );
  const calls = Array.from({ length: count }, () => ({ predicate: 'has_role', variables: ['u', 'r', 'f'] }));
  const budget = { maxSteps: 4_000, deadlineMs: 1, monotonicMs: () => 0 };
  const ask = () => engine.evaluateQuery({ calls, constraints }, requestWith({ budget }));
  if (code === undefined) expect(ask()).toHaveLength(1);
  else expect(errorOf(ask).code).toBe(code);
});

test('variables that no call names count among them', () => {
  const ask = (count: number) => {
    const others = Array.from({ length: count }, (_, at) => [`v${at}`, { type: 'User', ids: null }] as const);
    const constraints = new Map<string, Constraint>([['f', { type: 'Folder', ids: ['0'] }], ...others]);
    return engine.evaluateQuery({ calls: [{ predicate: 'seen', variables: ['f'] }], constraints }, requestWith());
  };
  expect(ask(998)).toEqual([]);
  expect(errorOf(() => ask(999)).message).toBe('the query has more than 1000 conditions');
});

test('a row of a query for each combination of types is work', () => {
  const types = Array.from({ length: 30 }, (_, at) => `resource T${at} {}`).join(' ');
  const broad = createEngine(programOf(`${types} p(_: Resource, _: Resource, _: Resource);`), createMemoryFacts());
  const ask = (maxSteps: number) =>
    broad.query(
      { predicate: 'p', args: new Array(3).fill({ type: null, id: null }) },
      requestWith({ budget: { maxSteps, deadlineMs: 1, monotonicMs: () => 0 } }),
    );
  expect(ask(30_000)).toHaveLength(27_000);
  expect(errorOf(() => ask(20_000)).code).toBe('EVAL_LIMIT');
});

describe('what has no finite answer', () => {
  const policy = `actor User {}
resource Doc {}
has_permission(_: User, "read", d: Doc) if not is_hidden(d);
has_permission(_: User, "look", d: Doc) if d != Doc{"x"};`;
  const unbounded = createEngine(programOf(policy), createMemoryFacts([readFact(['is_hidden', 'Doc:x'])]));
  const list = (action: string) => errorOf(() => unbounded.list({ actor, action, resourceType: 'Doc' }, requestWith()));

  test('names the rule of the negation and its place', () => {
    const error = list('read');
    expect(error.code).toBe('EVAL_UNBOUNDED');
    expect(error.message).toBe(
      'unbounded negation: the rule for `has_permission` at policy.polar:3:1 tests a variable that nothing gives a value',
    );
    expect(error.hint).toBe('add a condition to the rule that binds the variable, such as a role or a relation');
    expect(error.span?.source.name).toBe('policy.polar');
  });

  test('names the rule of the comparison and its place', () => {
    expect(list('look').message).toBe(
      'unbounded comparison: the rule for `has_permission` at policy.polar:4:1 tests a variable that nothing gives a value',
    );
  });
});

test('a rule that no text has is named without a place', () => {
  const placeless = program(rule(atom('allow', '?a', '?x', '?r'), ['?r', '!=', 'Doc:x']));
  const ask = () =>
    createEngine(placeless, createMemoryFacts()).list({ actor, action: 'look', resourceType: 'Doc' }, requestWith());
  expect(errorOf(ask).message).toBe(
    'unbounded comparison: the rule for `allow` tests a variable that nothing gives a value',
  );
});

test('a rule with a variable that no type fits holds never', () => {
  const empty = program(
    rule(atom('allow', '?a', '?x', '?r:'), atom('odd', '?r')),
    rule(atom('allow', '?a', 'String:view', '?r:Folder'), atom('odd', '?r')),
  );
  const odd = createEngine(empty, createMemoryFacts([readFact(['odd', 'Folder:a']), readFact(['odd', 'Doc:b'])]));
  expect(odd.list({ actor, action: 'view', resourceType: 'Folder' }, requestWith())).toEqual(['a']);
  expect(odd.list({ actor, action: 'view', resourceType: 'Doc' }, requestWith())).toEqual([]);
});

describe('a program that its validation should have refused', () => {
  const liar = program(
    rule(atom('allow', '?a', '?x', '?r'), atom('odd', '?r')),
    rule(atom('odd', '?r'), { not: [atom('odd', '?r')] }),
  );

  test('never gives a decision', () => {
    const lying: Engine = createEngine(liar, createMemoryFacts());
    const ask = () => lying.authorize({ actor, action: 'view', resource: readValue('Folder:0') }, requestWith());
    const error = errorOf(ask);
    expect(error.code).toBe('EVAL_LIMIT');
    expect(error.message).toBe('a negation in `odd` depends on itself');
  });
});

function errorOf(work: () => unknown): OsoError {
  try {
    work();
  } catch (error) {
    if (error instanceof OsoError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
