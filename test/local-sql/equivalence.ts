import { expect } from 'vitest';
import type { SqlDialect } from '../../src/config/sql-dialect.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { ConjunctiveQuery, Engine, RequestContext } from '../../src/engine/engine.ts';
import { OsoError } from '../../src/errors/oso-error.ts';
import type { Value } from '../../src/facts/fact.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import { actionsSql, authorizeSql, filterSql, listSql, selectSql } from '../../src/local-sql/local-questions.ts';
import { parseDataBindings } from '../../src/local-sql/parse-data-bindings.ts';
import type { LocalData } from '../../src/local-sql/solve-question.ts';
import { loadPolicy } from '../../src/program/load-policy.ts';
import type { LocalWorld } from '../support/local-world.ts';

/** Ids that no fact mentions, among the rows of the application. */
const STRANGER = 'stranger-1';
const STRANGE_NUMBER = '1000001';

/** One statement to run, and the rows that it must give, each as JSON, in any order. */
export interface Check {
  readonly seed: number;
  /** All that the question depends on, for a message. */
  readonly question: () => string;
  readonly sql: string;
  readonly expected: readonly string[];
}

export interface Tally {
  worlds: number;
  asked: number;
  refused: number;
  unbounded: number;
  yes: number;
  local: number;
  readonly reasons: Map<string, number>;
}

export function newTally(): Tally {
  return { worlds: 0, asked: 0, refused: 0, unbounded: 0, yes: 0, local: 0, reasons: new Map() };
}

interface Subject {
  readonly local: LocalWorld;
  /** Over all facts. */
  readonly whole: Engine;
  readonly request: RequestContext;
  readonly context: () => LocalData;
  readonly tally: Tally;
  readonly checks: Check[];
  /** Questions whose answer is no are asked at the last try only. */
  isLastTry: boolean;
}

const QUESTIONS = 9;
const TRIES = 4;

/** Statements whose rows must equal what the engine answers when all facts are central. Empty for a refused policy. */
export function checksOf(local: LocalWorld, dialect: SqlDialect, tally: Tally): readonly Check[] {
  const { world } = local;
  const loaded = loadPolicy([{ name: `world-${world.seed}.polar`, text: world.policy }]);
  if (!loaded.ok) return [];
  const { program } = loaded;
  const request: RequestContext = {
    contextFacts: world.contextFacts,
    unixTime: world.unixTime,
    budget: { maxSteps: 500_000, deadlineMs: Number.POSITIVE_INFINITY, monotonicMs: () => 0 },
  };
  const central = createEngine(program, createMemoryFacts(local.central));
  const data = parseDataBindings(local.yaml);
  tally.worlds += 1;
  const subject: Subject = {
    local,
    whole: createEngine(program, createMemoryFacts(world.facts)),
    request,
    context: () => ({ program, goals: central.goals(request), data, dialect }),
    tally,
    checks: [],
    isLastTry: false,
  };
  const { asked } = tally;
  const questions = [askAuthorize, askList, askList, askActions, askSelect, askFilter];
  while (tally.asked < asked + QUESTIONS) {
    const before = tally.asked;
    for (let tries = 1; tries <= TRIES && tally.asked === before; tries++) {
      subject.isLastTry = tries === TRIES;
      local.random.pick(questions)(subject);
    }
  }
  return subject.checks;
}

/** Rows of the application: every id of the world and a stranger. */
export function idsOf({ world, columns }: LocalWorld): readonly string[] {
  return columns.endsWith('integer')
    ? [...world.ids.filter((id) => id !== 'nobody'), STRANGE_NUMBER]
    : [...world.ids, STRANGER];
}

