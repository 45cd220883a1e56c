import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { ConjunctiveQuery } from '../../src/engine/engine.ts';
import type { Fact, Value } from '../../src/facts/fact.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import { actionsSql, authorizeSql, filterSql, listSql, selectSql } from '../../src/local-sql/local-questions.ts';
import { parseDataBindings } from '../../src/local-sql/parse-data-bindings.ts';
import type { LocalData } from '../../src/local-sql/solve-question.ts';
import { programOf, requestWith } from '../support/engine-world.ts';

/*
 * Applications with their own database, as data: test/local-sql/scenarios/*.yaml. A file:
 *
 *     note: a sentence
 *     policy: Polar text
 *     tables: SQL that PostgreSQL and SQLite both understand
 *     only: postgresql                                      where the tables are not for both
 *     bindings: the data bindings
 *     facts: [[has_role, 'User:alice', member, 'Org:acme']]      central; `Type:id`, a bare word is a String
 *     asks:
 *       - authorize: ['User:alice', read, 'Doc:1']
 *         is: true
 *       - list: ['User:alice', read, Doc]                   rows of SELECT id FROM docs WHERE …
 *         from: docs
 *         column: id                                        also what is selected; `id` unless given
 *         is: [1, 2]
 *       - actions: ['User:alice', 'Doc:1']
 *         is: [read]
 *       - select: [[allow, u, a, d]]
 *         where: { u: [User, alice], a: [String, read], d: [Doc] }
 *         columns: { d: doc_id }
 *         is: [[1], [2]]
 *       - filter: [[allow, u, a, d]]
 *         where: as above
 *         variable: d
 *         from: docs
 *         is: [1, 2]
 *
 * Every question can have `context`, facts that come with it, and `time`; `fails` instead of `is`: a part of the message.
 */
export interface Scenario {
  readonly file: string;
  readonly note: string;
  readonly tables: string;
  readonly only?: 'postgresql' | 'sqlite' | undefined;
  readonly asks: readonly ScenarioAsk[];
}

export interface ScenarioAsk {
  readonly title: string;
  readonly isDecision: boolean;
  /** The statement to run. */
  sql(dialect: LocalData['dialect']): string;
  /** What it gives, each row as text values; in any order. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** Instead: a part of the message of the error. */
  readonly fails?: string | undefined;
}

type Words = readonly (string | number | boolean)[];

interface AskText {
  readonly authorize?: Words;
  readonly list?: Words;
  readonly actions?: Words;
  readonly select?: readonly (readonly string[])[];
  readonly filter?: readonly (readonly string[])[];
  readonly where?: Readonly<Record<string, Words>>;
  readonly columns?: Readonly<Record<string, string>>;
  readonly variable?: string;
  readonly from?: string;
  readonly column?: string;
  readonly context?: readonly Words[];
  readonly time?: number;
  readonly is?: unknown;
  readonly fails?: string;
}

interface ScenarioText {
  readonly note: string;
  readonly policy: string;
  readonly tables: string;
  readonly only?: 'postgresql' | 'sqlite';
  readonly bindings: string;
  readonly facts?: readonly Words[];
  readonly asks: readonly AskText[];
}

const FOLDER = new URL('scenarios/', import.meta.url);

export function readScenarios(): readonly Scenario[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));
  return files.sort().map((file) => {
    const text: ScenarioText = parse(readFileSync(new URL(file, FOLDER), 'utf8'));
    const program = programOf(text.policy);
    const engine = createEngine(program, createMemoryFacts((text.facts ?? []).map(readFact)));
    const data = parseDataBindings(text.bindings);
    const asks = text.asks.map((ask) => {
      const request = requestWith({
        contextFacts: (ask.context ?? []).map(readFact),
        unixTime: BigInt(ask.time ?? 1_000),
      });
      return readAsk(ask, (dialect) => ({ program, data, dialect, goals: engine.goals(request) }));
    });
    return { file, note: text.note, tables: text.tables, only: text.only, asks };
  });
}

function readAsk(ask: AskText, open: (dialect: LocalData['dialect']) => LocalData): ScenarioAsk {
  const { is, fails, ...question } = ask;
  return {
    title: JSON.stringify(question),
    isDecision:
      ask.authorize !== undefined || (ask.select !== undefined && Object.keys(ask.columns ?? {}).length === 0),
    sql: (dialect) => sqlOf(ask, open(dialect)),
    rows: (Array.isArray(is) ? is : [is]).map((row: unknown) =>
      (Array.isArray(row) ? row : [row]).map((value: unknown) => (value === null ? null : String(value))),
    ),
    fails,
  };
}

function sqlOf(ask: AskText, context: LocalData): string {
  const { from = '', column = 'id' } = ask;
  const where = (fragment: string) => `SELECT ${column} FROM ${from} WHERE ${fragment} ORDER BY 1`;
  if (ask.authorize !== undefined) {
    const [actor, action, resource] = ask.authorize.map(readValue);
    return authorizeSql({ actor: held(actor), action: held(action).id, resource: held(resource) }, context);
  }
  if (ask.list !== undefined) {
    const [actor, action, type] = ask.list.map(readValue);
    return where(
      listSql({ actor: held(actor), action: held(action).id, resourceType: held(type).id }, column, context),
    );
  }
  if (ask.actions !== undefined) {
    const [actor, resource] = ask.actions.map(readValue);
    return actionsSql({ actor: held(actor), resource: held(resource) }, context);
  }
  const query = readQuery(ask);
  if (ask.select !== undefined) return selectSql(query, new Map(Object.entries(ask.columns ?? {})), context);
  return where(filterSql(query, { variable: ask.variable ?? '', column }, context));
}

function readQuery({ select, filter, where = {} }: AskText): ConjunctiveQuery {
  return {
    calls: (select ?? filter ?? []).map(([predicate = '', ...variables]) => ({ predicate, variables })),
    constraints: new Map(
      Object.entries(where).map(([name, [type, ...ids]]) => [
        name,
        { type: String(type), ids: ids.length === 0 ? null : ids.map(String) },
      ]),
    ),
  };
}

function held<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a question of a scenario lacks an argument');
  return value;
}

function readFact([predicate, ...args]: Words): Fact {
  return { predicate: String(predicate), args: args.map(readValue) };
}

function readValue(word: string | number | boolean): Value {
  if (typeof word === 'number') return { type: 'Integer', id: String(word) };
  if (typeof word === 'boolean') return { type: 'Boolean', id: String(word) };
  const colon = word.indexOf(':');
  return colon === -1 ? { type: 'String', id: word } : { type: word.slice(0, colon), id: word.slice(colon + 1) };
}