function ask(
  subject: Subject,
  question: unknown,
  parts: { expected(): readonly (readonly (string | boolean | null)[])[]; sql(context: LocalData): string },
): void {
  const { tally, local } = subject;
  const story = () => `seed ${local.world.seed}: ${JSON.stringify(question)}\n${local.world.policy}\n${local.yaml}`;
  const expected = outcome(() => parts.expected());
  const isYes = !(expected instanceof OsoError) && expected.some((row) => row[0] !== false);
  if (!isYes && !subject.isLastTry) return;
  const sql = outcome(() => parts.sql(subject.context()));
  tally.asked += 1;
  if (expected instanceof OsoError) {
    expect(expected.code, story()).toBe('EVAL_UNBOUNDED');
    tally.unbounded += 1;
    return;
  }
  if (sql instanceof OsoError) {
    expect(['SQL_UNSUPPORTED', 'EVAL_UNBOUNDED'], `${story()}\n${sql.message}`).toContain(sql.code);
    tally.refused += 1;
    const reason = reasonOf(sql);
    tally.reasons.set(reason, (tally.reasons.get(reason) ?? 0) + 1);
    return;
  }
  if (/;\s*$/u.test(sql)) expect.fail(`ends with a semicolon: ${sql}\n${story()}`);
  if (isYes) tally.yes += 1;
  if (sql.includes('local_facts')) tally.local += 1;
  subject.checks.push({
    seed: local.world.seed,
    question: () =>
      `${story()}\nall: ${local.world.facts.map((fact) => JSON.stringify(fact)).join('\n')}\ncontext: ${JSON.stringify(local.world.contextFacts)}\ncentral: ${JSON.stringify(local.central)}\n${sql}`,
    sql,
    expected: expected.map((row) => JSON.stringify(row)).sort(),
  });
}

/** Most questions of a hundred that are refused, by reason; those that the engine refuses as well do not count. */
const MOST_REFUSED: Readonly<Record<string, number>> = {
  'depends on itself through rows of the database': 6.5,
  'unbounded negation: tests a variable that nothing gives a value': 0.6,
  'joins central facts with rows of the database in too many ways': 0.05,
};

/** Of a thousand worlds and more. */
export function expectFewRefusals({ reasons, asked }: Tally): void {
  expect(Object.keys(MOST_REFUSED)).toEqual(expect.arrayContaining([...reasons.keys()]));
  for (const [reason, count] of reasons) expect((100 * count) / asked, reason).toBeLessThan(MOST_REFUSED[reason] ?? 0);
}

/** The message without the rule that it names. */
function reasonOf({ message }: OsoError): string {
  return message.replaceAll(/ the rule for `[^`]*`(?: at \S+)?|the rule for `[^`]*`(?: at \S+)? /gu, '');
}

function outcome<T>(run: () => T): T | OsoError {
  try {
    return run();
  } catch (error) {
    if (error instanceof OsoError) return error;
    throw error;
  }
}

function askAuthorize(subject: Subject): void {
  const question = { actor: anyActor(subject), action: anyAction(subject), resource: anyResource(subject) };
  ask(
    subject,
    { authorize: question },
    {
      expected: () => [[subject.whole.authorize(question, subject.request)]],
      sql: (context) => authorizeSql(question, context),
    },
  );
}

function askList(subject: Subject): void {
  const { random, world } = subject.local;
  const question = {
    actor: anyActor(subject),
    action: anyAction(subject),
    resourceType: random.pick([...world.resourceTypes, 'User']),
  };
  ask(
    subject,
    { list: question },
    {
      expected: () => covered(subject, subject.whole.list(question, subject.request)),
      sql: (context) => idsWhere(subject, listSql(question, `ids.${idColumn(subject)}`, context)),
    },
  );
}

function askActions(subject: Subject): void {
  const question = { actor: anyActor(subject), resource: anyResource(subject) };
  ask(
    subject,
    { actions: question },
    {
      expected: () => subject.whole.actions(question, subject.request).map((action) => [action]),
      sql: (context) => actionsSql(question, context),
    },
  );
}

function askSelect(subject: Subject): void {
  const query = anyQuery(subject);
  const names = [...query.constraints.keys()].filter(() => subject.local.random.chance(0.7));
  ask(
    subject,
    { select: names, query: describeQuery(query) },
    {
      expected() {
        const rows = subject.whole.evaluateQuery(query, subject.request);
        if (names.length === 0) return [[rows.length > 0]];
        const distinct = new Set(rows.map((row) => JSON.stringify(names.map((name) => row.get(name) ?? null))));
        return [...distinct]
          .map((row): readonly (string | null)[] => JSON.parse(row))
          .filter((row) => isHeld(row, subject));
      },
      sql: (context) => selectSql(query, new Map(names.map((name) => [name, `Column ${name}`])), context),
    },
  );
}

function askFilter(subject: Subject): void {
  const query = anyQuery(subject);
  const variable = subject.local.random.pick([...query.constraints.keys()]);
  const column = query.constraints.get(variable)?.type === 'String' ? 'id' : idColumn(subject);
  ask(
    subject,
    { filter: variable, query: describeQuery(query) },
    {
      expected() {
        const rows = subject.whole.evaluateQuery(query, subject.request);
        return covered(subject, [...new Set(rows.map((row) => row.get(variable) ?? '*'))]);
      },
      sql: (context) => idsWhere(subject, filterSql(query, { variable, column }, context)),
    },
  );
}

/** `allow` joined with a relation, some variables given. */
function anyQuery({ local: { random, world }, ...subject }: Subject): ConjunctiveQuery {
  const actor = anyActor({ ...subject, local: { random, world } as LocalWorld });
  const [near, far] = [random.pick(world.resourceTypes), random.pick(world.resourceTypes)];
  const ids = () => (random.chance(0.5) ? [...new Set(random.picks(world.ids, 2))] : null);
  const calls = [
    { predicate: 'allow', variables: ['u', 'a', 'r'] },
    ...(random.chance(0.5) ? [{ predicate: 'linked', variables: ['r', 'o'] }] : []),
  ];
  return {
    calls,
    constraints: new Map([
      ['u', { type: actor.type, ids: random.chance(0.8) ? [actor.id] : null }],
      ['a', { type: 'String', ids: random.chance(0.6) ? [random.pick(world.actions)] : null }],
      ['r', { type: near, ids: ids() }],
      ...(calls.length > 1 ? [['o', { type: far, ids: ids() }] as const] : []),
    ]),
  };
}

function describeQuery(query: ConjunctiveQuery): unknown {
  return { calls: query.calls, constraints: [...query.constraints] };
}

/** Ids that no column of a declared type can hold are in no row. */
function isHeld(row: readonly (string | null)[], { local: { columns } }: Subject): boolean {
  return columns !== 'declared-integer' || !row.includes('nobody');
}

/** The table of ids has them as text and, where they are, as integers. */
function idColumn({ local: { columns } }: Subject): string {
  return columns.endsWith('integer') ? 'number' : 'id';
}

function idsWhere({ local: { world } }: Subject, fragment: string): string {
  return `SELECT id FROM ids WHERE world = ${world.seed} AND ${fragment} ORDER BY id`;
}

/** The ids of the application that are in an answer of the engine. */
function covered({ local }: Subject, ids: readonly string[]): readonly (readonly string[])[] {
  const found = ids.includes('*') ? idsOf(local) : idsOf(local).filter((id) => ids.includes(id));
  return found.map((id) => [id]);
}

function anyActor({ local: { world, random } }: Subject): Value {
  const type = random.chance(0.8) ? 'User' : random.pick(world.actorTypes);
  return { type, id: random.pick(world.ids) };
}

function anyResource({ local: { world, random } }: Subject): Value {
  const type = random.chance(0.95) ? random.pick(world.resourceTypes) : 'User';
  return { type, id: random.pick(world.ids) };
}

function anyAction({ local: { world, random } }: Subject): string {
  return random.chance(0.05) ? 'unheard-of' : random.pick(world.actions.slice(0, -1));
}
